# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detects early which protocol a server speaks, even if the server is silent."""

from __future__ import annotations

import contextlib

from ..._model.account import Security
from ..._model.redaction import Redactor
from ..._model.standard_ports import IMPLICIT_TLS, protocol_of
from ..findings.endpoint import Endpoint
from ..findings.failure import Failure
from ..findings.interruptions import ConnectionEnded, Timeout, no_greeting, no_handshake
from ..findings.wrong_service import DetectedProtocol, needs_ssl
from . import happy_eyeballs, unexpected_text
from .connection import Connection, Deadline
from .protocol_guess import detect_protocol
from .resolver import Address
from .tls import Trust

_LONGEST_PATIENCE = 2.0  # seconds of silence before the other way to begin is also tried
# Servers log and count clients that send before a late greeting. So TLS is tried late on ports that may be plain text.
_PATIENCE_ON_UNKNOWN_PORTS = 12.0
_SHARE_ON_UNKNOWN_PORTS = 0.75  # of the timeout


def first_bytes(
    connection: Connection, endpoint: Endpoint, address: Address, trust: Trust, deadline: Deadline, redact: Redactor
) -> str:
    """Begin as the settings say, and check that the server's first bytes match them.

    A server that expects TLS sends no greeting, and some plain-text servers do not react to TLS. So a second connection
    begins the other way once the first has been silent for a while. It carries at most the first message of TLS, and on
    a port for plain text only when the greeting is overdue.

    Returns:
        The protocol's name.

    Raises:
        Failure: the server speaks another protocol, or is silent.
    """
    implicit = endpoint.server.security is Security.SSL
    short = min(_LONGEST_PATIENCE, deadline.seconds / 4)
    patience = short if implicit else _patience(endpoint.server.port, short, deadline)
    try:
        if implicit:
            connection.offer_tls(trust.verifying, endpoint.server.host)
        received = connection.first_bytes(patience)
        if not received:
            _refuse_the_other_kind(endpoint, address, trust, deadline.part(short), redact)
            received = connection.first_bytes(deadline.left)
        if not received:
            raise Timeout(deadline.seconds)
    except (Timeout, ConnectionEnded) as ending:
        late = isinstance(ending, Timeout)
        if implicit and not late:
            _refuse_the_other_kind(endpoint, address, trust, deadline.part(short), redact)
        elif late and patience == deadline.seconds:
            _refuse_the_other_kind(endpoint, address, trust, deadline.more(short), redact)
        explain = no_handshake(endpoint, ending) if implicit else no_greeting(endpoint, ending, False if late else None)
        raise explain from None
    return _expected(endpoint, received, redact)


def _patience(port: int, short: float, deadline: Deadline) -> float:
    """The seconds of silence on a port that should begin in plain text before TLS is tried there."""
    if port in IMPLICIT_TLS:
        return short
    if protocol_of(port) is not None:
        return deadline.seconds
    return max(short, min(_PATIENCE_ON_UNKNOWN_PORTS, _SHARE_ON_UNKNOWN_PORTS * deadline.seconds))


def _expected(endpoint: Endpoint, received: bytes, redact: Redactor) -> str:
    """The protocol's name; raise the finding if it is not the expected one."""
    detected, first = detect_protocol(received), received.split(b"\n", 1)[0]
    if endpoint.server.security is Security.SSL:
        if detected is not DetectedProtocol.TLS:
            raise unexpected_text.plain_answer(endpoint, first, redact)
    elif detected is None or detected.value != endpoint.service.title:
        raise unexpected_text.other_greeting(endpoint, first, redact)
    return detected.value


def _refuse_the_other_kind(
    endpoint: Endpoint, address: Address, trust: Trust, deadline: Deadline, redact: Redactor
) -> None:
    """Begin the other way over a second connection; raise the finding if the server answers."""
    received = b""
    with contextlib.suppress(Failure):
        opened, _address, _seen = happy_eyeballs.dial(endpoint, [address], deadline)
        with opened as connection:
            if endpoint.server.security is not Security.SSL:
                connection.offer_tls(trust.unverified, endpoint.server.host)
            received = connection.first_bytes(deadline.left)
    detected, first = detect_protocol(received), received.split(b"\n", 1)[0]
    if endpoint.server.security is Security.SSL:
        if detected not in (None, DetectedProtocol.TLS):
            raise unexpected_text.plain_answer(endpoint, first, redact)
    elif detected is DetectedProtocol.TLS:
        raise needs_ssl(endpoint, "no greeting, and TLS in answer to TLS on a second connection")
    elif detected is not None and detected.value != endpoint.service.title:
        raise unexpected_text.other_greeting(endpoint, first, redact)
