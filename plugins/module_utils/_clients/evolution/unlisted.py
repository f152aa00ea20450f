# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of Evolution that are not listed."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.errors import MailError
from ..unlisted import InScope, UnlistedAccount, to_remove
from . import mapping
from .lookup import find
from .online_accounts import COLLECTION
from .sources import DATA_SOURCE, MARKER_GROUP, MARKER_KEY, SourceIds, Sources
from .stored import EvolutionState


def unlisted(state: EvolutionState, listed: t.Sequence[Account], in_scope: InScope) -> t.Sequence[Account]:
    """See ``FindUnlisted``. Accounts managed by another program, such as GNOME Online Accounts, are excluded."""
    sources = state.sources
    known = {ids.account for ids in (_found(sources, account) for account in listed) if ids is not None}
    removed: dict[Account, list[str]] = {}
    for uid in sources.accounts:
        if uid in known or sources.has_group(sources.text(uid, DATA_SOURCE, "Parent"), COLLECTION):
            continue
        account = mapping.read_back(sources, sources.ids(uid))
        if account is not None:
            found = UnlistedAccount(account, sources.text(uid, MARKER_GROUP, MARKER_KEY), (account.email,))
            for one in to_remove([found], listed, in_scope):
                removed.setdefault(one, []).append(uid)
    return [account for account, uids in removed.items() if _is_one_of(sources, account, uids)]


def _found(sources: Sources, account: Account) -> SourceIds | None:
    try:
        return find(sources, account)
    except MailError:  # managed by another program, or ambiguous: those have its address
        return None


def _is_one_of(sources: Sources, account: Account, uids: t.Collection[str]) -> bool:
    found = _found(sources, account)
    return found is not None and found.account in uids
