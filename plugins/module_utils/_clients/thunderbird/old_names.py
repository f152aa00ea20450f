# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of preferences that Thunderbird used before version 102.

Such a Thunderbird keeps ``hostname`` and ``userName`` of a server as they were when the account was created, since the
URIs of folders contain them, and connects to ``realhostname`` as ``realuserName`` if those are set. Later versions
ignore these names (seen with 153).
"""

from __future__ import annotations

import typing as t

from ..._model.settings import Settings, Value

FIRST_WITHOUT = 102

_NAMES = {"realhostname": "hostname", "realuserName": "userName"}


def has_any(content: bytes) -> bool:
    """Whether a prefs.js may have such names; few do."""
    return b".realhostname" in content or b".realuserName" in content


def effective(settings: Settings) -> dict[str, Value]:
    """The preferences with the ``hostname`` and ``userName`` that Thunderbird connects with."""
    return {**settings, **{usual: value for _old, usual, value in _renamed(settings)}}


def as_stored(before: Settings, after: Settings) -> dict[str, Value]:
    """The preferences to store so that Thunderbird uses those in ``after``.

    Args:
        before: the stored preferences.
        after: the result of ``effective`` for them, changed.
    """
    stored = dict(after)
    for old, usual, _value in _renamed(after):
        if usual in after and usual in before:
            stored[old], stored[usual] = after[usual], before[usual]
    return stored


def _renamed(settings: Settings) -> t.Iterator[tuple[str, str, str]]:
    """Each preference with an old name, its usual name, and its value."""
    for key, value in settings.items():
        prefix, _dot, name = key.rpartition(".")
        if name in _NAMES and prefix.startswith("mail.server.") and isinstance(value, str) and value:
            yield key, f"{prefix}.{_NAMES[name]}", value
