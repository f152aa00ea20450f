# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a connection is of another kind than was set: what was seen, and which option to change."""

from __future__ import annotations

from .._model.account import Security
from .connection import Hangup, PlainAnswer, Silence
from .endpoint import USUAL_PORTS, Endpoint, Service
from .failure import Failure
from .speaker import Speaker, speaker
from .text import Quoter


def other_greeting(endpoint: Endpoint, first: bytes, quote: Quoter) -> Failure:
    """Somebody introduced himself who is not the one expected."""
    heard = speaker(first)
    expected = endpoint.service.title
    finding = f"does not speak {expected}" if heard is None else f"speaks {heard.value} where {expected} is expected"
    return Failure(finding, quote(first), _correction(endpoint, heard))


def plain_answer(endpoint: Endpoint, answer: PlainAnswer, quote: Quoter) -> Failure:
    """Plain text came where TLS had to begin."""
    if endpoint.server.security is Security.STARTTLS:
        return Failure(
            "sends plain text where the encryption has to begin",
            quote(answer.first),
            "Nothing secret was sent. Something between may be slipping text into the connection: try another network. "
            "If it happens there too, the server is faulty, and its operator must mend it.",
        )
    heard = speaker(answer.first)
    if heard is None or heard.value != endpoint.service.title:
        return other_greeting(endpoint, answer.first, quote)
    security, port = endpoint.option("security"), endpoint.option("port")
    usual = USUAL_PORTS[endpoint.service][Security.SSL]
    alternative = "" if endpoint.server.port == usual else f", or {port} to {usual} and leave {security} as it is"
    return Failure(
        f"speaks plain {endpoint.service.title} on this port, not TLS from the first byte",
        quote(answer.first),
        f"Set {security} to starttls{alternative}. Nothing secret was sent.",
    )


def no_greeting(endpoint: Endpoint, ending: Silence | Hangup) -> Failure:
    """A server accepted the connection and then did not introduce itself."""
    if endpoint.server.security is Security.SSL:
        advice = "The encryption works, the service behind it does not: it is the provider's fault. Change no setting."
    else:
        advice = (
            "A server that expects TLS from the first byte behaves like that: try "
            f"{endpoint.option('security')} ssl. Otherwise the service is overloaded, or a firewall holds it back."
        )
    return Failure(f"{ending.finding} although it had to greet first", ending.evidence, advice)


def no_handshake(endpoint: Endpoint, ending: Silence | Hangup) -> Failure:
    """A server accepted the connection and then did not begin TLS."""
    security = endpoint.option("security")
    other = "starttls" if endpoint.server.security is Security.SSL else "ssl"
    return Failure(
        f"{ending.finding} when TLS had to begin",
        ending.evidence,
        f"The port may be of another kind: try {security} {other}, and check {endpoint.option('port')}. Otherwise a "
        "firewall, a VPN or an antivirus disturbs encrypted connections: try another network.",
    )


def _correction(endpoint: Endpoint, heard: Speaker | None) -> str:
    host, port, security = (endpoint.option(name) for name in ("host", "port", "security"))
    if heard is Speaker.TLS:
        return f"The port expects TLS from the first byte: set {security} to ssl."
    if heard in (Speaker.IMAP, Speaker.POP3) and endpoint.service is not Service.SMTP:
        return f"Set protocol to {heard.value.lower()}, or correct {port} ({endpoint.port_hint})."
    if heard is not None:
        return f"Correct {host} or {port} ({endpoint.port_hint})."
    return f"Check {host} and {port} ({endpoint.port_hint}). A proxy or a firewall between may also have answered."
