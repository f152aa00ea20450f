# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding an account among those of a user's Outlook profiles."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model import senders
from ..._model.account import Account
from ..._model.differences import Difference, differences
from ..._model.text import same_address
from .reading import ProfileAccount
from .stored import OutlookState

NOT_STAGED = frozenset({"reply_to", "organization", "signature", "identities", "default_identity"})
"""What of an ``Account`` no account in Outlook shows."""
KEPT = frozenset({"reply_to", "organization", *senders.SETTINGS})
"""The same by the names in ``Difference``."""


def find(state: OutlookState, account: Account) -> ProfileAccount | None:
    """The account in an Outlook profile, made by whatever means: the one with its address and protocol.

    If there are several, it is one of the profile that Outlook opens, and one with other settings than wanted.
    """
    found = all_made(state, account)
    if not found:
        return None
    return min(found, key=lambda one: (not state.is_opened(one), not deviations(account, one)))


def all_made(state: OutlookState, account: Account) -> list[ProfileAccount]:
    """The account in all Outlook profiles that have it."""
    return [one for one in _with_address(state, account) if one.account.protocol is account.protocol]


def has_other_protocol(state: OutlookState, account: Account) -> bool:
    """Whether Outlook has the address by the other protocol."""
    return any(one.account.protocol is not account.protocol for one in _with_address(state, account))


def deviations(account: Account, made: ProfileAccount) -> tuple[Difference, ...]:
    """What differs between the account that is wanted and the one in Outlook."""
    return (*differences(account, comparable(made.account, account), made.outgoing_username), *made.sign_in)


def comparable(stored: Account, wanted: Account) -> Account:
    """The account in Outlook with what cannot be staged as it is wanted: no run would change that."""
    return dataclasses.replace(stored, **{name: getattr(wanted, name) for name in NOT_STAGED})


def not_staged(account: Account) -> list[str]:
    """The options of an account that Outlook does not get, sorted."""
    has = {
        "reply_to": account.reply_to,
        "organization": account.organization,
        "identities": any(not one.absent for one in account.identities),
    }
    found = [name for name, given in has.items() if given]
    found += [f"folders.{kind}" for kind, _folder in account.folders.given()]
    return sorted([*found, *(name for name, _value in account.client.given())])


def _with_address(state: OutlookState, account: Account) -> t.Iterator[ProfileAccount]:
    return (one for one in state.made if same_address(one.account.email, account.email))
