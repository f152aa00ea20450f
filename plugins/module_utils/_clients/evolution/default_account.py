# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's default account and identity: two desktop settings (org.gnome.Evolution.DefaultSources).

If they are unset, or name a missing source, Evolution uses the first one: a single account needs no default.
"""

from __future__ import annotations

import typing as t

from .sources import SourceIds

ACCOUNT = "default-mail-account"
IDENTITY = "default-mail-identity"
NAMES = (ACCOUNT, IDENTITY)
PATH = "org/gnome/evolution"


def path(name: str) -> str:
    """The path of a default in the desktop settings."""
    return f"/{PATH}/{name}"


def missing(ids: SourceIds, stored: t.Callable[[str], str | None]) -> dict[str, str]:
    """The defaults to store to make an account the default; empty if it is the default.

    Args:
        ids: the account's uids.
        stored: returns what is stored under one of NAMES.
    """
    wanted = {ACCOUNT: ids.account, IDENTITY: ids.identity}
    return {name: uid for name, uid in wanted.items() if stored(name) != uid}
