# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of an account in a user's Outlook, and what the user or administrator must do."""

from __future__ import annotations

import dataclasses
import enum

from ..._model.account import Account, Server
from ..._model.account import State as AccountState
from ..difference_text import difference_texts
from ..lookup import marker
from . import lookup
from .blockers import obstacle
from .one_per_domain import domain_conflict
from .reading import ProfileAccount
from .staging_methods import AUTODISCOVER, PRF
from .staging_record import Staged
from .stored import OutlookState


class OutlookStatus(enum.Enum):
    """The status of an account."""

    STAGED = "staged"
    CONFIGURED = "configured"
    DRIFTED = "drifted"
    PENDING_LOGON = "pending_logon"
    CONSUMED = "consumed_without_account"
    BLOCKED = "blocked"
    ABSENT = "absent"


@dataclasses.dataclass(frozen=True)
class AccountStatus:
    """The status of an account, and what to do.

    Attributes:
        standing: the status.
        advice: sentences for the administrator; empty if nothing needs to be done.
    """

    standing: OutlookStatus
    advice: str = ""


def verdict(state: OutlookState, account: Account, methods: tuple[str, ...]) -> AccountStatus:
    """The status of an account, from what the PC has stored.

    Args:
        state: what is stored.
        account: the wanted account.
        methods: how it is staged.
    """
    staged = state.record.find(account)
    if not state.loaded:
        return _logged_off(state, account, staged)
    made = lookup.find(state, account)
    if account.state is AccountState.ABSENT:
        return _unwanted(state) if made is not None else AccountStatus(OutlookStatus.ABSENT)
    if made is not None:
        return _made(state, account, made)
    block = obstacle(state, account, methods)
    if block is not None:
        return AccountStatus(OutlookStatus.BLOCKED, f"{block.reason} {block.advice}")
    if staged is None:
        return AccountStatus(OutlookStatus.ABSENT)
    if PRF in staged.methods:
        waits = state.is_pending and marker(account) in state.record.in_prf
        return _staged_prf(state) if waits else _consumed(state, staged)
    return _staged_xml(state, account)


def _made(state: OutlookState, account: Account, made: ProfileAccount) -> AccountStatus:
    clauses = difference_texts(lookup.deviations(account, made), account, made.account, "Outlook", made.security_names)
    elsewhere = "" if state.is_opened(made) else _elsewhere(state, made)
    if clauses:
        drifted = _drifted(state, made.profile, clauses)
        return AccountStatus(drifted.standing, f"{drifted.advice} {elsewhere}".rstrip())
    return AccountStatus(OutlookStatus.CONFIGURED, elsewhere)


def _elsewhere(state: OutlookState, made: ProfileAccount) -> str:
    return (
        f"The account is in Outlook's profile {made.profile}, but Outlook opens the profile {state.opened_profile}. "
        f"Have {state.user.name} choose {made.profile} as the default (Control Panel, Mail, Show Profiles), or add "
        "the account in Outlook (File, Add Account)."
    )


def _server(server: Server) -> str:
    return f"{server.host} port {server.port} ({server.security.value})"


def _logged_off(state: OutlookState, account: Account, staged: Staged | None) -> AccountStatus:
    if staged is None and account.state is AccountState.ABSENT:
        what = "so it is not known whether there is an account to remove"
    elif account.state is AccountState.ABSENT:
        what = "so what was staged cannot be withdrawn now"
    elif staged is None:
        what = "so nothing could be staged"
    else:
        what = "so it is not known whether Outlook has created the staged account"
    return AccountStatus(
        OutlookStatus.PENDING_LOGON,
        f"{state.user.name} is not logged on to this PC, {what}. Run again while the user is logged on.",
    )


def _unwanted(state: OutlookState) -> AccountStatus:
    return AccountStatus(
        OutlookStatus.CONFIGURED,
        f"The account is in {state.user.name}'s Outlook, where only the user can remove it: File, Account "
        "Settings, Account Settings, choose it, Remove.",
    )


def _drifted(state: OutlookState, profile: str, clauses: list[str]) -> AccountStatus:
    return AccountStatus(
        OutlookStatus.DRIFTED,
        f"The account in Outlook's profile {profile} is not set up as wanted: {'; '.join(clauses)}. "
        f"Have {state.user.name} change it in Outlook (File, Account Settings), or remove it there and run again "
        "to stage it again.",
    )


def _staged_prf(state: OutlookState) -> AccountStatus:
    name = state.user.name
    if not state.machine.classic:
        return AccountStatus(
            OutlookStatus.STAGED,
            f"Classic Outlook is not installed on this PC. Install it; its first start by {name} sets up the account.",
        )
    return AccountStatus(
        OutlookStatus.STAGED,
        f"Have {name} close and start Outlook: it then creates the account and asks for its password once.",
    )


def _staged_xml(state: OutlookState, account: Account) -> AccountStatus:
    rival = domain_conflict(state.record.accounts, account)
    if rival is not None:
        domain = account.domain
        return AccountStatus(
            OutlookStatus.BLOCKED,
            f"Autodiscover can serve only one account of {domain} for each user, and {rival} needs it as well. "
            "Add prf to method, or set up one of them by hand.",
        )
    return AccountStatus(
        OutlookStatus.STAGED,
        f"Have {state.user.name} add {account.email} in Outlook (File, Add Account): Outlook uses the staged "
        "servers and asks for the password.",
    )


def _consumed(state: OutlookState, staged: Staged) -> AccountStatus:
    account = staged.account
    by_hand = f"have {state.user.name} add {account.email} in Outlook (File, Add Account)"
    if AUTODISCOVER in staged.methods and domain_conflict(state.record.accounts, account) is None:
        by_hand += ", which finds the servers staged for it"
    else:
        by_hand += (
            f", choose to set it up manually, and enter {_server(account.incoming)} and {_server(account.outgoing)}"
        )
    return AccountStatus(
        OutlookStatus.CONSUMED,
        "Outlook imported the settings, but there is no account. If Outlook was started only a moment ago, run again; "
        f"otherwise {by_hand}. To stage the account again, run with state=absent and then with state=present.",
    )
