# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TLS handshake with a server, and the findings for its failures."""

from __future__ import annotations

import contextlib
import ssl
import typing as t

from ..._model.account import Security
from ..._model.redaction import Redactor
from ..findings.endpoint import Endpoint
from ..findings.failure import Failure
from ..findings.interruptions import ConnectionEnded, Timeout, no_handshake
from . import tls, unexpected_text
from .certificate import Certificate
from .connection import Connection, PlainAnswer


def handshake(
    connection: Connection,
    endpoint: Endpoint,
    trust: tls.Trust,
    now: float,
    redact: Redactor,
    read_refused: t.Callable[[], Certificate | None],
) -> None:
    """Encrypt the connection and verify the server's certificate.

    Args:
        connection: in clear text, at the point where TLS begins.
        endpoint: where it leads.
        trust: which certificates are trusted.
        now: seconds since 1970.
        redact: hides secrets in what the server sends.
        read_refused: reads a refused certificate, to explain the failure; returns None if it cannot be read.

    Raises:
        Failure: TLS failed, or the certificate is not trusted. Nothing secret may be sent.
    """
    try:
        connection.secure(trust.verifying, endpoint.server.host)
    except PlainAnswer as answer:
        if endpoint.server.security is Security.STARTTLS:
            raise unexpected_text.injected(answer, redact) from None
        raise unexpected_text.plain_answer(endpoint, answer.first, redact) from None
    except (Timeout, ConnectionEnded) as ending:
        raise no_handshake(endpoint, ending) from None
    except ssl.SSLCertVerificationError as error:
        raise tls.certificate_failure(endpoint, error, read_refused(), now, redact) from None
    except ssl.SSLError as error:
        raise tls.handshake_failure(endpoint, error, connection.certificate_asked) from None


def unverified_certificate(connection: Connection, endpoint: Endpoint, trust: tls.Trust) -> Certificate | None:
    """Begin TLS without verification, only to read the certificate; return None if that fails.

    The connection must carry nothing else, before or after: the peer may be anyone.
    """
    with contextlib.suppress(Failure, PlainAnswer, ssl.SSLError):
        connection.secure(trust.unverified, endpoint.server.host)
        return tls.peer_certificate(connection)
    return None
