# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``exclusive``: which accounts a task removes because they are not listed."""

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
    """The function that finds a client's unlisted accounts; None if nothing is to be removed.

    A list without a wanted account of a user removes none of that user's accounts: it may be empty by mistake.

    Args:
        load: imports the client's function for this: ``ClientEntry.load_unlisted``.
        scope: the option's value.
        listed: all accounts of the task for the user, in any state.
    """
    if scope is None or load is None:
        return None
    if not any(account.state is State.PRESENT for account in listed):
        return None
    find = load()  # now: the user as whom the task acts later may be unable to read Python's files

    def in_scope(host: str, is_marked: bool) -> bool:
        return is_marked if scope == OURS else of_host(host) is not None

    return lambda state: find(state, listed, in_scope)
