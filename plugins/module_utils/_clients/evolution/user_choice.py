# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user has changed about an account in Evolution, and what belongs to the user."""

from __future__ import annotations

from ..._model.account import Account, State
from ..._model.text import bare_address, same_address
from .. import user_choice_texts
from ..lookup import once
from ..own_addresses import local_service
from . import mapping
from .lookup import find, is_guess
from .sources import AUTHENTICATION, MAIL_IDENTITY, MAIL_TRANSPORT, SourceIds, Sources

# Camel's mechanisms that send a password. Any other name is that of an OAuth2 service, such as Google, or of a module
# added by a program.
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
    """The uids of an existing, wanted account about which the user has changed nothing; None for others."""
    if account.state is State.ABSENT or account.migrate_from or chosen(sources, account):
        return None
    return find(sources, account)


def choice(sources: Sources, account: Account) -> str:
    """Why the account must be left alone, as sentences; empty if nothing prevents a change."""
    found = chosen(sources, account)
    return user_choice_texts.reason(account, found) if found else ""


def chosen(sources: Sources, account: Account) -> str:
    """The same as a clause."""
    return once(sources.chosen, account, lambda: _chosen(sources, account))


def _chosen(sources: Sources, account: Account) -> str:
    ids = None if account.override else find(sources, account)
    if ids is None or (account.state is State.ABSENT and not is_guess(sources, ids, account)):
        return ""
    return chosen_for(sources, ids, account)


def chosen_for(sources: Sources, ids: SourceIds, account: Account) -> str:
    """What the user has chosen for an account that would be configured, a clause; empty for nothing."""
    if any(sources.is_off(uid) for uid in ids.all):
        return user_choice_texts.switched_off("Evolution")
    program = sources.text(ids.transport, MAIL_TRANSPORT, "BackendName") or "smtp"
    if program != "smtp":
        return user_choice_texts.sends_by(program)
    servers = (ids.account, ids.transport)
    method = next(filter(None, (passwordless(sources, uid) for uid in servers)), "")
    if method:
        return user_choice_texts.signs_in_by(method)
    return local_service(sources.computer, account, *(sources.text(uid, AUTHENTICATION, "Host") for uid in servers))


def kept_address(sources: Sources, identity: str, account: Account) -> str:
    """The user's own address, with its name, that an identity of the account keeps; empty for none."""
    kept = not account.override and is_foreign(sources, identity, account)
    return sources.text(identity, MAIL_IDENTITY, "Address") if kept else ""


def kept(sources: Sources, identity: str, account: Account) -> frozenset[str]:
    """The fields of an identity that stay as the user has them, by their names in ``Difference``."""
    return mapping.OF_IDENTITY if kept_address(sources, identity, account) else frozenset()


def is_foreign(sources: Sources, identity: str, account: Account) -> bool:
    """Whether an identity has the user's own address."""
    address = sources.text(identity, MAIL_IDENTITY, "Address")
    return "@" in address and not same_address(bare_address(address), account.email)


def passwordless(sources: Sources, uid: str) -> str:
    """How Evolution signs in with a source, if not by password; empty for a password."""
    method = sources.text(uid, AUTHENTICATION, "Method")
    name = method.lower()
    if name in _BY_PASSWORD or name.startswith("scram-"):
        return ""
    return user_choice_texts.KERBEROS if name == "gssapi" else f"{user_choice_texts.OAUTH2} ({method})"
