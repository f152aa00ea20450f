# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about looking up the name of a server (stage dns)."""

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
