# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a server cannot be connected to, and the findings about it (stage tcp)."""

from __future__ import annotations

import enum
import errno

from .endpoint import Endpoint
from .failure import Code, Failure
from .observer import THIS_MACHINE, Observer


class ConnectFailure(enum.Enum):
    """Why connecting to an address failed. Of several reasons, the first in this order says most about the cause."""

    REFUSED = "refused"
    RESET = "reset"
    FORBIDDEN = "forbidden by this machine's firewall"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    OTHER = "failed"


_REFUSALS = {
    errno.ECONNREFUSED: ConnectFailure.REFUSED,
    errno.ECONNRESET: ConnectFailure.RESET,
    errno.EPERM: ConnectFailure.FORBIDDEN,
    errno.EACCES: ConnectFailure.FORBIDDEN,
    errno.ETIMEDOUT: ConnectFailure.TIMED_OUT,
    errno.EHOSTUNREACH: ConnectFailure.UNREACHABLE,
    errno.ENETUNREACH: ConnectFailure.UNREACHABLE,
    errno.EADDRNOTAVAIL: ConnectFailure.UNREACHABLE,  # no IPv6 on this machine, for example
    errno.EAFNOSUPPORT: ConnectFailure.UNREACHABLE,
}


def failure_of(error: OSError) -> ConnectFailure:
    """Why connecting failed with an error of the operating system."""
    return _REFUSALS.get(error.errno or 0, ConnectFailure.OTHER)


def unconnected(endpoint: Endpoint, cause: ConnectFailure, evidence: str, seconds: float) -> Failure:
    """The finding for a server with which no connection came about.

    Args:
        endpoint: the server.
        cause: the reason that says most.
        evidence: what was seen at each address.
        seconds: the time limit.
    """
    if cause is ConnectFailure.REFUSED:
        return connection_refused(endpoint, evidence)
    if cause is ConnectFailure.TIMED_OUT:
        return connection_timed_out(endpoint, seconds, evidence)
    if cause is ConnectFailure.FORBIDDEN:
        return connection_forbidden(endpoint, evidence)
    if cause is ConnectFailure.UNREACHABLE:
        return unreachable(evidence)
    if cause is ConnectFailure.RESET:
        return connection_reset(endpoint, evidence)
    return not_connected(evidence)


def connection_refused(endpoint: Endpoint, evidence: str) -> Failure:
    """The machine answers, but nothing listens on the port."""
    return Failure(
        "refuses connections on this port",
        evidence,
        f"{check_host_and_port(endpoint)} If they are right, the service is down, or a firewall rejects the "
        "connection.",
        Code.REFUSED,
    )


def connection_timed_out(
    endpoint: Endpoint, seconds: float, evidence: str, observer: Observer = THIS_MACHINE
) -> Failure:
    """Packets are dropped on the way."""
    return Failure(
        f"does not accept a connection within {seconds:g} seconds",
        evidence,
        f"A firewall or a VPN drops the packets, or the server is down. {check_host_and_port(endpoint)} Then try from "
        f"another network. If it works there, the settings are right and {observer.name}'s network is the cause.",
        Code.TIMED_OUT,
    )


def connection_forbidden(endpoint: Endpoint, evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """The observer's own firewall forbids the connection."""
    return Failure(
        f"is blocked by a firewall on {observer.name}",
        evidence,
        f"Allow connections from {observer.name} to {endpoint.where}.",
        Code.FORBIDDEN_HERE,
    )


def unreachable(evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """There is no route."""
    return Failure(f"cannot be reached from {observer.name}", evidence, observer.check_network, Code.UNREACHABLE)


def connection_reset(endpoint: Endpoint, evidence: str) -> Failure:
    """Every connection ends at once."""
    return Failure(
        "ends every connection at once",
        evidence,
        f"A firewall resets the connection, or the service is broken. {check_host_and_port(endpoint)}",
        Code.RESET,
    )


def not_connected(evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """The operating system gives a reason that no other finding covers."""
    return Failure("cannot be connected to", evidence, observer.check_network)


def not_tested_by_curl(number: int, evidence: str, observer: Observer) -> Failure:
    """curl failed for a reason of its own.

    Args:
        number: curl's exit code.
        evidence: curl's message.
        observer: the machine that curl ran on.
    """
    return Failure(f"could not be tested: curl.exe ended with exit code {number}", evidence, observer.check_network)


def check_host_and_port(endpoint: Endpoint) -> str:
    """The advice to check both, with the usual port, a sentence."""
    return f"Check {endpoint.option('host')} and {endpoint.option('port')} ({endpoint.port_hint})."
