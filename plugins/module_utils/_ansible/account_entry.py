# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that was found in a client, as an entry of ``mail_accounts``, and what such an entry cannot say."""

from __future__ import annotations

import typing as t

from .._clients.listed_account import PASSWORD, ListedAccount
from .._model import text
from .._model.account import Account, Protocol, Security, Server
from .._model.differences import differences
from .._model.errors import MailError
from .._providers.catalog import preset_of
from .arguments import DEFAULTS, request_of


def not_expressed(found: ListedAccount) -> list[str]:
    """Why an entry would not give the same account again, clauses; empty if it does."""
    reasons = list(found.not_expressed)
    if found.account is None:
        return [f"it is neither IMAP nor POP3 ({found.kind})"]
    if found.kept_by:
        reasons.append(f"{found.kept_by} keeps it, and not the client itself")
    if not found.enabled:
        reasons.append("it is switched off")
    for method, doing in zip(found.authentication, ("receiving", "sending")):
        if method != PASSWORD:
            reasons.append(f"it signs in for {doing} by {method}" if method != "none" else f"no sign-in for {doing}")
    if not found.identities:
        reasons.append("it has no address to send from")
    for identity in found.identities[1:]:
        reasons.append(f"it has another identity ({identity.email})")
    for identity in found.identities[:1]:
        reasons += ["it has a signature"] if identity.has_signature else []
    return reasons or _proof(found, found.account)


def entry(account: Account, user: str) -> dict[str, t.Any]:
    """The least that says the same about an account.

    Args:
        account: as read from a client.
        user: whose account it is.
    """
    options: dict[str, t.Any] = {"user": user, "email": account.email}
    options.update(_sender(account))
    if account.protocol is not Protocol.IMAP:
        options["protocol"] = account.protocol.value
    preset = preset_of(account.protocol, _lower(account.incoming), _lower(account.outgoing))
    if preset is None:
        options["incoming"], options["outgoing"] = _server(account.incoming), _server(account.outgoing)
        if Security.NONE in (account.incoming.security, account.outgoing.security):
            options["allow_plaintext"] = True
    elif preset != DEFAULTS["provider"]:
        options["provider"] = preset
    if account.username != _usual_login(account.email):
        options["username"] = account.username
    if account.leave_on_server is not None:
        options["leave_on_server"] = account.leave_on_server
    if account.leave_on_server and account.leave_on_server_days:
        options["leave_on_server_days"] = account.leave_on_server_days
    if account.default:
        options["default"] = True
    return options


def _sender(account: Account) -> dict[str, t.Any]:
    """What mail says about its sender beside the address."""
    options = {
        "full_name": account.full_name,
        "reply_to": account.reply_to,
        "organization": (account.organization or "").strip(),
    }
    return {name: value for name, value in options.items() if value}


def _proof(found: ListedAccount, account: Account) -> list[str]:
    """What is wrong with the entry by the rules that every task has."""
    try:
        request = request_of(entry(account, "nobody"), {})
    except MailError as error:
        return [str(error)]
    others = differences(request.account, account, found.outgoing_username)
    return [f"{one.setting} is {one.stored!r} and would be {one.wanted!r}" for one in others]


def _usual_login(email: str) -> str:
    """The login that an entry without ``username`` has."""
    try:
        return text.address(email, "email")
    except MailError:
        return email


def _lower(server: Server) -> Server:
    return server._replace(host=server.host.lower())


def _server(server: Server) -> dict[str, t.Any]:
    return {"host": server.host, "port": server.port, "security": server.security.value}
