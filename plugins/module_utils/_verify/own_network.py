# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a tested host, to distinguish the hosts at one site from those elsewhere."""

from __future__ import annotations

import ipaddress
import typing as t

from .report.account_report import AccountReport
from .report.check import Check
from .wire.source_address import source_address

_PREFIXES = {4: 24, 6: 64}  # bits; usual network sizes
# Documentation addresses (RFC 5737, RFC 3849) are routed like the rest of the Internet. Nothing is sent to them.
_ANYWHERE = ("192.0.2.1", "2001:db8::1")


def own_networks(reports: t.Sequence[AccountReport]) -> list[str]:
    """The networks from which the host reaches the servers, such as ``198.51.100.0/24`` or ``2001:db8:1:2::/64``.

    If no server's address is known, the routes to the Internet determine them. Loopback and link-local addresses, which
    every host has, are ignored.

    Args:
        reports: the host's reports. If a second machine tested, the reports and the networks are that machine's.
    """
    if any(report.vantage for report in reports):
        seconds = [report.second_report for report in reports if report.second_report is not None]
        return _networks(side.source for second in seconds for side in (second.incoming, second.outgoing))
    servers = dict.fromkeys(
        check.address for report in reports for check in report.checks if isinstance(check, Check) and check.address
    )
    return _networks(map(source_address, servers)) or _networks(map(source_address, _ANYWHERE))


def _networks(sources: t.Iterable[str]) -> list[str]:
    return list(dict.fromkeys(network for source in sources for network in _network(source)))


def _network(source: str) -> t.Iterator[str]:
    """The network of an address; nothing for an address without a meaningful one."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return
    if not (address.is_loopback or address.is_link_local or address.is_unspecified):
        yield str(ipaddress.ip_network(f"{address}/{_PREFIXES[address.version]}", strict=False))
