# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's choices for an account in Thunderbird, and which of its parts belong to the user."""

from __future__ import annotations

from ..._model.account import Account, State
from ..._model.settings import Settings
from ..._model.text import bare_address, same_address
from .. import user_choice_texts
from ..lookup import once
from ..own_addresses import local_service
from .indexed_settings import IndexedSettings
from .lookup import find, is_guess
from .mapping import SERVER as _SERVER_RULES
from .mapping import PrefIds, branch, effective, text
from .smtp_servers import usual_smtp_server

_AUTH_METHOD = next(rule for rule in _SERVER_RULES if rule.key == "authMethod")
# From nsMsgAuthMethod; the other methods send a password in some form.
_NO_PASSWORD = {5: user_choice_texts.KERBEROS, 7: user_choice_texts.CERTIFICATE, 10: user_choice_texts.OAUTH2}


def usual(settings: Settings, account: Account) -> PrefIds | None:
    """The ids of an existing account that is wanted and has no choice of the user; None for others."""
    if account.state is State.ABSENT or account.migrate_from or chosen(settings, account):
        return None
    return find(settings, account)


def choice(settings: Settings, account: Account) -> str:
    """Why the account is left, as sentences; empty if it may be changed."""
    found = chosen(settings, account)
    return user_choice_texts.reason(account, found) if found else ""


def chosen(settings: Settings, account: Account) -> str:
    """The user's choice as a clause; empty for none."""
    state = IndexedSettings.of(settings)
    return once(state.chosen, account, lambda: _chosen(state, account))


def _chosen(settings: IndexedSettings, account: Account) -> str:
    ids = None if account.override else find(settings, account)
    if ids is None or (account.state is State.ABSENT and not is_guess(settings, ids, account)):
        return ""
    return chosen_for(settings, ids, account)


def chosen_for(settings: Settings, ids: PrefIds, account: Account) -> str:
    """The user's choice for an account that would become the wanted one, a clause; empty for none."""
    method = passwordless(settings, branch("server", ids.server))
    outgoing = ""
    if ids.identity and not is_foreign(settings, ids.identity, account):
        # An identity without an SMTP server uses the default one, which may belong to another account.
        name = ids.smtp or usual_smtp_server(settings)
        smtp = branch("smtpserver", name)
        outgoing = _host(settings, smtp)
        if ids.smtp or is_of_account(settings, name, ids, account):
            kind = text(settings, smtp + "type") or "smtp"
            if kind != "smtp":
                return user_choice_texts.sends_by(kind)
            method = method or passwordless(settings, smtp)
    if method:
        return user_choice_texts.signs_in_by(method)
    incoming = _host(settings, branch("server", ids.server))
    return local_service(IndexedSettings.of(settings).computer, account, incoming, outgoing)


def is_foreign(settings: Settings, identity: str, account: Account) -> bool:
    """Whether an identity has the user's own address."""
    address = text(settings, branch("identity", identity) + "useremail")
    return "@" in address and not same_address(bare_address(address), account.email)


def is_of_account(settings: Settings, smtp: str, ids: PrefIds, account: Account) -> bool:
    """Whether an SMTP server belongs to the account, by its login, rather than being a relay of the user's."""
    login = text(settings, branch("smtpserver", smtp) + "username").lower()
    incoming = text(settings, branch("server", ids.server) + "userName")
    return login in {account.username.lower(), account.email.lower(), incoming.lower()}


def is_usable(settings: Settings, smtp: str, ids: PrefIds, account: Account) -> bool:
    """Whether an SMTP server can be configured without affecting the user's own identities that use it."""
    prefix = branch("smtpserver", smtp)
    computer = IndexedSettings.of(settings).computer
    of_user = passwordless(settings, prefix) or local_service(computer, account, "", _host(settings, prefix))
    return is_of_account(settings, smtp, ids, account) and not of_user


def passwordless(settings: Settings, prefix: str) -> str:
    """How Thunderbird signs in at a server without a password; empty if it uses one.

    Args:
        settings: the preferences.
        prefix: the prefix of the server's preferences.
    """
    method = effective(settings, prefix, _AUTH_METHOD)
    return _NO_PASSWORD.get(method, "") if isinstance(method, int) else ""


def _host(settings: Settings, prefix: str) -> str:
    return text(settings, prefix + "hostname")
