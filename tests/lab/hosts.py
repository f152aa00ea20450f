# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of the lab: the names, ports and modes that the provider publishes, and where the lab puts them."""

from __future__ import annotations

import dataclasses
import enum
import ipaddress
import typing as t

from .errors import LabError

NETWORK = "198.18.53.0/24"
"""A piece of 198.18.0.0/15, which RFC 2544 sets aside for tests."""

_CLIENT = 2
_FIRST_HOST = 10


class Service(enum.Enum):
    """What a port offers."""

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
        name: its name in the DNS, and in its certificate.
        endpoints: its ports; each other port refuses connections.
        tls13: False where the host speaks nothing newer than TLS 1.2.
        tls: False where the host has no TLS at all, and offers no STARTTLS.
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
    # Implicit TLS on 587 is outside RFC 8314, and what this host does.
    MailHost("mobile.charter.net", (_IMAP, _POP3, _SUBMISSION_587_SSL)),
    MailHost("mail.twc.com", (_IMAP, _POP3, _SUBMISSION), tls13=False),
    # The mode of this 587 is disputed; STARTTLS is what its port stands for.
    MailHost("mail.brighthouse.com", (_IMAP, _POP3, _SUBMISSION)),
)


@dataclasses.dataclass(frozen=True)
class Network:
    """Where the hosts are.

    Attributes:
        client: the address that programs in the lab connect from. It is never a server's own: Dovecot takes
            a connection between equal addresses for a local one and lets it in without TLS.
        addresses: host name to address, one for each host, because one port can have two modes on two hosts.
    """

    client: str
    addresses: t.Mapping[str, str]

    @classmethod
    def of(cls, network: str, hosts: t.Sequence[MailHost]) -> Network:
        """Give every host an address of an IPv4 network, for example ``198.18.53.0/24``.

        Raises:
            LabError: the network is too small.
        """
        space = ipaddress.IPv4Network(network)
        if space.num_addresses <= _FIRST_HOST + len(hosts):
            raise LabError(f"{network} has no room for {len(hosts)} hosts from .{_FIRST_HOST} on")
        addresses = {host.name: str(space[_FIRST_HOST + index]) for index, host in enumerate(hosts)}
        return cls(str(space[_CLIENT]), addresses)

    def commands(self) -> t.Iterator[str]:
        """The commands of ip(8) that give a namespace's loopback interface these addresses."""
        yield f"addr add {self.client}/32 dev lo"
        for address in self.addresses.values():
            yield f"addr add {address}/32 dev lo"
            # Without this a connection to an address of this machine comes from that same address.
            yield f"route change local {address} dev lo table local proto kernel scope host src {self.client}"
