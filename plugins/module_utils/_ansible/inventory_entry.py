# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account found in a client as an entry of ``mail_accounts``, and what such an entry cannot express."""

from __future__ import annotations

import typing as t

from .._clients.listing import PASSWORD, ClientAccount
from .._model import text
from .._model.account import Account, Protocol, Security, Server
from .._model.differences import differences
from .._model.errors import MailError
from .._model.folders import Place
from .._model.identity import Identity
from .._model.signature import Signature
from .._model.text import same_address
from .._providers.catalog import preset_of
from .arguments import DEFAULTS, request_of


def not_expressed(found: ClientAccount) -> list[str]:
    """Why an entry would not recreate the account, clauses; empty if it would."""
    reasons = list(found.not_expressed)
    if found.account is None:
        return [f"it is neither IMAP nor POP3 ({found.kind})"]
    if found.kept_by:
        reasons.append(f"it is managed by {found.kept_by}, not by the client itself")
    if not found.enabled:
        reasons.append("it is switched off")
    for method, doing in zip(found.authentication, ("receiving", "sending")):
        if method != PASSWORD:
            reasons.append(f"it signs in for {doing} by {method}" if method != "none" else f"no sign-in for {doing}")
    if not found.identities:
        reasons.append("it has no address to send from")
    return reasons or _proof(found, found.account)


def entry(found: ClientAccount, account: Account, user: str) -> dict[str, t.Any]:
    """The shortest entry that describes an account.

    Args:
        found: the account found in a client.
        account: its settings.
        user: the account's user.
    """
    options: dict[str, t.Any] = {"user": user, "email": account.email}
    options.update(_sender(account))
    options.update(_senders(account))
    if account.protocol is not Protocol.IMAP:
        options["protocol"] = account.protocol.value
    preset = preset_of(account.protocol, _lower(account.incoming), _lower(account.outgoing))
    if preset is None:
        options["incoming"], options["outgoing"] = server_options(account.incoming), server_options(account.outgoing)
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
    options.update(_of_client(found, account))
    return options


def _sender(sender: Account | Identity) -> dict[str, t.Any]:
    """The sender's options in addition to the address."""
    options = {
        "full_name": sender.full_name,
        "reply_to": sender.reply_to,
        "organization": (sender.organization or "").strip(),
        "signature": _signature(sender.signature),
    }
    return {name: value for name, value in options.items() if value}


def _senders(account: Account) -> dict[str, t.Any]:
    """The additional identities, and which identity is the default."""
    entries = [{"address": one.email, **_sender(one)} for one in account.identities]
    default = account.default_identity or account.email
    if not same_address(default, account.email):
        entries = [{**one, **({"default": True} if same_address(one["address"], default) else {})} for one in entries]
    return {"identities": entries} if entries else {}


def _signature(signature: Signature | None) -> dict[str, t.Any]:
    if signature is None or not signature.content:
        return {}
    options: dict[str, t.Any] = {"html" if signature.html else "text": signature.content}
    if signature.above:
        options["placement"] = "above"
    if signature.in_replies is False:
        options["replies"] = False
    if signature.in_forwards:
        options["forwards"] = True
    return options


def _of_client(found: ClientAccount, account: Account) -> dict[str, t.Any]:
    """The client settings that the user has changed, and the folders on this computer.

    A folder on the server is left out, since it may be the one that the server names. The templates folder is left out,
    since it differs between clients.
    """
    options: dict[str, t.Any] = dict(found.chosen.given())
    folders = account.folders._replace(templates=None).given()
    local = {kind: folder.place.value for kind, folder in folders if folder.place is Place.LOCAL}
    return {**options, "folders": local} if local else options


def _proof(found: ClientAccount, account: Account) -> list[str]:
    """What validation finds wrong with the entry."""
    try:
        request = request_of(entry(found, account, "nobody"), {})
    except MailError as error:
        return [str(error)]
    others = differences(request.account, account, found.outgoing_username)
    return [f"{one.setting} is {one.stored!r} and would be {one.wanted!r}" for one in others]


def _usual_login(email: str) -> str:
    """The login of an entry without ``username``."""
    try:
        return text.address(email, "email")
    except MailError:
        return email


def _lower(server: Server) -> Server:
    return server._replace(host=server.host.lower())


def server_options(server: Server) -> dict[str, t.Any]:
    """A server as the options of a task."""
    return {"host": server.host, "port": server.port, "security": server.security.value}
