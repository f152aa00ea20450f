# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Autoconfig files, from which Thunderbird and other clients set up an account once its address is entered.

The grammar is Mozilla's ConfigFileFormat, version 1.1 (draft-ietf-mailmaint-autoconfig), as strict as the validator of
Thunderbird's own database: displayShortName is present, ``pop3`` occurs only in a POP3 server, and a login has only
known placeholders. The client gets the file from a web server of the domain, at ``PATH``.
"""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

from ...module_utils._model.account import Account, Protocol, Security, Server
from ...module_utils._model.errors import OptionError

PATH = ".well-known/autoconfig/mail/config-v1.1.xml"
"""The path below the root of the domain's web server."""

_SOCKETS = {Security.SSL: "SSL", Security.STARTTLS: "STARTTLS", Security.NONE: "plain"}


def render(domain: str, accounts: t.Sequence[Account], *, display_name: str = "") -> str:
    """The file of a domain. A client uses the first servers that work for it.

    Args:
        domain: the domain, in A-labels.
        accounts: the domain's accounts, at least one. Accounts with the same servers share an entry.
        display_name: the name that the client shows; the domain if empty.

    Raises:
        OptionError: no placeholder can express a login.
    """
    root = ET.Element("clientConfig", {"version": "1.1"})
    provider = ET.SubElement(root, "emailProvider", {"id": domain})
    _add(provider, "domain", domain)
    _add(provider, "displayName", display_name or domain)
    _add(provider, "displayShortName", display_name or domain)
    incoming = {_incoming_key(account): account for account in reversed(accounts)}
    for account in dict.fromkeys(accounts):
        if incoming.get(_incoming_key(account)) is account:
            server = _server(provider, "incomingServer", account.protocol.value, account.incoming, _login(account))
            if account.protocol is Protocol.POP3:
                pop3 = ET.SubElement(server, "pop3")
                _add(pop3, "leaveMessagesOnServer", "false" if account.leave_on_server is False else "true")
    for outgoing, login in dict.fromkeys((account.outgoing, _login(account)) for account in accounts):
        _server(provider, "outgoingServer", "smtp", outgoing, login)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def is_for_everybody(account: Account) -> bool:
    """Whether a file can contain the account: its login must derive from its address."""
    return _placeholder(account) is not None


def not_expressed(account: Account) -> tuple[str, ...]:
    """What the file cannot express about an account, one sentence each."""
    if not is_for_everybody(account):
        why = f"because the user name {account.username} is not derived from the address"
        return (f"Thunderbird does not find this account by itself, {why}. Enter the settings in the table below.",)
    if account.protocol is Protocol.POP3 and account.leave_on_server_days:
        return ("Thunderbird does not ask how many days mail stays on the server. It is an account setting.",)
    return ()


def _incoming_key(account: Account) -> tuple[t.Any, ...]:
    return account.protocol, account.incoming, _login(account)


def _placeholder(account: Account) -> str | None:
    local, _at, domain = account.email.rpartition("@")
    known = {account.email: "%EMAILADDRESS%", local: "%EMAILLOCALPART%", domain: "%EMAILDOMAIN%"}
    return known.get(account.username)


def _login(account: Account) -> str:
    placeholder = _placeholder(account)
    if placeholder is None:
        raise OptionError(
            "username",
            f"the login {account.username!r} of {account} is not derived from its address, but all users get the file",
            "leave the account out, and set it up with its login",
        )
    return placeholder


def _server(provider: ET.Element, element: str, kind: str, server: Server, login: str) -> ET.Element:
    found = ET.SubElement(provider, element, {"type": kind})
    _add(found, "hostname", server.host)
    _add(found, "port", str(server.port))
    _add(found, "socketType", _SOCKETS[server.security])
    _add(found, "username", login)
    _add(found, "authentication", "password-cleartext")  # sends the password itself, inside TLS
    return found


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
