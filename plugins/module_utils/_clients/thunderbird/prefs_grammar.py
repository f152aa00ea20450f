# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the statements of a preference file in every form that Thunderbird reads; see ``prefs`` for the grammar.

Thunderbird writes prefs.js in only one form, which does not need this module.
"""

from __future__ import annotations

import re
import typing as t

from ..._model.settings import Value
from .prefs_tokens import Entry, PrefsSyntaxError, decode, integer, skip_blank

_KIND = re.compile(rb"(?:user_pref|sticky_pref|pref)(?![A-Za-z0-9_])")
_ATTRIBUTE = re.compile(rb"(?:sticky|locked)(?![A-Za-z0-9_])")
_WORD = re.compile(rb"(?:true|false)(?![A-Za-z0-9_])")
_DIGITS = re.compile(rb"[0-9]+(?![A-Za-z0-9_])")
_STRING = re.compile(
    rb'"([^"\\\x00]*(?:\\[^\x00][^"\\\x00]*)*)"|\'([^\'\\\x00]*(?:\\[^\x00][^\'\\\x00]*)*)\'', re.DOTALL
)
_ESCAPE = re.compile(
    rb"\\(?:x([0-9A-Fa-f]{2})|(u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})|(.))",
    re.DOTALL,
)
_SIMPLE_ESCAPES = {b'"': b'"', b"'": b"'", b"\\": b"\\", b"n": b"\n", b"r": b"\r"}


class Statement(t.NamedTuple):
    """A statement of a preference file other than prefs.js.

    Attributes:
        kind: its first word.
        name: the preference's name.
        value: the value as written.
        locked: "locked" follows the value.
        line: its first line, from 1.
    """

    kind: str
    name: str
    value: Value
    locked: bool
    line: int


def statements(
    content: bytes, kinds: t.Pattern[bytes], *, after_line: int = 0, needs_end: bool = True
) -> t.Iterator[Statement | None]:
    """The statements of a file, with None for each that cannot be read; Thunderbird skips those.

    Args:
        content: the whole file.
        kinds: the words that can begin a statement.
        after_line: skip this many lines.
        needs_end: a statement without a semicolon cannot be read.
    """
    position = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    for _line in range(after_line):
        position = content.find(b"\n", position) + 1 or len(content)
    while True:
        try:
            position = start = skip_blank(content, position)
            if start >= len(content):
                return
            statement, position = _parse_given(content, start, kinds, needs_end)
            yield statement
        except PrefsSyntaxError as error:
            yield None
            position = content.find(b";", error.position) + 1 or len(content)


def _parse_given(content: bytes, start: int, kinds: t.Pattern[bytes], needs_end: bool) -> tuple[Statement, int]:
    kind = kinds.match(content, start)
    if kind is None:
        raise PrefsSyntaxError(start, "a statement was expected")
    name, value, position = _parse_pair(content, kind.end())
    attributes = set()
    while content.startswith(b",", skip_blank(content, position)):
        attribute = _ATTRIBUTE.match(content, skip_blank(content, _expect(content, position, b",")))
        if attribute is None:
            raise PrefsSyntaxError(position, "sticky or locked was expected")
        attributes.add(attribute.group())
        position = attribute.end()
    position = _expect(content, position, b")")
    if needs_end or content.startswith(b";", skip_blank(content, position)):
        position = _expect(content, position, b";")
    line = content.count(b"\n", 0, start) + 1
    return Statement(kind.group().decode("ascii"), name, value, b"locked" in attributes, line), position


def entry_at(content: bytes, start: int) -> tuple[Entry | None, int]:
    """Parse a statement of any form; no entry for ``pref`` and ``sticky_pref``, which set defaults."""
    kind = _KIND.match(content, start)
    if kind is None:
        raise PrefsSyntaxError(start, "user_pref, pref or sticky_pref was expected")
    name, value, position = _parse_pair(content, kind.end())
    position = _expect(content, position, b")")
    position = _expect(content, position, b";")
    if kind.group() != b"user_pref":
        return None, position
    return Entry(name, value, start, position), position


def _parse_pair(content: bytes, position: int) -> tuple[str, Value, int]:
    """Parse the opening bracket, the name and the value."""
    position = _expect(content, position, b"(")
    name, position = _parse_string(content, skip_blank(content, position))
    position = _expect(content, position, b",")
    value, position = _parse_value(content, skip_blank(content, position))
    return name, value, position


def _parse_value(content: bytes, position: int) -> tuple[Value, int]:
    word = _WORD.match(content, position)
    if word is not None:
        return word.group() == b"true", word.end()
    sign = content[position : position + 1]
    signed = sign in {b"+", b"-"}
    # A sign is a separate token: blanks may follow it.
    start = skip_blank(content, position + 1) if signed else position
    number = _DIGITS.match(content, start)
    if number is not None:
        digits = b"-" + number.group() if sign == b"-" else number.group()
        return integer(digits, position), number.end()
    if signed:
        raise PrefsSyntaxError(position, "a whole number was expected after the sign")
    return _parse_string(content, position)


def _parse_string(content: bytes, position: int) -> tuple[str, int]:
    if content[position : position + 1] not in {b'"', b"'"}:
        raise PrefsSyntaxError(position, "a value was expected: a text in quotes, a whole number, true or false")
    match = _STRING.match(content, position)
    if match is None:
        raise PrefsSyntaxError(position, "this text has no closing quote")
    group = 1 if match.group(1) is not None else 2
    return unescaped(match.group(group), match.start(group)), match.end()


def unescaped(raw: bytes, position: int) -> str:
    """The text between quotes."""

    def replacement(match: t.Match[bytes]) -> bytes:
        byte, units, simple = match.groups()
        if byte is not None:
            return _raw_byte(byte, position + match.start())
        if units is not None:
            return _characters(units, position + match.start())
        if simple not in _SIMPLE_ESCAPES:
            raise PrefsSyntaxError(position + match.start(), "a text has an unknown escape sequence")
        return _SIMPLE_ESCAPES[simple]

    return decode(_ESCAPE.sub(replacement, raw))


def _raw_byte(digits: bytes, position: int) -> bytes:
    if digits == b"00":
        raise PrefsSyntaxError(position, "a text contains a zero byte")
    return bytes([int(digits, 16)])


def _characters(units: bytes, position: int) -> bytes:
    """A character as ``uHHHH``, or as two of these for a surrogate pair."""
    codes = [int(unit, 16) for unit in units.replace(b"\\", b"").split(b"u")[1:]]
    if len(codes) == 2:
        return chr(0x10000 + ((codes[0] - 0xD800) << 10) + (codes[1] - 0xDC00)).encode("utf-8")
    if 0xD800 <= codes[0] <= 0xDFFF:
        raise PrefsSyntaxError(position, "a text contains half of a surrogate pair")
    if codes[0] == 0:
        raise PrefsSyntaxError(position, "a text contains a zero character")
    return chr(codes[0]).encode("utf-8")


def _expect(content: bytes, position: int, token: bytes) -> int:
    found = skip_blank(content, position)
    if not content.startswith(token, found):
        raise PrefsSyntaxError(position, f"{token.decode()!r} was expected")
    return found + len(token)
