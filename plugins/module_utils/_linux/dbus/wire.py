# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""D-Bus values as bytes (D-Bus Specification 0.42, "Type System" and "Marshaling").

Values are written in little-endian order and read in both. Python's values are those of the protocol ``Bus``. Errors
never show a value, which may be a password.
"""

from __future__ import annotations

import struct
import typing as t

MAX_ARRAY = 1 << 24  # bytes, a quarter of the specification's limit
MAX_SIGNATURE = 255  # characters
MAX_DEPTH = 32  # of nested arrays, and of nested structs
MAX_VARIANTS = 64  # of nested containers of any kind, including those in variants
MAX_VALUES = 1 << 19  # values and types of one message: small ones take fifty times their size in memory

# code: format of struct; its size is also the alignment
_FIXED: t.Mapping[str, str] = {
    "y": "B",
    "n": "h",
    "q": "H",
    "i": "i",
    "u": "I",
    "x": "q",
    "t": "Q",
    "d": "d",
    "b": "I",
    "h": "I",
}
_ALIGNMENT: t.Mapping[str, int] = {
    **{code: struct.calcsize(form) for code, form in _FIXED.items()},
    "s": 4,
    "o": 4,
    "g": 1,
    "v": 1,
    "a": 4,
    "(": 8,
    "{": 8,
}
_BASIC = frozenset(_FIXED) | frozenset("sog")


class WireError(ValueError):
    """Bytes or values that the specification does not allow."""


class Type(t.NamedTuple):
    """One complete type.

    Attributes:
        code: the code of a basic type or variant; ``a``, ``(`` or ``{`` for an array, a struct, a dictionary entry.
        parts: the types in a container.
    """

    code: str
    parts: tuple[Type, ...] = ()


def parse(signature: str) -> tuple[Type, ...]:
    """The complete types in a signature.

    Raises:
        WireError: it is not a valid signature.
    """
    if len(signature) > MAX_SIGNATURE:
        raise WireError(f"a signature of {len(signature)} characters")
    types, position = [], 0
    while position < len(signature):
        kind, position = _parse_one(signature, position, 0, 0)
        types.append(kind)
    return tuple(types)


def _parse_one(signature: str, start: int, arrays: int, structs: int) -> tuple[Type, int]:
    """The complete type at a position, and the position after it."""
    code = signature[start : start + 1]
    if code == "v" or code in _BASIC:
        return Type(code), start + 1
    if code == "a" and signature[start + 1 : start + 2] == "{":
        entry, end = _parse_entry(signature, start + 1, arrays + 1, structs)
        return Type("a", (entry,)), end
    if code == "a" and arrays < MAX_DEPTH:
        part, end = _parse_one(signature, start + 1, arrays + 1, structs)
        return Type("a", (part,)), end
    if code == "(" and structs < MAX_DEPTH:
        parts: list[Type] = []
        end = start + 1
        while signature[end : end + 1] != ")" or not parts:
            part, end = _parse_one(signature, end, arrays, structs + 1)
            parts.append(part)
        return Type("(", tuple(parts)), end + 1
    raise WireError("not a signature")


def _parse_entry(signature: str, start: int, arrays: int, structs: int) -> tuple[Type, int]:
    """The dictionary entry at a position, and the position after it."""
    if arrays > MAX_DEPTH or structs >= MAX_DEPTH:
        raise WireError("not a signature")
    key, end = _parse_one(signature, start + 1, arrays, structs + 1)
    value, end = _parse_one(signature, end, arrays, structs + 1)
    if key.code not in _BASIC or signature[end : end + 1] != "}":
        raise WireError("not a signature")
    return Type("{", (key, value)), end + 1


def encode(signature: str, arguments: t.Sequence[t.Any]) -> bytes:
    """Encode the body of a message, little-endian.

    Raises:
        WireError: the arguments do not match the signature.
    """
    types = parse(signature)
    if len(types) != len(arguments):
        raise WireError(f"{len(arguments)} arguments for the signature {signature}")
    writer = _Writer()
    for kind, argument in zip(types, arguments):
        writer.put(kind, argument, 0)
    return bytes(writer.data)


def decode(signature: str, data: bytes, order: str = "<") -> tuple[t.Any, ...]:
    """Decode the arguments in the body of a message.

    Args:
        signature: their types.
        data: the whole body.
        order: ``<`` for little-endian, ``>`` for big-endian.

    Raises:
        WireError: the body does not match the signature.
    """
    reader = DbusReader(data, order)
    arguments = tuple(reader.get(kind, 0) for kind in parse(signature))
    if reader.position != len(data):
        raise WireError("more bytes than the signature says")
    return arguments


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise WireError("text that is not UTF-8") from None
    if "\0" in text:
        raise WireError("text with a zero byte in it")
    return text


def _check_path(path: str) -> None:
    """Check a path against "Valid Object Paths"."""
    root, *names = path.split("/")
    good = all(name and name.isascii() and name.replace("_", "a").isalnum() for name in names)
    if path != "/" and (root or not names or not good):
        raise WireError("not the path of an object")


class _Writer:
    """Appends values, little-endian."""

    def __init__(self) -> None:
        self.data = bytearray()

    def put(self, kind: Type, value: t.Any, depth: int) -> None:
        """Append a value with the padding before it."""
        self._align(kind)
        try:
            if kind.code in _FIXED:
                self._put_fixed(kind.code, value)
            elif kind.code in "sog":
                self._put_text(kind.code, value)
            else:
                self._put_container(kind, value, depth + 1)
        except (struct.error, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, WireError):
                raise
            raise WireError(f"a value that is not of type {kind.code}") from None  # without the value

    def _align(self, kind: Type) -> None:
        self.data += bytes(-len(self.data) % _ALIGNMENT[kind.code])

    def _put_fixed(self, code: str, value: t.Any) -> None:
        if (code == "b") != isinstance(value, bool):
            raise WireError(f"a value that is not of type {code}")
        self.data += struct.pack("<" + _FIXED[code], value)

    def _put_text(self, code: str, value: str) -> None:
        if code == "o":
            _check_path(value)
        if code == "g":
            parse(value)
        raw = value.encode("utf-8")
        if b"\0" in raw:
            raise WireError("text with a zero byte in it")
        self.data += struct.pack("<B" if code == "g" else "<I", len(raw)) + raw + b"\0"

    def _put_container(self, kind: Type, value: t.Any, depth: int) -> None:
        if depth > MAX_VARIANTS:
            raise WireError("values that are nested too deeply")
        if kind.code == "v":
            signature, content = value
            (part,) = parse(signature)
            self._put_text("g", signature)
            self.put(part, content, depth)
        elif kind.code == "a":
            self._put_array(kind.parts[0], value, depth)
        elif len(kind.parts) != len(value) or isinstance(value, str):
            raise WireError(f"a value that is not of type {kind.code}")
        else:
            for part, content in zip(kind.parts, value):
                self.put(part, content, depth)

    def _put_array(self, part: Type, value: t.Any, depth: int) -> None:
        at = len(self.data)
        self.data += bytes(4)
        self._align(part)
        start = len(self.data)
        if part.code == "y":
            self.data += memoryview(value)
        elif isinstance(value, str):
            raise WireError("a text where an array belongs")
        else:
            for content in value.items() if part.code == "{" else value:
                self.put(part, content, depth)
        length = len(self.data) - start
        if length > MAX_ARRAY:
            raise WireError("an array that is too long")
        struct.pack_into("<I", self.data, at, length)


class DbusReader:
    """Reads values from bytes in sequence."""

    def __init__(self, data: bytes, order: str) -> None:
        self._data = data
        self._order = order
        self._left = MAX_VALUES
        self.position = 0

    def get(self, kind: Type, depth: int) -> t.Any:
        """The next value."""
        self._count(1)
        code = kind.code
        self.align(_ALIGNMENT[code])
        if code in _FIXED:
            return self._fixed(code)
        if code in "sog":
            return self._text(code)
        if depth == MAX_VARIANTS:
            raise WireError("values that are nested too deeply")
        if code == "a":
            return self._array(kind.parts[0], depth + 1)
        if code == "v":
            types = parse(self._text("g"))
            if len(types) != 1:
                raise WireError("a variant of several types")
            return self.get(types[0], depth + 1)
        return tuple(self.get(part, depth + 1) for part in kind.parts)

    def _count(self, values: int) -> None:
        self._left -= values
        if self._left < 0:
            raise WireError("too many values")

    def align(self, alignment: int) -> None:
        """Skip padding."""
        if any(self._take(-self.position % alignment)):
            raise WireError("padding that is not zero")

    def _take(self, length: int) -> bytes:
        end = self.position + length
        if end > len(self._data):
            raise WireError("cut off")
        taken = self._data[self.position : end]
        self.position = end
        return taken

    def _fixed(self, code: str) -> t.Any:
        form = self._order + _FIXED[code]
        value = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if code != "b":
            return value
        if value > 1:
            raise WireError("a boolean that is neither true nor false")
        return bool(value)

    def _text(self, code: str) -> str:
        length: int = self._fixed("y" if code == "g" else "u")
        text = _text(self._take(length))
        if self._take(1) != b"\0":
            raise WireError("text without its zero byte")
        if code == "o":
            _check_path(text)
        if code == "g":
            self._count(len(text))
            parse(text)
        return text

    def _array(self, part: Type, depth: int) -> t.Any:
        length: int = self._fixed("u")
        if length > MAX_ARRAY:
            raise WireError("an array that is too long")
        self.align(_ALIGNMENT[part.code])
        if part.code == "y":
            return self._take(length)
        end = self.position + length
        values = []
        while self.position < end:
            values.append(self.get(part, depth))
        if self.position != end:
            raise WireError("an array that is not as long as it says")
        return dict(values) if part.code == "{" else values
