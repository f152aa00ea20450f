# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account and identity are the user's default: two desktop settings (org.gnome.Evolution.DefaultSources).

Where they are not set, or name what is not there, Evolution takes the first: one account alone needs no default.
"""

from __future__ import annotations

import typing as t

from .sources import SourceIds

ACCOUNT = "default-mail-account"
IDENTITY = "default-mail-identity"
NAMES = (ACCOUNT, IDENTITY)
PATH = "org/gnome/evolution"


def path(name: str) -> str:
    """The path of one of them among the desktop settings."""
    return f"/{PATH}/{name}"


def missing(ids: SourceIds, stored: t.Callable[[str], str | None]) -> dict[str, str]:
    """What has to be stored to make an account the default; empty where it is.

    Args:
        ids: the account's.
        stored: what is stored under one of NAMES.
    """
    wanted = {ACCOUNT: ids.account, IDENTITY: ids.identity}
    return {name: uid for name, uid in wanted.items() if stored(name) != uid}
