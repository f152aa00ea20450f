# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds which of many secrets occur in a result.

Ansible hides secrets by searching every text of a result for every secret. With a password per account, this takes
quadratic time. Almost always no secret occurs, which a single pass over the texts shows.
"""

from __future__ import annotations

import collections.abc
import typing as t

_PIECE = 6  # characters; of a longer secret, the beginning is searched for first


def occurring(secrets: t.Collection[str], value: t.Any) -> set[str]:
    """The secrets that occur in any text or number.

    Args:
        secrets: none of them empty.
        value: texts and numbers in lists and dicts of any depth; the keys of dicts are not searched.
    """
    by_length: dict[int, dict[str, list[str]]] = {}
    for secret in secrets:
        piece = secret[:_PIECE]
        by_length.setdefault(len(piece), {}).setdefault(piece, []).append(secret)
    found: set[str] = set()
    for text in set(_texts(value)) if by_length else ():
        for length, pieces in by_length.items():
            parts = {text[start : start + length] for start in range(len(text) - length + 1)}
            # Only the few texts with this beginning are searched for the secrets that share it.
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
