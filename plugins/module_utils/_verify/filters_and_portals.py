# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detects names that do not lead to the server: DNS filters, hosts files, captive portals."""

from __future__ import annotations

import ipaddress
import typing as t

from .._providers.catalog import of_host
from .findings.addresses import answered_by_another, captive_portal, name_blocked, on_this_machine
from .findings.endpoint import Endpoint
from .findings.failure import Code, Failure
from .wire.resolver import Address

# RFC 1918, RFC 3927, RFC 4193, RFC 4291, RFC 6598. A provider's server has none of these addresses.
_LOCAL = (
    *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    *("0.0.0.0/8", "::/127", "fc00::/7", "fe80::/10"),
)


def blocked(endpoint: Endpoint, addresses: t.Sequence[Address]) -> Failure | None:
    """The finding for a name that resolves to 0.0.0.0 or ::, which would be this machine; None for others."""
    if all(_is(address, "is_unspecified") for address in addresses) and not _is_literal(endpoint.server.host):
        return name_blocked(str(addresses[0]))
    return None


def explained(endpoint: Endpoint, failure: Failure, address: Address) -> Failure:
    """The failure, explained by the address where possible.

    Args:
        endpoint: where.
        failure: the failure of a stage before signing in.
        address: the address in use, or the first.
    """
    host = endpoint.server.host
    if _is_literal(host):
        return failure
    if of_host(host) is None:  # a private server may be anywhere
        if failure.code is Code.REFUSED and _is(address, "is_loopback") and not _names_this_machine(host):
            return on_this_machine(failure, str(address))
        return failure
    if failure.code is Code.NOT_MAIL and _is_http(failure):
        return captive_portal(failure)
    if _is_local(address):
        return name_blocked(str(address))
    if failure.code is Code.OTHER_NAME:
        return answered_by_another(failure, host)
    return failure


def _is_http(failure: Failure) -> bool:
    return failure.evidence.lstrip().lower().startswith(("http/", "<html", "<!doctype"))


def _names_this_machine(host: str) -> bool:
    return host.lower().rpartition(".")[2] in ("localhost", "localdomain")


def _is_literal(host: str) -> bool:
    return _parsed(host) is not None


def _is(address: Address, kind: str) -> bool:
    parsed = _parsed(str(address))
    return parsed is not None and bool(getattr(parsed, kind))


def _is_local(address: Address) -> bool:
    parsed = _parsed(str(address))
    return parsed is not None and any(parsed in ipaddress.ip_network(network) for network in _LOCAL)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address; None for a name."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
