# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hash that names an installation in profiles.ini: ``[Install<hash>]`` belongs to one installation folder.

It is CityHash64 1.0 of the folder's path in UTF-16LE, as upper-case hexadecimal digits without leading zeros
(toolkit/mozapps/update/common/commonupdatedir.cpp). Checked against hashes written by Thunderbird.
"""

from __future__ import annotations

import codecs
import functools

_MASK = 0xFFFFFFFFFFFFFFFF
_K0, _K1, _K2, _K3 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F, 0xC949D7C7509E6557
_KMUL = 0x9DDFEA08EB382D69


@functools.lru_cache(maxsize=64)
def install_hash(folder: str) -> str:
    """The hash of an installation folder, such as ``FDC34C9F024745EB`` for ``/usr/lib/thunderbird``."""
    encoded, _length = codecs.utf_16_le_encode(folder, "replace")  # by name, the codec may be readable only by root
    return format(_city_hash(encoded), "X")


def _city_hash(text: bytes) -> int:
    if len(text) <= 16:
        return _up_to_16(text)
    if len(text) <= 32:
        return _up_to_32(text)
    if len(text) <= 64:
        return _up_to_64(text)
    return _longer(text)


def _up_to_16(text: bytes) -> int:
    size = len(text)
    if size > 8:
        a, b = _word(text, 0), _word(text, size - 8)
        return _mix(a, _rotated(b + size, size)) ^ b
    if size >= 4:
        return _mix(size + (_half(text, 0) << 3), _half(text, size - 4))
    if size > 0:
        y = text[0] + (text[size >> 1] << 8)
        z = size + (text[size - 1] << 2)
        return _shifted((y * _K2 ^ z * _K3) & _MASK) * _K2 & _MASK
    return _K2


def _up_to_32(text: bytes) -> int:
    size = len(text)
    a, b = _word(text, 0) * _K1, _word(text, 8)
    c, d = _word(text, size - 8) * _K2, _word(text, size - 16) * _K0
    return _mix(_rotated(a - b, 43) + _rotated(c, 30) + d, a + _rotated(b ^ _K3, 20) - c + size)


def _up_to_64(text: bytes) -> int:
    size = len(text)

    def half(a: int, z: int, at: int) -> tuple[int, int]:
        b, c = _rotated(a + z, 52), _rotated(a, 37)
        a += _word(text, at + 8)
        c += _rotated(a, 7)
        a += _word(text, at + 16)
        return a + z, b + _rotated(a, 31) + c

    v_first, v_second = half(_word(text, 0) + (size + _word(text, size - 16)) * _K0, _word(text, 24), 0)
    w_first, w_second = half(_word(text, 16) + _word(text, size - 32), _word(text, size - 8), size - 32)
    r = _shifted(((v_first + w_second) * _K2 + (w_first + v_second) * _K0) & _MASK)
    return _shifted((r * _K0 + v_second) & _MASK) * _K2 & _MASK


def _longer(text: bytes) -> int:
    size = len(text)
    x, y, z = _word(text, 0), _word(text, size - 16) ^ _K1, _word(text, size - 56) ^ _K0
    v = _weak(text, size - 64, size, y)
    w = _weak(text, size - 32, size * _K1, _K0)
    z += _shifted(v[1]) * _K1
    x = _rotated(z + x, 39) * _K1
    y = _rotated(y, 33) * _K1
    for at in range(0, (size - 1) & ~63, 64):
        x = _rotated(x + y + v[0] + _word(text, at + 16), 37) * _K1 & _MASK
        y = _rotated(y + v[1] + _word(text, at + 48), 42) * _K1 & _MASK
        x ^= w[1]
        y ^= v[0]
        z = _rotated(z & _MASK ^ w[0], 33)
        v = _weak(text, at, v[1] * _K1, x + w[0])
        w = _weak(text, at + 32, z + w[1], y)
        z, x = x, z
    return _mix(_mix(v[0], w[0]) + _shifted(y) * _K1 + z, _mix(v[1], w[1]) + x)


def _weak(text: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_word(text, at + offset) for offset in (0, 8, 16, 24))
    a += w
    b = _rotated(b + a + z, 21)
    c = a
    a += x + y
    b += _rotated(a, 44)
    return (a + z) & _MASK, (b + c) & _MASK


def _mix(low: int, high: int) -> int:
    low, high = low & _MASK, high & _MASK
    a = _shifted((low ^ high) * _KMUL & _MASK)
    b = _shifted((high ^ a) * _KMUL & _MASK)
    return b * _KMUL & _MASK


def _rotated(value: int, by: int) -> int:
    value &= _MASK
    return (value >> by | value << 64 - by) & _MASK


def _shifted(value: int) -> int:
    return value ^ value >> 47


def _word(text: bytes, at: int) -> int:
    return int.from_bytes(text[at : at + 8], "little")


def _half(text: bytes, at: int) -> int:
    return int.from_bytes(text[at : at + 4], "little")
