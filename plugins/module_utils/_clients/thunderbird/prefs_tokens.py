# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blanks between the tokens of a preference file, and decoding of its values. See ``prefs``."""

from __future__ import annotations

import re
import typing as t

from ..._model.numbers import INT32, number_in
from ..._model.settings import Value

_BLANK = re.compile(rb"(?:[ \t\n\x0b\x0c\r]+|#[^\r\n\x00]*|//[^\r\n\x00]*|/\*(?:[^*\x00]|\*(?!/))*\*/)*")


class Entry(t.NamedTuple):
    """A preference set by ``user_pref``, and the position of its statement."""

    name: str
    value: Value
    start: int
    end: int


class PrefsSyntaxError(Exception):
    """A file violates the grammar.

    Attributes:
        position: the position in bytes.
    """

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


def skip_blank(content: bytes, position: int) -> int:
    """The position after white space and comments."""
    match = _BLANK.match(content, position)
    end = position if match is None else match.end()
    if content.startswith(b"/*", end):
        raise PrefsSyntaxError(end, "this comment has no end")
    if content.startswith(b"\x00", end):
        raise PrefsSyntaxError(end, "there is a zero byte, as a crash or a full disk may leave")
    return end


def decode(raw: bytes) -> str:
    """The text, with lone surrogates for bytes that are not UTF-8."""
    return raw.decode("utf-8", "surrogateescape")


def integer(digits: bytes, position: int) -> int:
    """The number with these digits."""
    number = number_in(digits.lstrip(b"-"), INT32 + 1)
    if number is not None and digits.startswith(b"-"):
        number = -number
    if number is None or number > INT32:
        raise PrefsSyntaxError(position, "a number needs more than 32 bits")
    return number
