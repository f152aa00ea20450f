# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of the lab: the names, ports and modes that the provider publishes, and their addresses in the lab."""

from __future__ import annotations

import dataclasses
import enum
import ipaddress
import typing as t

from .errors import LabError

NETWORK = "198.18.53.0/24"
"""Part of 198.18.0.0/15, which RFC 2544 reserves for tests."""

_CLIENT = 2
_FIRST_HOST = 10


class Service(enum.Enum):
    """The service of a port."""

    IMAP = "imap"
    POP3 = "pop3"
    SUBMISSION = "smtp"


class Security(enum.Enum):
    """How a port is protected (RFC 8314): TLS from the first byte, or STARTTLS."""

    SSL = "ssl"
    STARTTLS = "starttls"


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One port of a host."""

    service: Service
    port: int
    security: Security


@dataclasses.dataclass(frozen=True)
class MailHost:
    """A host as the provider publishes it.

    Attributes:
        name: its name in the DNS and in its certificate.
        endpoints: its open ports; all other ports refuse connections.
        tls13: False if the host supports at most TLS 1.2.
        tls: False if the host has neither TLS nor STARTTLS.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    tls13: bool = True
    tls: bool = True


_IMAP = Endpoint(Service.IMAP, 993, Security.SSL)
_IMAP_STARTTLS = Endpoint(Service.IMAP, 143, Security.STARTTLS)
_POP3 = Endpoint(Service.POP3, 995, Security.SSL)
_POP3_STARTTLS = Endpoint(Service.POP3, 110, Security.STARTTLS)
_SUBMISSION = Endpoint(Service.SUBMISSION, 587, Security.STARTTLS)
_SUBMISSIONS = Endpoint(Service.SUBMISSION, 465, Security.SSL)
_SUBMISSION_587_SSL = Endpoint(Service.SUBMISSION, 587, Security.SSL)

HOSTS = (
    MailHost("imap.charter.net", (_IMAP, _IMAP_STARTTLS)),
    MailHost("pop.charter.net", (_POP3, _POP3_STARTTLS)),
    MailHost("smtp.charter.net", (_SUBMISSION, _SUBMISSIONS)),
    # Implicit TLS on port 587 deviates from RFC 8314, but this host uses it.
    MailHost("mobile.charter.net", (_IMAP, _POP3, _SUBMISSION_587_SSL)),
    MailHost("mail.twc.com", (_IMAP, _POP3, _SUBMISSION), tls13=False),
    # Sources disagree on the mode of port 587 here; STARTTLS is the standard.
    MailHost("mail.brighthouse.com", (_IMAP, _POP3, _SUBMISSION)),
)


@dataclasses.dataclass(frozen=True)
class Network:
    """The addresses of the hosts.

    Attributes:
        client: the address from which programs in the lab connect. It is never a server's address: Dovecot
            treats a connection between equal addresses as local and allows it without TLS.
        addresses: the address of each host by name; they differ, because the mode of a port differs between hosts.
    """

    client: str
    addresses: t.Mapping[str, str]

    @classmethod
    def of(cls, network: str, hosts: t.Sequence[MailHost]) -> Network:
        """Assign every host an address of an IPv4 network, for example ``198.18.53.0/24``.

        Raises:
            LabError: The network is too small.
        """
        space = ipaddress.IPv4Network(network)
        if space.num_addresses <= _FIRST_HOST + len(hosts):
            raise LabError(f"{network} is too small for {len(hosts)} hosts from .{_FIRST_HOST} on")
        addresses = {host.name: str(space[_FIRST_HOST + index]) for index, host in enumerate(hosts)}
        return cls(str(space[_CLIENT]), addresses)

    def commands(self) -> t.Iterator[str]:
        """The ip(8) commands that add these addresses to a namespace's loopback interface."""
        yield f"addr add {self.client}/32 dev lo"
        for address in self.addresses.values():
            yield f"addr add {address}/32 dev lo"
            # Otherwise a connection to a local address would also come from that address.
            yield f"route change local {address} dev lo table local proto kernel scope host src {self.client}"
