# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SMTP server that Thunderbird uses for each identity."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.settings import Settings
from .indexed_settings import SMTP_SERVERS, Draft, IndexedSettings
from .mapping import branch, text
from .name_list import NameList


def default_smtp_server(settings: Settings) -> str:
    """Thunderbird's default SMTP server: the chosen one, else the first; empty for none.

    If the chosen one is not in the list, there is none (measured with 115, 140, 153 and 157).
    """
    listed = _list(settings)
    chosen = text(settings, "mail.smtp.defaultserver")
    if chosen:
        return chosen if chosen in listed.positions else ""
    return next(iter(listed.names), "")


def usual_smtp_server(settings: Settings) -> str:
    """The SMTP server for identities that name none: the user's default for all identities, else the default one.

    If the former is not in the list, 157 uses the latter, and earlier versions do not send (measured as above).
    """
    chosen = text(settings, branch("identity", "default") + "smtpServer")
    return chosen if chosen and chosen in _list(settings).positions else default_smtp_server(settings)


def _list(settings: Settings) -> NameList:
    known = settings if isinstance(settings, (IndexedSettings, Draft)) else IndexedSettings(settings)
    return known.list_of(SMTP_SERVERS)


def identities_naming(settings: IndexedSettings, smtp: str) -> set[str]:
    """The identities of accounts that name an SMTP server."""
    using = settings.owners("identity", "smtpServer", smtp)
    return {name for name in using if settings.accounts_with("identities", name)}


def senders_by(settings: IndexedSettings, smtp: str) -> set[str]:
    """The identities of accounts that send by an SMTP server, including those that name none or a missing one."""
    found = identities_naming(settings, smtp)
    if smtp == usual_smtp_server(settings):
        found |= _without_smtp_server(settings)
    return found | _with_lost_server(settings) if smtp == default_smtp_server(settings) else found


def senders_by_default(settings: IndexedSettings) -> set[str]:
    """The identities of accounts that name no SMTP server or a missing one."""
    return _without_smtp_server(settings) | _with_lost_server(settings)


def _without_smtp_server(settings: IndexedSettings) -> set[str]:
    """The identities of accounts that name no SMTP server."""
    found = settings.owners("identity", "smtpServer", "")
    return {name for name in found if settings.accounts_with("identities", name)}


def _with_lost_server(settings: IndexedSettings) -> set[str]:
    """Identities whose SMTP server is not in the list: Thunderbird 157 uses the default, earlier versions do not send.

    Measured with 115, 140, 153 and 157, none of which changes or removes that preference. A listed server without a
    host is not missing: no other one is used in its place.
    """
    listed = settings.list_of(SMTP_SERVERS).positions
    found = (name for name in settings.lost if text(settings, branch("identity", name) + "smtpServer") not in listed)
    return {name for name in found if settings.accounts_with("identities", name)}


def other_senders(settings: Settings, account: Account) -> t.Sequence[str]:
    """The addresses of others that will send by the account's SMTP server after its removal."""
    state = IndexedSettings.of(settings)
    host = account.outgoing.host.lower()
    keys = {
        identity
        for smtp in state.owners("smtpserver", "username", account.username)
        if text(state, branch("smtpserver", smtp) + "hostname").lower() == host
        for identity in senders_by(state, smtp)
    }
    return sorted(text(state, branch("identity", identity) + "useremail") for identity in keys)
