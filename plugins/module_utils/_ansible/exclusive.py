# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``exclusive``: which accounts a task removes since they are not in its list."""

from __future__ import annotations

import typing as t

from .._model.account import Account, State
from .._providers.catalog import of_host

if t.TYPE_CHECKING:
    from .._clients.unlisted import FindUnlisted

CHARTER = "charter"
OURS = "ours"
OPTION: t.Mapping[str, t.Any] = {"exclusive": {"type": "str", "choices": [CHARTER, OURS]}}


def unlisted(
    load: t.Callable[[], FindUnlisted] | None, scope: str | None, listed: t.Sequence[Account]
) -> t.Callable[[t.Any], t.Sequence[Account]] | None:
    """What finds in a user's client the accounts that are not listed; None where nothing is to be removed.

    A list that wants no account of a user says nothing about that user's others: it may be empty by mistake.

    Args:
        load: imports what finds such accounts in the client: ``ClientEntry.load_unlisted``.
        scope: the value of the option.
        listed: all accounts of the task for the user, in whatever state.
    """
    if scope is None or load is None:
        return None
    if not any(account.state is State.PRESENT for account in listed):
        return None
    find = load()  # now, since the user for whom the task acts later may not read Python's files

    def in_scope(host: str, is_marked: bool) -> bool:
        return is_marked if scope == OURS else of_host(host) is not None

    return lambda state: find(state, listed, in_scope)
