# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that another program manages, such as GNOME Online Accounts. No run changes them."""

from __future__ import annotations

import typing as t

from .sources import DATA_SOURCE, Sources

# A source whose parent has this group is managed together with calendars and contacts, by another program such as
# GNOME Online Accounts, or by Evolution itself if the user has set up a collection account.
COLLECTION = "Collection"
_ONLINE_ACCOUNTS = ("GNOME Online Accounts", "Ubuntu Online Accounts")


class Keeper(t.NamedTuple):
    """The manager of an account that nothing else may change.

    Attributes:
        name: its name, as the user sees it.
        program: what kind of program it is.
        effect: what it does, a clause.
        where: where the account can be removed.
    """

    name: str
    program: str
    effect: str
    where: str


def is_kept(sources: Sources, key: str) -> bool:
    """Whether something else manages a source."""
    return sources.has_group(_parent(sources, key), COLLECTION)


def keeper(sources: Sources, keys: t.Iterable[str]) -> Keeper | None:
    """The manager of the first managed account; None if none is managed.

    Args:
        sources: all of them.
        keys: the uids of the accounts.
    """
    key = next((one for one in keys if is_kept(sources, one)), None)
    if key is None:
        return None
    parent = _parent(sources, key)
    name = sources.text(parent, DATA_SOURCE, "DisplayName") or parent
    if any(sources.has_group(parent, group) for group in _ONLINE_ACCOUNTS):
        return Keeper(name, "GNOME Online Accounts or the like", "would undo any change", "Settings, Online Accounts")
    return Keeper(name, "a collection account of the user's", "may undo a change", "in Evolution: Edit, Accounts")


def _parent(sources: Sources, key: str) -> str:
    return sources.text(key, DATA_SOURCE, "Parent")
