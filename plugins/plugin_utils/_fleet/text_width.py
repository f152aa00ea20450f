# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text in terminal columns, of which some characters take two and some none."""

from __future__ import annotations

import typing as t
import unicodedata

NO_BREAK = "\xa0"  # not in any printable text


def width(text: str) -> int:
    """The columns that a printable text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """The text, its end replaced by ``...`` if it is longer."""
    if width(text) <= columns:
        return text
    return next(_pieces(text, columns - 3)) + "..."


def wrapped(text: str, columns: int, used: int = 0) -> list[str]:
    """The text in lines of at most this many columns; longer words are broken.

    Args:
        text: printable. Words joined by NO_BREAK stay on one line, with a space between them.
        columns: the width of a line.
        used: the occupied columns of the first line.

    Returns:
        At least one line.
    """
    lines: list[str] = []
    line, room = "", columns - used
    for word in text.split(" "):
        for piece in [word] if width(word) <= columns else _pieces(word, columns):
            gap = " " if line else ""
            if width(gap + piece) > room and (line or (used and not lines)):
                lines.append(line)
                line, room, gap = "", columns, ""
            line += gap + piece
            room -= width(gap + piece)
    return [each.replace(NO_BREAK, " ") for each in (*lines, line)]


def _pieces(text: str, columns: int) -> t.Iterator[str]:
    piece, used = "", 0
    for character in text:
        if used + _columns(character) > columns:
            yield piece
            piece, used = "", 0
        piece += character
        used += _columns(character)
    if piece:
        yield piece
