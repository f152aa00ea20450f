# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``distribution/distribution.ini`` of an installation gives: default preferences of whoever distributes it.

Source: TBDistCustomizer.sys.mjs. Seen with Thunderbird 153: it is read at each start, before the accounts are.
"""

from __future__ import annotations

import json
import typing as t

from ..._model.settings import Value
from . import profiles_ini

_REQUIRED = ("id", "version", "about")  # or nothing of the file counts


def values(content: bytes) -> t.Iterator[tuple[str, Value]]:
    """Each preference with its value.

    Args:
        content: of the file.
    """
    sections = profiles_ini.parse(content)
    if all(sections.get("Global", {}).get(key) for key in _REQUIRED):
        for name, text in sections.get("Preferences", {}).items():
            value = _value(text)
            if value is not None:
                yield name, value


def _value(text: str) -> Value | None:
    """What JSON has there; what is none is a text, without a quotation mark at either end."""
    try:
        found = json.loads(text, parse_constant=_no_json)
    except ValueError:
        start = 1 if text.startswith('"') else 0
        return text[start : -1 if text[start:].endswith('"') else None]
    if isinstance(found, (str, bool)):
        return found
    # As JavaScript makes 32 bits of a number.
    return (int(found) + 2**31) % 2**32 - 2**31 if isinstance(found, (int, float)) else None


def _no_json(word: str) -> t.NoReturn:
    """Of NaN and the like, which Python takes."""
    raise ValueError(word)
