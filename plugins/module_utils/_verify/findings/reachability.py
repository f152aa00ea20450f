# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the way to a server: its name (stage dns) and the connection (stage tcp)."""

from __future__ import annotations

import typing as t

from .endpoint import Endpoint
from .failure import Code, Failure
from .observer import THIS_MACHINE, Observer


def name_not_found(endpoint: Endpoint, evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """The host name has no address."""
    return Failure(
        "cannot be found: its name has no address",
        evidence,
        f"Check the spelling of {endpoint.option('host')}. If other machines find it, check {observer.name}'s DNS.",
        Code.NAME_NOT_FOUND,
    )


def name_server_failed(evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """A name server answered without a result."""
    finding = "cannot be looked up: the name server gave no answer"
    return Failure(finding, evidence, observer.check_network, Code.NAME_SERVER_SILENT)


def name_server_silent(seconds: float, evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """No name server answered in time."""
    finding = f"cannot be looked up: no name server answered within {seconds:g} seconds"
    return Failure(finding, evidence, observer.check_network, Code.NAME_SERVER_SILENT)


def with_name_servers(failure: Failure, silent: t.Sequence[str]) -> Failure:
    """A failed lookup, with the name servers that did not answer.

    Args:
        failure: the failure of the lookup.
        silent: a clause for each name server that does not answer; empty if not known.
    """
    if not silent:
        return failure
    return Failure(failure.finding, "; ".join((failure.evidence, *silent)), failure.advice, failure.code)


def slow_lookup_warning(seconds: float, silent: t.Sequence[str]) -> str:
    """The warning that looking up a name took long.

    Args:
        seconds: how long.
        silent: which name servers do not answer, clauses.
    """
    cause = "; ".join(silent) or "a name server is slow"
    return (
        f"Looking up the name took {seconds:.1f} seconds: {cause}. Mail clients wait as long. Correct this machine's "
        "list of name servers, or the name server. Change no mail setting."
    )


def ipv6_unanswered_warning(seconds: float, silent: t.Sequence[str]) -> str:
    """The warning that only the query for IPv4 addresses was answered.

    Args:
        seconds: the wait for IPv6 addresses.
        silent: which name servers do not answer, clauses.
    """
    cause = "; ".join(silent) or "the name server does not answer them"
    return (
        f"Questions for IPv6 addresses (AAAA) got no answer within {seconds:.1f} seconds: {cause}. Mail clients wait "
        "longer. Update the router or use another name server. Change no mail setting."
    )


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
