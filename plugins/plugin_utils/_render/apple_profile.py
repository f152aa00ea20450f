# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration profiles for Apple Mail on Mac, iPhone and iPad.

The keys are those of Apple's device-management documentation: TopLevel, CommonPayloadKeys and the payload
``com.apple.mail.managed``. A profile is a property list, written with plistlib. The profiles were not tested on a
device.
"""

from __future__ import annotations

import plistlib
import re
import typing as t
import uuid

from ...module_utils._model.account import Account, Protocol, Security, Server
from ...module_utils._model.standard_ports import standard_port

_TYPES = {Protocol.IMAP: "EmailTypeIMAP", Protocol.POP3: "EmailTypePOP"}
_PASSWORD = "EmailAuthPassword"
# An account always gets the same identifiers, so that a new profile replaces the previous one.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/charter-mail/charter.mail/apple-profile")


def render(accounts: t.Sequence[Account], *, identifier: str, organization: str) -> bytes:
    """A profile with accounts of one user, as XML. It contains no password; the device asks for it.

    Args:
        accounts: at least one; the default account first.
        identifier: the identifier of the distributor, in reverse-DNS style, such as ``com.example``.
        organization: the distributor's name, which the device shows; empty for none.
    """
    name = f"{identifier}.mail.{_label(accounts[0])}"
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": name,
        "PayloadUUID": _uuid(name),
        "PayloadDisplayName": f"Mail for {accounts[0].email}",
        "PayloadDescription": f"Sets up {', '.join(map(str, accounts))} in Mail.",
        "PayloadContent": [_payload(account, name, organization) for account in accounts],
        **_organization(organization),
    }
    return plistlib.dumps(profile, sort_keys=True)


def not_expressed(account: Account) -> tuple[str, ...]:
    """What a profile cannot express about an account, one sentence each."""
    found = []
    for server, service in ((account.incoming, account.protocol.value), (account.outgoing, "smtp")):
        if server.security is not Security.NONE and standard_port(service, server.security) != server.port:
            kind = "TLS from the first byte" if server.security is Security.SSL else "STARTTLS"
            found.append(
                f"{server.host} needs {kind} on port {server.port}. A profile says only that TLS is used, "
                "so the device has to find that out."
            )
    if account.protocol is Protocol.POP3 and account.leave_on_server is not None:
        found.append("How long mail stays on the server is set on the device, in the advanced settings of the account.")
    return tuple(found)


def _payload(account: Account, profile: str, organization: str) -> dict[str, t.Any]:
    name = f"{profile}.{account.protocol.value}.{_label(account)}"
    return {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": name,
        "PayloadUUID": _uuid(name),
        "PayloadDisplayName": str(account),
        "EmailAccountDescription": account.email,
        **({"EmailAccountName": account.full_name} if account.full_name else {}),
        "EmailAccountType": _TYPES[account.protocol],
        "EmailAddress": account.email,
        **_server("Incoming", account.incoming, account.username),
        **_server("Outgoing", account.outgoing, account.username),
        "OutgoingPasswordSameAsIncomingPassword": True,  # so that the device asks once
        **_organization(organization),
    }


def _server(direction: str, server: Server, username: str) -> dict[str, t.Any]:
    prefix = f"{direction}MailServer"
    return {
        f"{prefix}HostName": server.host,
        f"{prefix}PortNumber": server.port,
        f"{prefix}UseSSL": server.security is not Security.NONE,
        f"{prefix}Authentication": _PASSWORD,
        f"{prefix}Username": username,
    }


def _organization(name: str) -> dict[str, str]:
    return {"PayloadOrganization": name} if name else {}


def _label(account: Account) -> str:
    """The address as part of an identifier, unique by writing special characters as numbers."""
    local, _at, domain = account.email.lower().rpartition("@")
    words = [*reversed(domain.split(".")), re.sub("[^a-z0-9]", lambda sign: f"-{ord(sign[0]):x}", local)]
    return ".".join(words)


def _uuid(identifier: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, identifier)).upper()
