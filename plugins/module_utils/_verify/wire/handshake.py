# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TLS handshake with a server, and the findings for its failures."""

from __future__ import annotations

import contextlib
import re
import ssl
import typing as t

from ..._model.account import Security
from ..._model.redaction import Redactor
from ..findings.encryption import client_certificate_wanted, tls_not_agreed, tls_too_old, tls_too_weak
from ..findings.endpoint import Endpoint
from ..findings.failure import Failure
from ..findings.interruptions import ConnectionEnded, Timeout, no_handshake
from . import tls, unexpected_text
from .certificate import Certificate
from .certificate_problems import certificate_failure
from .connection import Connection, PlainAnswer

# OpenSSL's names of handshake failures with a server that only has versions before TLS 1.2.
_TOO_OLD = re.compile("UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|INAPPROPRIATE_FALLBACK")
# What OpenSSL refuses by default and at its security level: the server's TLS is too weak.
_TOO_WEAK = re.compile(
    "KEY_TOO_SMALL|KEY_TOO_WEAK|MD_TOO_WEAK|MODULUS_TOO_SMALL|UNSAFE_LEGACY_RENEGOTIATION|LEGACY_SIGALG|"
    "WRONG_SIGNATURE_TYPE|NO_SUITABLE_SIGNATURE_ALGORITHM|BAD_DH_VALUE|BAD_DH_P_LENGTH"
)


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
        raise certificate_failure(endpoint, error, read_refused(), now, redact) from None
    except ssl.SSLError as error:
        raise _failure(endpoint, error, connection.certificate_asked) from None


def unverified_certificate(connection: Connection, endpoint: Endpoint, trust: tls.Trust) -> Certificate | None:
    """Begin TLS without verification, only to read the certificate; return None if that fails.

    The connection must carry nothing else, before or after: the peer may be anyone.
    """
    with contextlib.suppress(Failure, PlainAnswer, ssl.SSLError):
        connection.secure(trust.unverified, endpoint.server.host)
        return tls.peer_certificate(connection)
    return None


def _failure(endpoint: Endpoint, error: ssl.SSLError, certificate_asked: bool = False) -> Failure:
    """The finding for a handshake that failed for a reason other than the certificate or plain text.

    Args:
        endpoint: where.
        error: the TLS library's.
        certificate_asked: the server asked for a client certificate.
    """
    reason = (error.reason or str(error)).replace("_", " ").lower()
    if certificate_asked and "alert" in reason:
        return client_certificate_wanted(reason)
    if _TOO_OLD.search(error.reason or ""):
        return tls_too_old(reason)
    if _TOO_WEAK.search(error.reason or ""):
        return tls_too_weak(reason)
    return tls_not_agreed(endpoint, reason)
