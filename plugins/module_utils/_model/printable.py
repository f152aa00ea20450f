# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes text from outside fit to be shown: text from servers, users' files, registries and message buses.

A character that is not printable (Unicode's categories Other and Separator, but for the space) is shown as Python
writes it in a literal: ``\\x1b``, ``\\x9b``, ``\\u202e``. Half a surrogate pair, which also stands for a byte that is
not UTF-8, is shown as U+FFFD. So no text moves the cursor, changes colours or reverses what follows, different texts
look different, and all output is valid UTF-8.
"""

from __future__ import annotations

import collections.abc
import typing as t

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# The texts of a diff, a trace, and the output of a module without a result, which have line breaks and tabs.
_WITH_LINES = ("before", "after", "trace", "module_stdout", "module_stderr")


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
        lines: all texts keep line breaks and tabs; otherwise only diffs and traces do.
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
    """Whether a value is shown unchanged, as nearly every value in a result is."""
    return value is None or (isinstance(value, str) and value.isprintable())


def _escape(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    short = _SHORT.get(character)
    if short is not None:
        return short
    # Not with the codec unicode_escape: it is imported on first use, and the process may then act as a user who cannot
    # read it.
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
