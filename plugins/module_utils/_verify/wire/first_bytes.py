# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who speaks on a port, told from the first bytes, and quickly also where nobody says anything."""

from __future__ import annotations

import contextlib

from ..._model.account import Security
from ..._model.redaction import Redactor
from ..findings.endpoint import Endpoint
from ..findings.failure import Failure
from . import mismatch, network
from .connection import Connection, ConnectionEnded, Deadline, Timeout
from .protocol_guess import DetectedProtocol, detect_protocol
from .resolver import Address
from .tls import Trust

_LONGEST_PATIENCE = 2.0  # seconds until the other way to begin is tried as well


def first_bytes(
    connection: Connection, endpoint: Endpoint, address: Address, trust: Trust, deadline: Deadline, quote: Redactor
) -> str:
    """Begin as the settings have it, and see whether the server is of that kind.

    A server that waits for TLS is silent where a greeting is expected, and some that are plain until STARTTLS are
    silent when TLS begins. So a second connection begins the other way as soon as the first has been silent for a
    while. Only the first word of TLS is ever said there.

    Returns:
        Who speaks.

    Raises:
        Failure: somebody else, or nobody.
    """
    implicit = endpoint.server.security is Security.SSL
    patience = min(_LONGEST_PATIENCE, deadline.seconds / 4)
    try:
        if implicit:
            connection.offer_tls(trust.verifying, endpoint.server.host)
        heard = connection.first_bytes(patience)
        if not heard:
            _refuse_the_other_kind(endpoint, address, trust, deadline.part(patience), quote)
            heard = connection.first_bytes(deadline.left)
        if not heard:
            raise Timeout(deadline.seconds)
    except (Timeout, ConnectionEnded) as ending:
        if isinstance(ending, ConnectionEnded):
            _refuse_the_other_kind(endpoint, address, trust, deadline.part(patience), quote)
        explain = mismatch.no_handshake(endpoint, ending) if implicit else mismatch.no_greeting(endpoint, ending, False)
        raise explain from None
    return _expected(endpoint, heard, quote)


def _expected(endpoint: Endpoint, heard: bytes, quote: Redactor) -> str:
    """The name of who speaks, provided that it is who should speak."""
    who, first = detect_protocol(heard), heard.split(b"\n", 1)[0]
    if endpoint.server.security is Security.SSL:
        if who is not DetectedProtocol.TLS:
            raise mismatch.plain_answer(endpoint, first, quote)
    elif who is None or who.value != endpoint.service.title:
        raise mismatch.other_greeting(endpoint, first, quote)
    return who.value


def _refuse_the_other_kind(
    endpoint: Endpoint, address: Address, trust: Trust, deadline: Deadline, quote: Redactor
) -> None:
    """Begin the other way over a second connection; raise what is wrong if somebody answers to that."""
    heard = b""
    with contextlib.suppress(Failure):
        opened, _address, _seen = network.dial(endpoint, [address], deadline)
        with opened as connection:
            if endpoint.server.security is not Security.SSL:
                connection.offer_tls(trust.looking, endpoint.server.host)
            heard = connection.first_bytes(deadline.left)
    who, first = detect_protocol(heard), heard.split(b"\n", 1)[0]
    if endpoint.server.security is Security.SSL:
        if who not in (None, DetectedProtocol.TLS):
            raise mismatch.plain_answer(endpoint, first, quote)
    elif who is DetectedProtocol.TLS:
        raise mismatch.needs_ssl(endpoint, "no greeting, and TLS in answer to TLS on a second connection")
    elif who is not None and who.value != endpoint.service.title:
        raise mismatch.other_greeting(endpoint, first, quote)
