# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of many secrets are in a result at all.

Ansible hides secrets in a result by searching every text of it for every secret: with a password for each account, the
square of the number of accounts. Nearly always none is there, which one walk over the texts shows.
"""

from __future__ import annotations

import collections.abc
import typing as t

_PIECE = 6  # characters; of a longer secret the beginning is looked for first


def occurring(secrets: t.Collection[str], value: t.Any) -> set[str]:
    """The secrets that are a part of any text or number.

    Args:
        secrets: none of them empty.
        value: texts and numbers in lists and dicts of any depth; the keys of dicts do not count.
    """
    by_length: dict[int, dict[str, list[str]]] = {}
    for secret in secrets:
        piece = secret[:_PIECE]
        by_length.setdefault(len(piece), {}).setdefault(piece, []).append(secret)
    found: set[str] = set()
    for text in set(_texts(value)) if by_length else ():
        for length, pieces in by_length.items():
            parts = {text[start : start + length] for start in range(len(text) - length + 1)}
            # Of many secrets with one beginning, each is looked for in the few texts that have it.
            found.update(secret for part in parts & pieces.keys() for secret in pieces[part] if secret in text)
    return found


def _texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, collections.abc.Mapping):
        for content in value.values():
            yield from _texts(content)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for content in value:
            yield from _texts(content)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
