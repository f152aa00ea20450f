# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which accounts of a client to remove because they are not listed; the same for every client."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.account import Account, State

InScope = t.Callable[[str, bool], bool]
"""Whether an account may be removed, by its incoming server and whether this collection marked it."""

FindUnlisted = t.Callable[[t.Any, t.Sequence[Account], InScope], t.Sequence[Account]]
"""Finds the accounts in scope that are not listed in a client's state, ready for removal."""


class UnlistedAccount(t.NamedTuple):
    """An account of a client that matches no listed account.

    Attributes:
        account: the stored account.
        mark: its mark as ours, see ``lookup.marker``; empty for an account set up by hand.
        addresses: those of all its identities.
    """

    account: Account
    mark: str
    addresses: t.Sequence[str]


def to_remove(found: t.Iterable[UnlistedAccount], listed: t.Sequence[Account], in_scope: InScope) -> list[Account]:
    """The accounts to remove, each as if it were listed with ``state: absent``.

    One that shares protocol and an address or login with a listed account stays: it may be the same account.

    Args:
        found: the accounts of the client that match no listed account.
        listed: the user's listed accounts, in any state.
        in_scope: which accounts may be removed.
    """
    kept = {(account.protocol, name.lower()) for account in listed for name in (account.email, account.username)}
    removed = []
    for stored, mark, addresses in found:
        email = mark.partition(":")[2] or stored.email or stored.username
        own = {(stored.protocol, name.lower()) for name in (email, stored.username, *addresses)}
        if in_scope(stored.incoming.host, bool(mark)) and not own & kept:
            removed.append(dataclasses.replace(stored, email=email, default=False, state=State.ABSENT))
    return removed
