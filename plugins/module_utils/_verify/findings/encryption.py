# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about STARTTLS and about TLS itself; those about certificates are in ``certificates``."""

from __future__ import annotations

from ..._model.account import Security
from .endpoint import Endpoint
from .failure import Code, Failure
from .observer import THIS_MACHINE, Observer


def starttls_missing(endpoint: Endpoint, evidence: str) -> Failure:
    """STARTTLS is not among the capabilities."""
    return Failure(
        "does not offer STARTTLS",
        evidence,
        "Nothing secret was sent. The server lacks STARTTLS, or an antivirus or a firewall removes it. Try another "
        f"network, or set {endpoint.settings(Security.SSL, endpoint.usual_port(Security.SSL))}.",
        Code.STARTTLS_MISSING,
    )


def starttls_refused(evidence: str) -> Failure:
    """STARTTLS is offered and then refused."""
    return Failure(
        "offers STARTTLS but does not begin it",
        evidence,
        "Nothing secret was sent. It is the server's fault. Try again later. Change no setting.",
        Code.STARTTLS_REFUSED,
    )


def text_before_tls(evidence: str) -> Failure:
    """Plain text came after STARTTLS, before TLS began (RFC 3207 6)."""
    return Failure(
        "sends plain text where the encryption must begin",
        evidence,
        "Nothing secret was sent. Something on the way may be injecting text into the connection: try another network. "
        "If it happens there too, the server is faulty, and its operator must repair it.",
        Code.INJECTED,
    )


def tls_too_old(evidence: str) -> Failure:
    """The server offers no version from TLS 1.2 on."""
    return Failure(
        "supports only TLS versions that are no longer safe",
        evidence,
        "TLS 1.2 or 1.3 is required, by mail clients as well. The server's operator must enable it.",
        Code.TLS_TOO_OLD,
    )


def tls_too_weak(evidence: str) -> Failure:
    """This machine's OpenSSL refuses what the server offers: short keys, old signatures, legacy renegotiation."""
    return Failure(
        "begins TLS, but its TLS is too weak for this machine",
        evidence,
        "Change no setting: port and encryption are right. The server's operator must update its TLS: a Diffie-Hellman "
        "key and certificates of at least 2048 bits, SHA-256 signatures, secure renegotiation (RFC 5746).",
        Code.TLS_TOO_WEAK,
    )


def client_certificate_wanted(evidence: str) -> Failure:
    """The server ends the handshake because the client has no certificate."""
    return Failure(
        "requires a client certificate",
        evidence,
        "Change no setting: port and encryption are right. The server accepts only mail clients that have a "
        "certificate, and this test has none. Ask the server's operator for one, or to accept a password alone.",
        Code.CLIENT_CERTIFICATE,
    )


def tls_not_agreed(endpoint: Endpoint, evidence: str, observer: Observer = THIS_MACHINE) -> Failure:
    """TLS negotiation failed for a reason other than the certificate and the version."""
    other = Security.STARTTLS if endpoint.server.security is Security.SSL else Security.SSL
    return Failure(
        f"and {observer.name} cannot agree on TLS",
        evidence,
        f"Check {endpoint.option('port')} ({endpoint.port_hint}) and {endpoint.option('security')} ({other.value} is "
        "the other way to encrypt). If they are right, something on the way disturbs the connection, or the server has "
        f"no cipher in common with {observer.name}.",
        Code.NO_TLS,
    )


def no_tls_on_port(endpoint: Endpoint, evidence: str) -> Failure:
    """Something unknown came instead of TLS."""
    return Failure(
        "does not begin TLS on this port",
        evidence,
        f"Check {endpoint.option('port')} and {endpoint.option('security')}: the port may begin in plain text and "
        "need STARTTLS. Nothing secret was sent.",
        Code.NO_TLS,
    )
