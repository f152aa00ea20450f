# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds an account in a user's Outlook profiles."""

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
"""The fields of an ``Account`` that an account in Outlook does not show."""
KEPT = frozenset({"reply_to", "organization", *senders.SETTINGS})
"""The same fields, as named in ``Difference``."""


def find(state: OutlookState, account: Account) -> ProfileAccount | None:
    """The account in an Outlook profile with this address and protocol, however it was created.

    Of several, prefer one in the profile that Outlook opens, then one whose settings differ from the wanted ones.
    """
    found = all_made(state, account)
    if not found:
        return None
    return min(found, key=lambda one: (not state.is_opened(one), not deviations(account, one)))


def all_made(state: OutlookState, account: Account) -> list[ProfileAccount]:
    """The account, from every Outlook profile that has it."""
    return [one for one in _with_address(state, account) if one.account.protocol is account.protocol]


def has_other_protocol(state: OutlookState, account: Account) -> bool:
    """Whether Outlook has the address with the other protocol."""
    return any(one.account.protocol is not account.protocol for one in _with_address(state, account))


def deviations(account: Account, made: ProfileAccount) -> tuple[Difference, ...]:
    """What differs between the wanted account and the one in Outlook."""
    return (*differences(account, comparable(made.account, account), made.outgoing_username), *made.sign_in)


def comparable(stored: Account, wanted: Account) -> Account:
    """The account in Outlook, with wanted values for fields that cannot be staged, since no run changes those."""
    return dataclasses.replace(stored, **{name: getattr(wanted, name) for name in NOT_STAGED})


def not_staged(account: Account) -> list[str]:
    """The given options of an account that cannot be staged, sorted."""
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
