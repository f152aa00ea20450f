# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one rule for text from outside that is shown: what servers, users' files, registries and message buses contain.

A character that is not printable (Unicode's categories Other and Separator, but for the space) is shown as Python
writes it in a literal: ``\\x1b``, ``\\x9b``, ``\\u202e``. Half a surrogate pair, which also stands for a byte that is
not UTF-8, is shown as U+FFFD. So nothing moves the cursor, changes colours or reverses the order of what follows, two
texts that differ look different, and all of it is valid UTF-8.
"""

from __future__ import annotations

import collections.abc
import typing as t

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# The texts of a diff, and a trace: they have line breaks and tabs.
_WITH_LINES = ("before", "after", "trace")


def printable(text: str) -> str:
    """The text as one line."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def printable_lines(text: str) -> str:
    """The text with its line breaks and tabs."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in lines)


def printable_result(value: t.Any, *, lines: bool = False) -> t.Any:
    """The result of a task, with every text in it printable.

    Args:
        value: texts and bytes (UTF-8), in lists and dicts of any depth.
        lines: texts keep line breaks and tabs; otherwise only those of diffs and traces do.
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return printable_lines(value) if lines else printable(value)
    if isinstance(value, collections.abc.Mapping):
        return {
            key if _is_shown_whole(key) else printable_result(key): content
            if _is_shown_whole(content)
            else printable_result(content, lines=key in _WITH_LINES)
            for key, content in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [printable_result(content, lines=lines) for content in value]
    return value


def _is_shown_whole(value: t.Any) -> bool:
    """Whether a value is shown as it is, as nearly every one in a result."""
    return value is None or (isinstance(value, str) and value.isprintable())


def _escape(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    short = _SHORT.get(character)
    if short is not None:
        return short
    # Not by the codec unicode_escape: it is imported when first used, which the user that the process acts as may not.
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
