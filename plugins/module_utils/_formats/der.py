# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DER elements of Thunderbird's password store and of certificates (ITU-T X.690).

Writing produces the shortest form, and reading accepts only that, so that an element that was read is written back
unchanged. Negative integers are not supported.
"""

from __future__ import annotations

import typing as t

INTEGER = 0x02
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30

LONGEST = 64  # octets of an integer or an object identifier: far more than any in use


class Element(t.NamedTuple):
    """One element of any type.

    Attributes:
        tag: its type.
        content: its octets, without tag and length.
    """

    tag: int
    content: bytes


class DerReader:
    """Reads elements in sequence. An element of another type or form raises ValueError.

    Args:
        data: encoded elements, one after the other.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def sequence(self) -> DerReader:
        """A reader of the parts of the next element, a sequence."""
        return DerReader(self._content(SEQUENCE))

    def octets(self) -> bytes:
        """The next element, an octet string."""
        return self._content(OCTET_STRING)

    def integer(self) -> int:
        """The next element, an integer of 0 or more (X.690, 8.3)."""
        content = self._content(INTEGER)
        if len(content) > LONGEST:
            raise ValueError("an integer that is too long")
        number = int.from_bytes(content, "big")
        if encode_integer(number) != _element(INTEGER, content):
            raise ValueError("an integer that is negative or not in its shortest form")
        return number

    def identifier(self) -> str:
        """The next element, an object identifier, in dotted form (X.690, 8.19)."""
        content = self._content(OBJECT_IDENTIFIER)
        if len(content) > LONGEST:
            raise ValueError("an object identifier that is too long")
        arcs = [0]
        for octet in content:
            arcs[-1] = arcs[-1] << 7 | octet & 0x7F
            if not octet & 0x80:
                arcs.append(0)
        first = min(arcs[0] // 40, 2)
        name = ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:-1]))
        if encode_identifier(name) != _element(OBJECT_IDENTIFIER, content):
            raise ValueError("an object identifier that is cut off or not in its shortest form")
        return name

    def elements(self) -> list[Element]:
        """All remaining elements, of any type."""
        found = []
        while self._position < len(self._data):
            tag = self._data[self._position]
            found.append(Element(tag, self._content(None)))
        return found

    def whole(self) -> bytes:
        """The next element of any type, encoded, with tag and length."""
        start = self._position
        self._content(None)
        return self._data[start : self._position]

    def end(self) -> None:
        """Raise ValueError if elements remain."""
        if self._position != len(self._data):
            raise ValueError("more than was expected")

    def _content(self, wanted: int | None) -> bytes:
        if len(self._data) < self._position + 2:
            raise ValueError("cut off")
        tag, length = self._data[self._position], self._data[self._position + 1]
        if wanted is not None and tag != wanted:
            raise ValueError(f"an element of type {tag:#04x} where {wanted:#04x} was expected")
        start = self._position + 2
        if length & 0x80:
            octets = self._data[start : start + (length & 0x7F)]
            start += length & 0x7F
            length = int.from_bytes(octets, "big")
            if _length(length) != bytes((0x80 | len(octets),)) + octets:
                raise ValueError("a length that is not in its shortest form")
        end = start + length
        if end > len(self._data):
            raise ValueError("cut off")
        self._position = end
        return self._data[start:end]


def encode_sequence(*parts: bytes) -> bytes:
    """A sequence of encoded parts."""
    return _element(SEQUENCE, b"".join(parts))


def encode_octets(content: bytes) -> bytes:
    """An octet string."""
    return _element(OCTET_STRING, content)


def encode_integer(number: int) -> bytes:
    """An integer of 0 or more."""
    return _element(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def encode_identifier(name: str) -> bytes:
    """An object identifier in dotted form, of at least two arcs."""
    first, second, *rest = (int(arc) for arc in name.split("."))
    return _element(OBJECT_IDENTIFIER, b"".join(_base128(arc) for arc in (40 * first + second, *rest)))


def _element(tag: int, content: bytes) -> bytes:
    return bytes((tag,)) + _length(len(content)) + content


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def _base128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number > 0x7F:
        number >>= 7
        octets.append(0x80 | number & 0x7F)
    return bytes(reversed(octets))
