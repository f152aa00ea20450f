# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about a port with another service or another kind of encryption than the settings say."""

from __future__ import annotations

import enum

from ..._model.account import Security
from .connect_failures import check_host_and_port
from .endpoint import Endpoint, MailService
from .failure import Code, Failure


class DetectedProtocol(enum.Enum):
    """A protocol that a server's first bytes show."""

    IMAP = "IMAP"
    POP3 = "POP3"
    SMTP = "SMTP"
    HTTP = "HTTP"
    SSH = "SSH"
    TLS = "TLS"


_MAIL = (DetectedProtocol.IMAP, DetectedProtocol.POP3, DetectedProtocol.SMTP)


def wrong_protocol(endpoint: Endpoint, detected: DetectedProtocol | None, evidence: str) -> Failure:
    """The server speaks another protocol than expected; ``detected`` is None for an unknown one."""
    expected = endpoint.service.title
    if detected is DetectedProtocol.TLS:
        return needs_ssl(endpoint, evidence)
    finding = (
        f"does not speak {expected}" if detected is None else f"speaks {detected.value} where {expected} is expected"
    )
    code = Code.WRONG_PROTOCOL if detected in _MAIL else Code.NOT_MAIL
    return Failure(finding, evidence, _correction(endpoint, detected), code)


def unexpected_answer(endpoint: Endpoint, evidence: str) -> Failure:
    """The answer does not belong to the protocol, and its protocol is unknown."""
    finding = f"does not answer as {endpoint.service.title} requires"
    return Failure(finding, evidence, check_host_and_port(endpoint), Code.WRONG_PROTOCOL)


def needs_ssl(endpoint: Endpoint, evidence: str) -> Failure:
    """The server uses implicit TLS, but plain text was expected."""
    return Failure(
        "speaks TLS from the first byte on this port",
        evidence,
        f"Set {endpoint.settings(Security.SSL, endpoint.server.port)}. Nothing secret was sent.",
        Code.NEEDS_SSL,
    )


def needs_starttls(endpoint: Endpoint, evidence: str) -> Failure:
    """The server speaks the right protocol in plain text, but TLS was expected."""
    usual = endpoint.usual_port(Security.SSL)
    alternative = "" if endpoint.server.port == usual else f", or {endpoint.settings(Security.SSL, usual)}"
    return Failure(
        f"begins in plain text: it speaks {endpoint.service.title} on this port and not TLS from the first byte",
        evidence,
        f"Set {endpoint.settings(Security.STARTTLS, endpoint.server.port)}{alternative}. Nothing secret was sent.",
        Code.NEEDS_STARTTLS,
    )


def _correction(endpoint: Endpoint, detected: DetectedProtocol | None) -> str:
    """What to set, as far as the protocol tells."""
    host, port, server = endpoint.option("host"), endpoint.option("port"), endpoint.server
    if detected is None:
        return f"{check_host_and_port(endpoint)} A proxy or a firewall may also have answered."
    if detected not in _MAIL:
        others = "A proxy or the sign-in page of a network may also have answered."
        return f"Correct {host} or {port} ({endpoint.port_hint}). {others}"
    usual = endpoint.usual_port(server.security)
    change = f"correct {host}" if server.port == usual else f"set {port} to {usual}"
    if detected is DetectedProtocol.SMTP:
        return f"{change.capitalize()}. This server is for sending."
    if endpoint.service is MailService.SMTP:
        return f"{change.capitalize()}. This server is for receiving."
    return f"Set protocol to {detected.value.lower()}, or {change}."
