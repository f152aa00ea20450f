# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts of a client are not in the list, and are to be removed: the same rule for every client."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.account import Account, State

InScope = t.Callable[[str, bool], bool]
"""Whether an account may be removed, by its incoming server, and whether this collection has marked it."""

FindUnlisted = t.Callable[[t.Any, t.Sequence[Account], InScope], t.Sequence[Account]]
"""Finds in a client's state the accounts in scope that are not in the list, as they are to be removed."""


class UnlistedAccount(t.NamedTuple):
    """An account of a client that no account of the list was recognised as.

    Attributes:
        account: as stored.
        mark: what marks it as ours, see ``lookup.marker``; empty for an account made by hand.
        addresses: of all its identities.
    """

    account: Account
    mark: str
    addresses: t.Sequence[str]


def to_remove(found: t.Iterable[UnlistedAccount], listed: t.Sequence[Account], in_scope: InScope) -> list[Account]:
    """The accounts to remove, each as if it were listed with ``state: absent``.

    One with the protocol and an address or the login of a listed account stays: it may be the same account again.

    Args:
        found: what the client has beside the listed accounts.
        listed: of the user, in whatever state.
        in_scope: what may be removed.
    """
    kept = {(account.protocol, name.lower()) for account in listed for name in (account.email, account.username)}
    removed = []
    for stored, mark, addresses in found:
        email = mark.partition(":")[2] or stored.email or stored.username
        own = {(stored.protocol, name.lower()) for name in (email, stored.username, *addresses)}
        if in_scope(stored.incoming.host, bool(mark)) and not own & kept:
            removed.append(dataclasses.replace(stored, email=email, default=False, state=State.ABSENT))
    return removed
