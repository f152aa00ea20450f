# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about a server's certificate, and the warnings about one that is valid."""

from __future__ import annotations

from .endpoint import Endpoint
from .failure import Code, Failure
from .interceptors import interceptor
from .observer import THIS_MACHINE, Observer


def expired(evidence: str, when: str = "", clock: str = "", observer: Observer = THIS_MACHINE) -> Failure:
    """The certificate has expired.

    Args:
        evidence: what is known of it.
        when: the date; empty if it is not known.
        clock: the observer's date; empty if it is not known.
        observer: who saw it.
    """
    on = f" on {when}" if when else ""
    return Failure(f"has a certificate that expired{on}", evidence, _renew(clock, observer), Code.EXPIRED)


def issuer_expired(evidence: str, clock: str, observer: Observer = THIS_MACHINE) -> Failure:
    """The certificate of the issuer has expired."""
    finding = "has a certificate whose issuer's certificate has expired"
    return Failure(finding, evidence, _renew(clock, observer), Code.EXPIRED)


def not_yet_valid(evidence: str, clock: str = "", observer: Observer = THIS_MACHINE) -> Failure:
    """The certificate will be valid later."""
    return Failure(
        "has a certificate that is not valid yet",
        evidence,
        f"{_check_clock(clock, observer)} If it is right, the server's operator must correct the certificate.",
        Code.NOT_YET_VALID,
    )


def wrong_name(endpoint: Endpoint, evidence: str, names: str = "") -> Failure:
    """The certificate is valid for other names only.

    Args:
        endpoint: where.
        evidence: what is known of it.
        names: the names that it is for; empty if not known.
    """
    listed = f" It is for: {names}." if names else ""
    return Failure(
        f"has a certificate that is not for {endpoint.server.host}",
        evidence,
        f"Set {endpoint.option('host')} to a name that the certificate is for, if that name is your provider's."
        f"{listed} Otherwise something on the way may be intercepting the connection: do not go on.",
        Code.OTHER_NAME,
    )


def intercepted(program: str, evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """A known interceptor presents its own certificate, which the observer does not trust."""
    return Failure(
        f"is intercepted by {program}, which presents a certificate of its own",
        evidence,
        f"Change no mail setting. Exempt mail (ports 993, 995, 465 and 587) from scanning in {program}. If your "
        f"organisation wants the interception, {observer.trust('its certificate')}.",
        Code.INTERCEPTED,
    )


def self_signed(evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """The certificate is self-signed."""
    return Failure(
        "has a self-signed certificate",
        evidence,
        "No provider's server has one: an antivirus, a proxy or a wrong host may have answered. If the server is your "
        f"own, {observer.trust('its certificate')}.",
        Code.SELF_SIGNED,
    )


def unknown_issuer(evidence: str, issued: str = "", observer: Observer = THIS_MACHINE) -> Failure:
    """The issuer is not trusted.

    Args:
        evidence: what is known of the certificate.
        issued: ``by ...``; empty if the issuer is not known.
        observer: the machine that does not trust it.
    """
    return Failure(
        f"has a certificate{f' {issued}' if issued else ''} that {observer.name} does not trust",
        evidence,
        f"If the issuer is your own private CA, {observer.trust('its certificate')}. If it is an antivirus or a proxy, "
        "that program intercepts mail: exempt mail from it. Otherwise the server does not send its whole certificate "
        "chain, and its operator must correct that.",
        Code.UNKNOWN_ISSUER,
    )


def revoked(evidence: str) -> Failure:
    """The issuer has revoked the certificate."""
    finding, advice = "has a certificate that was revoked", "The server's operator must replace the certificate."
    return Failure(finding, evidence, advice)


def not_accepted(evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """The certificate is refused for another reason."""
    return Failure(
        f"has a certificate that {observer.name} does not accept",
        evidence,
        "The server's operator must correct the certificate.",
    )


def interception_warning(issuer: str) -> str:
    """The warning that a trusted certificate is an interceptor's; empty if it is not."""
    program = interceptor(issuer)
    return (
        ""
        if program is None
        else (f"{program} intercepts this connection: the certificate is {program}'s, not the provider's.")
    )


def expiry_warning(when: str, days_left: str) -> str:
    """The warning that a certificate expires soon."""
    return (
        f"The certificate expires on {when}, {days_left}. The server's operator must renew it before then. Change no "
        "setting."
    )


def _renew(clock: str, observer: Observer) -> str:
    return f"{_check_clock(clock, observer)} If it is right, the server's operator must renew the certificate."


def _check_clock(clock: str, observer: Observer) -> str:
    says = f": it says {clock}" if clock else ""
    return f"First check the clock of {observer.name}{says}."
