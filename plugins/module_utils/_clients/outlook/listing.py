# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mail account in a user's Outlook profiles."""

from __future__ import annotations

import typing as t

from ..._model.errors import HostError
from ..listing import PASSWORD, ClientAccount, ListedIdentity, Listing
from .client import Outlook
from .locations import outlook
from .reading import ProfileAccount, exchange_accounts
from .stored import OutlookState


def accounts(client: Outlook) -> Listing:
    """The mail accounts of all profiles, those of the default profile first. Nothing is changed.

    Raises:
        HostError: the user is not logged on.
    """
    state = client.read()
    if not state.loaded:
        raise HostError(
            client.title,
            "the user is not logged on to this PC, so Outlook's accounts cannot be read",
            "run again while the user is logged on",
        )
    return Listing(tuple(in_profiles(state)))


def in_profiles(state: OutlookState) -> list[ClientAccount]:
    """The mail accounts of all profiles, those of the default profile first."""
    found = [_account(state, made) for made in state.made]
    for profile in state.profiles:
        names = exchange_accounts(state.registry, outlook(state.user.sid), profile)
        found += [ClientAccount("exchange", profile, name, None, managed=False) for name in names]
    return found


def _account(state: OutlookState, made: ProfileAccount) -> ClientAccount:
    account = made.account
    return ClientAccount(
        kind=account.protocol.value,
        profile=made.profile,
        email=account.email,
        account=account,
        managed=state.record.find(account) is not None,
        outgoing_username=made.outgoing_username,
        authentication=(PASSWORD, PASSWORD if made.authenticates else "none"),
        identities=(ListedIdentity(account.email, account.full_name or ""),),
        not_expressed=tuple(_not_expressed(made)),
    )


def _not_expressed(made: ProfileAccount) -> t.Iterator[str]:
    for difference in made.sign_in:
        yield f"{difference.setting} is {difference.stored}"
    for side, name in made.security_names.items():
        yield f"its encryption for {side} mail is {name}"
