# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of preferences that a Thunderbird before 102 goes by.

Such a Thunderbird keeps ``hostname`` and ``userName`` of a server as they were when the account was made, since the
addresses of folders have them, and connects to ``realhostname`` as ``realuserName`` where those are set. Later ones do
not read these names (seen with 153).
"""

from __future__ import annotations

import typing as t

from ..._model.settings import Settings, Value

FIRST_WITHOUT = 102

_NAMES = {"realhostname": "hostname", "realuserName": "userName"}


def has_any(content: bytes) -> bool:
    """Whether a prefs.js may have such names; few have."""
    return b".realhostname" in content or b".realuserName" in content


def effective(settings: Settings) -> dict[str, Value]:
    """The preferences with ``hostname`` and ``userName`` as Thunderbird uses them to connect."""
    return {**settings, **{usual: value for _old, usual, value in _renamed(settings)}}


def as_stored(before: Settings, after: Settings) -> dict[str, Value]:
    """What must be stored so that Thunderbird uses the preferences in ``after``.

    Args:
        before: the preferences as they are stored.
        after: those that ``effective`` gave, changed.
    """
    stored = dict(after)
    for old, usual, _value in _renamed(after):
        if usual in after and usual in before:
            stored[old], stored[usual] = after[usual], before[usual]
    return stored


def _renamed(settings: Settings) -> t.Iterator[tuple[str, str, str]]:
    """Each preference with an old name, with the usual one, and its value."""
    for key, value in settings.items():
        prefix, _dot, name = key.rpartition(".")
        if name in _NAMES and prefix.startswith("mail.server.") and isinstance(value, str) and value:
            yield key, f"{prefix}.{_NAMES[name]}", value
