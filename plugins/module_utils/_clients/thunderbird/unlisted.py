# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the accounts of a Thunderbird profile that are not listed."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.errors import MailError
from ..._model.settings import Settings
from ..unlisted import InScope, UnlistedAccount, to_remove
from . import mapping
from .indexed_settings import DEFERRED, MARKER
from .lookup import find, stored
from .mapping import PrefIds, branch, names, text
from .stored import ThunderbirdState


def unlisted(state: ThunderbirdState, listed: t.Sequence[Account], in_scope: InScope) -> t.Sequence[Account]:
    """See ``FindUnlisted``. An account whose mail goes to another one's folders precedes that one."""
    settings = state.settings
    known = {ids.account for ids in (_found(settings, account) for account in listed) if ids is not None}
    others = [ids for ids in stored(settings) if ids.account not in known]
    others.sort(key=lambda ids: not text(settings, branch("server", ids.server) + DEFERRED))
    removed: dict[Account, list[str]] = {}
    for ids in others:
        account = mapping.read_back(settings, ids)
        if account is not None:
            mark = text(settings, branch("server", ids.server) + MARKER)
            identities = names(settings, branch("account", ids.account) + "identities")
            addresses = [text(settings, branch("identity", key) + "useremail") for key in identities]
            for one in to_remove([UnlistedAccount(account, mark, addresses)], listed, in_scope):
                removed.setdefault(one, []).append(ids.account)
    return [account for account, keys in removed.items() if _is_one_of(settings, account, keys)]


def _found(settings: Settings, account: Account) -> PrefIds | None:
    try:
        return find(settings, account)
    except MailError:  # it matches several accounts, none of which is removed: they have its address
        return None


def _is_one_of(settings: Settings, account: Account, keys: t.Collection[str]) -> bool:
    found = _found(settings, account)
    return found is not None and found.account in keys
