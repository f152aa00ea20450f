# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password that cannot be printed by accident, and its forms in other notations."""

from __future__ import annotations

import json
import typing as t

from .printable import printable

HIDDEN = "********"


class Secret:
    """A text that appears as asterisks wherever it is printed, formatted or logged."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, only for a cipher or an authenticated, encrypted connection."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def notations(text: str, depth: int = 1) -> set[str]:
    """The forms of a text in Python's, JSON's and our own output, itself included.

    All of these must be replaced to hide a secret in a text: ``str`` of a list escapes its items. ``Redactor`` handles
    Base64, which carries passwords only to mail servers.

    Args:
        text: the secret.
        depth: how many notations may be nested, such as 2 for Python's of JSON's.
    """
    found = {text, text.strip(), " ".join(text.split())} - {""}
    for _level in range(depth):
        found |= {form for known in found for form in _escaped(known)}
    return found


def _escaped(text: str) -> t.Iterator[str]:
    both_quotes = "'\""  # if a text has both, repr escapes the first only
    python = repr(both_quotes + text)[len("'\\'\"") : -1]
    yield python
    yield python.replace("\\'", "'")
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield printable(text)
