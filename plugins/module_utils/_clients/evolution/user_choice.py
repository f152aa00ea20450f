# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user has chosen for an account in Evolution, and what of it is the user's own."""

from __future__ import annotations

from ..._model.account import Account, State
from ..._model.text import bare_address, same_address
from .. import user_choice
from ..lookup import once
from . import mapping
from .lookup import find, is_guess
from .sources import AUTHENTICATION, MAIL_IDENTITY, MAIL_TRANSPORT, SourceIds, Sources

# The mechanisms of Camel that send a password in some way. Any other name is that of a service for OAuth2, such as
# Google, or of a module that a program has added.
_BY_PASSWORD = frozenset(
    {
        "",
        "none",
        "plain",
        "plain/password",
        "login",
        "cram-md5",
        "digest-md5",
        "ntlm",
        "+apop",
        "popb4smtp",
        "anonymous",
    }
)


def usual(sources: Sources, account: Account) -> SourceIds | None:
    """The uids of an account that is there and wanted, and about which nobody has chosen anything; None for others."""
    if account.state is State.ABSENT or account.migrate_from or chosen(sources, account):
        return None
    return find(sources, account)


def choice(sources: Sources, account: Account) -> str:
    """Why the account is to be left as it is, as sentences; empty where nothing stands against what is wanted."""
    found = chosen(sources, account)
    return user_choice.reason(account, found) if found else ""


def chosen(sources: Sources, account: Account) -> str:
    """The same as a clause."""
    return once(sources.chosen, account, lambda: _chosen(sources, account))


def _chosen(sources: Sources, account: Account) -> str:
    ids = None if account.override else find(sources, account)
    if ids is None or (account.state is State.ABSENT and not is_guess(sources, ids, account)):
        return ""
    return chosen_for(sources, ids, account)


def chosen_for(sources: Sources, ids: SourceIds, account: Account) -> str:
    """What the user has chosen for an account that would become the wanted one, a clause; empty for nothing."""
    if any(sources.is_off(uid) for uid in ids.all):
        return user_choice.switched_off("Evolution")
    program = sources.text(ids.transport, MAIL_TRANSPORT, "BackendName") or "smtp"
    if program != "smtp":
        return user_choice.sends_by(program)
    servers = (ids.account, ids.transport)
    method = next(filter(None, (passwordless(sources, uid) for uid in servers)), "")
    if method:
        return user_choice.signs_in_by(method)
    return user_choice.local_service(
        sources.computer, account, *(sources.text(uid, AUTHENTICATION, "Host") for uid in servers)
    )


def kept_address(sources: Sources, identity: str, account: Account) -> str:
    """The address of the user's own that an identity of the account keeps, with its name; empty for none."""
    kept = not account.override and is_foreign(sources, identity, account)
    return sources.text(identity, MAIL_IDENTITY, "Address") if kept else ""


def kept(sources: Sources, identity: str, account: Account) -> frozenset[str]:
    """What of an identity stays as the user has it, by its names in ``Difference``."""
    return mapping.OF_IDENTITY if kept_address(sources, identity, account) else frozenset()


def is_foreign(sources: Sources, identity: str, account: Account) -> bool:
    """Whether an identity has an address of the user's own."""
    address = sources.text(identity, MAIL_IDENTITY, "Address")
    return "@" in address and not same_address(bare_address(address), account.email)


def passwordless(sources: Sources, uid: str) -> str:
    """By what Evolution signs in with a source, if that is no password; empty where it is one."""
    method = sources.text(uid, AUTHENTICATION, "Method")
    name = method.lower()
    if name in _BY_PASSWORD or name.startswith("scram-"):
        return ""
    return user_choice.KERBEROS if name == "gssapi" else f"{user_choice.OAUTH2} ({method})"
