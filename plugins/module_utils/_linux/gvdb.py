# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the file with a user's desktop settings in dconf, without starting a program.

GVDB is a hash table: a header, an index and items, all little-endian; an item's name continues that of its parent.
Sources: dconf gvdb/gvdb-format.h (the layout), gvdb-reader.c (how a name is found); GVariant Specification 1.0 (how a
text is stored).
"""

from __future__ import annotations

import struct
import typing as t

from .._model.errors import DamagedFileError

# With each half reversed, the same eight bytes mean that values have the other byte order; it does not affect texts.
_SIGNATURES = (b"GVariant", b"raVGtnai")

_HEADER = struct.Struct("<8sIIII")  # signature, version, options, start and end of the table
_TABLE = struct.Struct("<II")  # number of words in the bloom filter (27 bits), number of buckets
_ITEM = struct.Struct("<IIIHcxII")  # hash, parent, start and size of the name, type, position of the value
_WORD = struct.Struct("<I")

_BLOOM_WORDS = (1 << 27) - 1
_NO_PARENT = 0xFFFFFFFF
_VALUE = b"v"
_TABLE_KIND = b"H"
_LOCKS = b".locks"


def text_of(path: str, content: bytes, key: str) -> str | None:
    """The text stored under a key.

    Args:
        path: the file, for messages.
        content: the file's entire content.
        key: the full name, such as ``/org/gnome/evolution/default-mail-account``.

    Returns:
        None if the key is missing or is not a text.

    Raises:
        DamagedFileError: the file has an invalid format.
    """
    try:
        value = _Table.of_file(content).find(key.encode("utf-8"))
        return None if value is None else _text(content[slice(*value)])
    except (ValueError, struct.error):
        raise _damaged(path) from None


def is_locked(path: str, content: bytes, key: str) -> bool:
    """Whether a database for all users locks a key. Arguments and errors are those of ``text_of``."""
    try:
        locks = _Table.of_file(content).find(_LOCKS, _TABLE_KIND)
        return locks is not None and _Table(content, *locks).find(key.encode("utf-8")) is not None
    except (ValueError, struct.error):
        raise _damaged(path) from None


def _damaged(path: str) -> DamagedFileError:
    return DamagedFileError(
        path, None, "this is not a dconf settings file, or it is damaged", "restore it, or move it away"
    )


def _text(value: bytes) -> str | None:
    """Decode a GVariant of type v: the content, a zero byte, the type's name. A text ends with a zero byte."""
    content, separator, kind = value.rpartition(b"\0")
    if not separator:
        raise ValueError("no type")
    if kind != b"s":
        return None
    if not content.endswith(b"\0") or b"\0" in content[:-1]:
        raise ValueError("not one text")
    return content[:-1].decode("utf-8")


class _Table:
    """A hash table in a file; positions outside the file raise ValueError or struct.error."""

    @classmethod
    def of_file(cls, content: bytes) -> _Table:
        """The root table, which contains all others."""
        signature, version, _options, start, end = _HEADER.unpack_from(content)
        if signature not in _SIGNATURES or version != 0:
            raise ValueError("no header")
        return cls(content, start, end)

    def __init__(self, content: bytes, start: int, end: int) -> None:
        self._content = content
        _region(content, start, end)
        bloom, self._bucket_count = _TABLE.unpack_from(content, start)
        self._buckets = start + _TABLE.size + _WORD.size * (bloom & _BLOOM_WORDS)
        self._items = self._buckets + _WORD.size * self._bucket_count
        self._item_count, rest = divmod(end - self._items, _ITEM.size)
        if self._item_count < 0 or rest:
            raise ValueError("no table")

    def find(self, key: bytes, wanted: bytes = _VALUE) -> tuple[int, int] | None:
        """The start and end of a key's value, or of another item type."""
        if not self._bucket_count:
            return None
        hashed = _hash(key)
        bucket = hashed % self._bucket_count
        first = self._bucket(bucket)
        behind = self._bucket(bucket + 1) if bucket + 1 < self._bucket_count else self._item_count
        if not first <= behind <= self._item_count:
            raise ValueError("buckets out of order")
        for index in range(first, behind):
            item_hash, _parent, _start, _size, kind, start, end = self._item(index)
            if item_hash == hashed and kind == wanted and self._name(index) == key:
                _region(self._content, start, end)
                return start, end
        return None

    def _bucket(self, index: int) -> int:
        (first,) = _WORD.unpack_from(self._content, self._buckets + _WORD.size * index)
        return int(first)

    def _item(self, index: int) -> tuple[t.Any, ...]:
        if index >= self._item_count:
            raise ValueError("no such item")
        return _ITEM.unpack_from(self._content, self._items + _ITEM.size * index)

    def _name(self, index: int) -> bytes:
        """The full name of an item."""
        parts: list[bytes] = []
        while index != _NO_PARENT:
            if len(parts) > self._item_count:
                raise ValueError("parents in a circle")
            _hash, index, start, size, _kind, _from, _to = self._item(index)
            parts.append(_region(self._content, start, start + size))
        return b"".join(reversed(parts))


def _region(content: bytes, start: int, end: int) -> bytes:
    if not start <= end <= len(content):
        raise ValueError("cut off")
    return content[start:end]


def _hash(key: bytes) -> int:
    """D. J. Bernstein's hash, over signed characters."""
    hashed = 5381
    for byte in key:
        hashed = (hashed * 33 + (byte - 256 if byte > 127 else byte)) & 0xFFFFFFFF
    return hashed
