# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes what to stage for one account. Pure."""

from __future__ import annotations

from ..._model.account import Account, State
from ..._model.differences import as_spelled
from ..._model.errors import OptionError
from . import lookup, signatures, staging
from .blockers import obstacle
from .one_per_domain import domain_conflict
from .staging_methods import AUTODISCOVER
from .stored import OutlookState


def configured(
    before: OutlookState, account: Account, methods: tuple[str, ...], profile: str | None = None
) -> OutlookState:
    """The state to write; ``before`` itself if nothing needs to, or can, be done.

    Args:
        before: what the PC has stored.
        account: the wanted account.
        methods: how it is staged, see ``staging_methods.METHODS``.
        profile: the Outlook profile for a new account; None for the user's default.

    Raises:
        OptionError: the methods cannot serve both this account and another one.
    """
    if not before.loaded:
        return before
    return signatures.configured(_with_account(before, account, methods, profile), account)


def _with_account(
    before: OutlookState, account: Account, methods: tuple[str, ...], profile: str | None
) -> OutlookState:
    before = staging.without_leftovers(before)
    staged = before.record.find(account)
    if staged is not None:
        account = as_spelled(account, staged.account)  # ignores how the user may have spelled it in Outlook since
    if account.state is State.ABSENT:
        return staging.without_account(before, account)
    made = lookup.find(before, account)
    if made is not None and staged is None:
        return before  # Outlook has it, and nothing is staged
    if made is None and obstacle(before, account, methods) is not None:
        return before
    rival = domain_conflict(before.record.accounts, account)
    if methods == (AUTODISCOVER,) and rival is not None:
        raise OptionError(
            "method",
            f"autodiscover can serve only one account of a domain for each user, and {before.user.name} has {rival} as "
            f"well as {account}",
            "add prf to method",
        )
    return staging.with_account(before, account, methods, profile)
