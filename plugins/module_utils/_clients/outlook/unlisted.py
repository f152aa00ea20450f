# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts in a user's Outlook, and those staged for it, that are not in the list."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..lookup import marker
from ..unlisted import InScope, UnlistedAccount, to_remove
from .stored import OutlookState


def unlisted(state: OutlookState, listed: t.Sequence[Account], in_scope: InScope) -> t.Sequence[Account]:
    """See ``FindUnlisted``. What is staged can be withdrawn; only the user can remove an account that Outlook has."""
    staged = [UnlistedAccount(one.account, one.mark, (one.account.email,)) for one in state.record.accounts]
    marks = {one.mark for one in staged}
    made = []
    for account in (one.account for one in state.made):
        mark = marker(account)
        made.append(UnlistedAccount(account, mark if mark in marks else "", (account.email,)))
    return list({marker(account): account for account in to_remove([*made, *staged], listed, in_scope)}.values())
