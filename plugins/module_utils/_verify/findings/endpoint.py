# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two servers of an account to test: one for receiving, one for sending."""

from __future__ import annotations

import dataclasses
import enum

from ..._model.account import Account, Protocol, Security, Server
from ..._model.standard_ports import standard_port


class Role(enum.Enum):
    """What the endpoint is for; the value is also the name of the account's option."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class MailService(enum.Enum):
    """The protocol of an endpoint."""

    IMAP = "imap"
    POP3 = "pop3"
    SMTP = "smtp"

    @property
    def title(self) -> str:
        """The name as users write it."""
        return self.value.upper()


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One service of an account.

    Attributes:
        role: incoming or outgoing.
        service: the protocol expected there.
        server: host, port and security.
    """

    role: Role
    service: MailService
    server: Server

    @property
    def where(self) -> str:
        """``host:port``, or ``[address]:port`` for IPv6 (RFC 3986)."""
        host = f"[{self.server.host}]" if ":" in self.server.host else self.server.host
        return f"{host}:{self.server.port}"

    @property
    def port_hint(self) -> str:
        """The standard port of this service with this security, a clause."""
        usual = self.usual_port(self.server.security)
        if self.server.port == usual:
            return f"{usual} is the usual one"
        return f"the usual one for {self.service.title} with security {self.server.security.value} is {usual}"

    def usual_port(self, security: Security) -> int:
        """The standard port of this service with a security."""
        return standard_port(self.service.value, security)

    def settings(self, security: Security, port: int) -> str:
        """Security and port as an administrator writes them; without the port, it would follow from the security."""
        return f"{self.option('port')} to {port} and {self.option('security')} to {security.value}"

    def option(self, name: str) -> str:
        """An option of this endpoint as an administrator writes it, such as ``incoming.port``."""
        return f"{self.role.value}.{name}"


def endpoints(account: Account) -> tuple[Endpoint, Endpoint]:
    """The incoming and the outgoing endpoint of an account."""
    service = MailService.IMAP if account.protocol is Protocol.IMAP else MailService.POP3
    return (
        Endpoint(Role.INCOMING, service, account.incoming),
        Endpoint(Role.OUTGOING, MailService.SMTP, account.outgoing),
    )
