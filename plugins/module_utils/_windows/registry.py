# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of a Windows registry: immutable, and, as in Windows, with names that ignore letter case.

Types and their numbers are those of winnt.h ("Registry value types" in Microsoft's reference). Data are kept as the
bytes that Windows stores: little endian, texts in UTF-16 with a zero character at the end.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
import typing as t

from .._model.settings import Value


class ValueType(enum.IntEnum):
    """The value types that have names; a registry may also contain other numbers."""

    NONE = 0
    SZ = 1
    EXPAND_SZ = 2
    BINARY = 3
    DWORD = 4
    DWORD_BIG_ENDIAN = 5
    LINK = 6
    MULTI_SZ = 7
    QWORD = 11


_SIZES: t.Mapping[int, int] = {ValueType.DWORD: 4, ValueType.DWORD_BIG_ENDIAN: 4, ValueType.QWORD: 8}
V = t.TypeVar("V")


@dataclasses.dataclass(frozen=True)
class RegValue:
    """One value.

    Attributes:
        kind: its type, a ``ValueType`` or another 32-bit number.
        data: its bytes.
    """

    kind: int
    data: bytes

    @classmethod
    def sz(cls, text: str) -> RegValue:
        """A text."""
        return cls(ValueType.SZ, encode_text(text))

    @classmethod
    def expand_sz(cls, text: str) -> RegValue:
        """A text with ``%variables%``."""
        return cls(ValueType.EXPAND_SZ, encode_text(text))

    @classmethod
    def multi_sz(cls, texts: t.Iterable[str]) -> RegValue:
        """A list of texts, none empty, since an empty text would end the list."""
        return cls(ValueType.MULTI_SZ, b"".join(encode_text(text) for text in texts) + b"\0\0")

    @classmethod
    def binary(cls, data: bytes) -> RegValue:
        """Bytes."""
        return cls(ValueType.BINARY, data)

    @classmethod
    def dword(cls, number: int) -> RegValue:
        """An unsigned 32-bit number."""
        return cls(ValueType.DWORD, number.to_bytes(4, "little"))

    @classmethod
    def qword(cls, number: int) -> RegValue:
        """An unsigned 64-bit number."""
        return cls(ValueType.QWORD, number.to_bytes(8, "little"))

    @property
    def text(self) -> str | None:
        """A text up to its first zero character, as Windows programs read it; None for other types."""
        return decode_text(self.data) if self.kind in {ValueType.SZ, ValueType.EXPAND_SZ, ValueType.LINK} else None

    @property
    def texts(self) -> tuple[str, ...] | None:
        """A list of texts up to the first empty one; None for other types."""
        if self.kind != ValueType.MULTI_SZ:
            return None
        return tuple(itertools.takewhile(bool, _utf_16(self.data).split("\0")))

    @property
    def number(self) -> int | None:
        """A number; None for other types and for data of the wrong length."""
        if _SIZES.get(self.kind) != len(self.data):
            return None
        return int.from_bytes(self.data, "big" if self.kind == ValueType.DWORD_BIG_ENDIAN else "little")

    @property
    def plain(self) -> Value:
        """The value to show to users: a text, a number, or the bytes."""
        for shown in (self.text, self.number):
            if shown is not None:
                return shown
        return self.data if self.texts is None else "\n".join(self.texts)


@dataclasses.dataclass(frozen=True)
class KeyWrite:
    """The changes to one key, in this order: delete the key, create it, set values.

    Attributes:
        path: the whole path, beginning with the long name of a root such as ``HKEY_USERS``.
        values: by name (empty for the default value), the value to set, or None to delete it.
        delete: first delete the key, with all its values and subkeys; without ``values`` it remains deleted.
    """

    path: str
    values: t.Mapping[str, RegValue | None] = dataclasses.field(default_factory=dict)
    delete: bool = False


class ByName(t.Mapping[str, V]):
    """A mapping that ignores letter case in names; the first spelling is kept."""

    def __init__(self, entries: t.Iterable[tuple[str, V]] = ()) -> None:
        self._entries: dict[str, tuple[str, V]] = {}
        for name, value in entries:
            folded = fold(name)
            self._entries[folded] = (self._entries.get(folded, (name,))[0], value)

    def __getitem__(self, name: str) -> V:
        return self._entries[fold(name)][1]

    def __iter__(self) -> t.Iterator[str]:
        return (name for name, _value in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByName) and self._folded() == other._folded()

    def _folded(self) -> dict[str, V]:
        return {folded: value for folded, (_name, value) in self._entries.items()}


Values = ByName[RegValue]
_NO_VALUES: Values = ByName()


class Registry(ByName[Values]):
    """The values of keys, by full key path, which begins with the long name of a root."""

    def value(self, path: str, name: str) -> RegValue | None:
        """A value; None if it or its key is missing."""
        return self.get(path, _NO_VALUES).get(name)

    def children(self, path: str) -> tuple[str, ...]:
        """The names of the keys directly below a key, in their first spelling."""
        above = fold(path) + "\\"
        below = (spelt[len(above) :] for spelt in self if fold(spelt).startswith(above))
        return tuple(ByName((name.partition("\\")[0], None) for name in below))

    def written(self, writes: t.Iterable[KeyWrite]) -> Registry:
        """The registry after these writes, in order."""
        keys = dict(self._entries)
        for write in writes:
            key = fold(write.path)
            if write.delete:
                for gone in [path for path in keys if path == key or path.startswith(key + "\\")]:
                    del keys[gone]
            if write.values or not write.delete:
                path, values = keys.get(key, (write.path, _NO_VALUES))
                changed = ByName([*values.items(), *write.values.items()])
                left = ByName((name, value) for name, value in changed.items() if value is not None)
                keys[key] = (path, left)
        return Registry(keys.values())


def difference(before: Registry, after: Registry) -> tuple[KeyWrite, ...]:
    """The writes that turn one registry into the other: ``before.written(difference(before, after)) == after``."""
    removals: list[KeyWrite] = []
    left = before
    for path in before:
        if path in left and path not in after:
            removals.append(KeyWrite(path, delete=True))
            left = left.written(removals[-1:])
    writes: list[KeyWrite] = []
    for path, values in after.items():
        known = left.get(path, _NO_VALUES)
        changed: dict[str, RegValue | None] = {name: None for name in known if name not in values}
        changed.update((name, value) for name, value in values.items() if known.get(name) != value)
        if changed or path not in left:
            writes.append(KeyWrite(path, changed))
    return (*removals, *writes)


def fold(name: str) -> str:
    """A name as Windows compares it: each letter in upper case, if that is a single letter and reversible.

    Windows has its own table (RtlUpcaseUnicodeChar), in which no letter becomes two.
    """
    return name.upper() if name.isascii() else "".join(map(_upper, name))


def encode_text(text: str) -> bytes:
    """A text as the registry stores it. Half a surrogate pair is kept, as in Windows."""
    return (text + "\0").encode("utf-16-le", "surrogatepass")


def decode_text(data: bytes) -> str:
    """The text of stored data, up to its first zero character."""
    return _utf_16(data).partition("\0")[0]


def _utf_16(data: bytes) -> str:
    """Data in UTF-16, decoded. An odd byte at the end, half a character, is dropped."""
    return data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass")


def _upper(letter: str) -> str:
    upper = letter.upper()
    return upper if len(upper) == 1 and upper.lower() == letter and upper < "\U00010000" else letter
