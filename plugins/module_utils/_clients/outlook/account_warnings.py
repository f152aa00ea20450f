# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about a staged account, before Outlook starts."""

from __future__ import annotations

from ..._model.account import Account, Protocol
from ..lookup import marker
from . import locations, reading
from .blockers import migration
from .stored import OutlookState


def about_staging(state: OutlookState, account: Account) -> tuple[str, ...]:
    """Warnings about a staged account, sentences; some may be empty."""
    return migration(state), _pop3_mail(state, account), _roaming(state)


def _pop3_mail(state: OutlookState, account: Account) -> str:
    """Where the mail goes: Outlook binds a POP3 account from a PRF to the profile's default store.

    This was measured with Outlook 16.0.17932 for a data file, and is assumed for the mailbox of an Exchange account.
    """
    profile = state.record.profile
    is_new = profile.lower() not in [name.lower() for name in state.profiles]
    if account.protocol is not Protocol.POP3 or marker(account) not in state.record.in_prf or is_new:
        return ""
    root = locations.outlook(state.user.sid)
    exchange = reading.exchange_accounts(state.registry, root, profile)
    where = f"the default store of the Outlook profile {profile}"
    if exchange:
        where += f", which may be the mailbox of {' or '.join(exchange)} on a company's Exchange server"
    else:
        where += ", together with that of other accounts"
    return (
        f"Outlook will store the mail of this POP3 account in {where}. To keep it separate, name another profile in "
        "mail_profile, or have the user choose a data file in Outlook (File, Account Settings, Change Folder)."
    )


def _roaming(state: OutlookState) -> str:
    if not state.user.roams or not state.is_pending:
        return ""
    return (
        f"{state.user.name} has a roaming profile: ImportPRF is copied to other PCs, where the PRF file is missing. "
        "Have the user start Outlook on this PC first."
    )
