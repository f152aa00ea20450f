# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a connection is of another kind than was set: what was seen, and which options to set."""

from __future__ import annotations

from ..._model.account import Security
from ..._model.redaction import Redactor
from ..findings.endpoint import Endpoint, MailService
from ..findings.failure import Code, Failure
from .connection import ConnectionEnded, PlainAnswer, Timeout
from .protocol_guess import DetectedProtocol, detect_protocol


def other_greeting(endpoint: Endpoint, first: bytes, quote: Redactor) -> Failure:
    """Somebody introduced himself who is not the one expected."""
    heard = detect_protocol(first)
    expected = endpoint.service.title
    if heard is DetectedProtocol.TLS:
        return needs_ssl(endpoint, quote(first))
    finding = f"does not speak {expected}" if heard is None else f"speaks {heard.value} where {expected} is expected"
    code = Code.WRONG_PROTOCOL if heard in _MAIL else Code.NOT_MAIL
    return Failure(finding, quote(first), _correction(endpoint, heard), code)


def plain_answer(endpoint: Endpoint, first: bytes, quote: Redactor) -> Failure:
    """Plain text came where TLS had to begin at once."""
    heard = detect_protocol(first)
    if heard is None or heard.value != endpoint.service.title:
        return other_greeting(endpoint, first, quote)
    usual = endpoint.usual_port(Security.SSL)
    alternative = "" if endpoint.server.port == usual else f", or {endpoint.settings(Security.SSL, usual)}"
    return Failure(
        f"is plain until STARTTLS: it speaks {endpoint.service.title} on this port and not TLS from the first byte",
        quote(first),
        f"Set {endpoint.settings(Security.STARTTLS, endpoint.server.port)}{alternative}. Nothing secret was sent.",
        Code.NEEDS_STARTTLS,
    )


def injected(answer: PlainAnswer, quote: Redactor) -> Failure:
    """Plain text came after STARTTLS, where TLS had to begin."""
    return Failure(
        "sends plain text where the encryption has to begin",
        quote(answer.first),
        "Nothing secret was sent. Something between may be slipping text into the connection: try another network. "
        "If it happens there too, the server is faulty, and its operator must mend it.",
        Code.INJECTED,
    )


def needs_ssl(endpoint: Endpoint, evidence: str) -> Failure:
    """TLS is spoken from the first byte where plain text had to come."""
    return Failure(
        "speaks TLS from the first byte on this port",
        evidence,
        f"Set {endpoint.settings(Security.SSL, endpoint.server.port)}. Nothing secret was sent.",
        Code.NEEDS_SSL,
    )


def no_greeting(endpoint: Endpoint, ending: Timeout | ConnectionEnded, encrypted: bool) -> Failure:
    """A server accepted the connection, perhaps also the encryption, and then did not introduce itself."""
    if encrypted:
        advice = "The encryption works, the service behind it does not: it is the provider's fault. Change no setting."
    else:
        advice = (
            "It does not begin TLS either. The service is overloaded, or a firewall holds it back: try another network "
            f"and check {endpoint.option('port')} ({endpoint.port_hint})."
        )
    return Failure(f"{ending.finding} although it had to greet first", ending.evidence, advice, ending.code)


def no_handshake(endpoint: Endpoint, ending: Timeout | ConnectionEnded) -> Failure:
    """A server accepted the connection and then did not begin TLS."""
    return Failure(
        f"{ending.finding} when TLS had to begin",
        ending.evidence,
        f"Check {endpoint.option('port')} ({endpoint.port_hint}). If it is right, a firewall, a VPN or an antivirus "
        "disturbs encrypted connections, or the service is overloaded: try another network.",
        ending.code,
    )


_MAIL = (DetectedProtocol.IMAP, DetectedProtocol.POP3, DetectedProtocol.SMTP)


def _correction(endpoint: Endpoint, heard: DetectedProtocol | None) -> str:
    """Exactly what to set, as far as it can be told from who answered."""
    host, port, server = endpoint.option("host"), endpoint.option("port"), endpoint.server
    if heard is None:
        return f"Check {host} and {port} ({endpoint.port_hint}). A proxy or a firewall between may also have answered."
    if heard not in _MAIL:
        return f"Correct {host} or {port} ({endpoint.port_hint}). A proxy between may also have answered."
    usual = endpoint.usual_port(server.security)
    place = f"correct {host}" if server.port == usual else f"{port} to {usual}"
    if heard is DetectedProtocol.SMTP:
        return _sentence(f"{place}. This one is for sending.")
    if endpoint.service is MailService.SMTP:
        return _sentence(f"{place}. This one is for receiving.")
    return f"Set protocol to {heard.value.lower()}, or {place}."


def _sentence(change: str) -> str:
    return f"C{change[1:]}" if change.startswith("correct") else f"Set {change}"
