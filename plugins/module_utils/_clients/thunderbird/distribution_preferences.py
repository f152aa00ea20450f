# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads ``distribution/distribution.ini`` of an installation: default preferences set by its distributor.

Source: TBDistCustomizer.sys.mjs. Thunderbird 153 reads it at each start, before the accounts.
"""

from __future__ import annotations

import json
import typing as t

from ..._model.settings import Value
from . import profiles_ini

_REQUIRED = ("id", "version", "about")  # otherwise the whole file is ignored


def values(content: bytes) -> t.Iterator[tuple[str, Value]]:
    """Each preference with its value.

    Args:
        content: the file's content.
    """
    sections = profiles_ini.parse(content)
    if all(sections.get("Global", {}).get(key) for key in _REQUIRED):
        for name, text in sections.get("Preferences", {}).items():
            value = _value(text)
            if value is not None:
                yield name, value


def _value(text: str) -> Value | None:
    """The JSON value; a text that is not JSON counts as is, without a quotation mark at either end."""
    try:
        found = json.loads(text, parse_constant=_no_json)
    except ValueError:
        start = 1 if text.startswith('"') else 0
        return text[start : -1 if text[start:].endswith('"') else None]
    if isinstance(found, (str, bool)):
        return found
    # As JavaScript converts a number to 32 bits.
    return (int(found) + 2**31) % 2**32 - 2**31 if isinstance(found, (int, float)) else None


def _no_json(word: str) -> t.NoReturn:
    """Reject NaN and similar words, which Python accepts."""
    raise ValueError(word)
