# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate and the parameters of a TLS session, as values for reports."""

from __future__ import annotations

import time
import typing as t

from .._model.redaction import Redactor
from .report.check import ServerCertificate, TlsSession
from .wire import tls

if t.TYPE_CHECKING:
    from .wire.certificate import Certificate
    from .wire.connection import Connection

MOST_NAMES = 100  # of a certificate; large hosters' certificates have hundreds


def server_certificate(certificate: Certificate | None, redact: Redactor) -> ServerCertificate | None:
    """The certificate for a report, with at most MOST_NAMES names.

    Args:
        certificate: trusted or not; None if it could not be read.
        redact: hides secrets in what the server sends.
    """
    if certificate is None:
        return None
    not_after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(certificate.not_after))
    names = tuple(map(redact, certificate.names[:MOST_NAMES]))
    return ServerCertificate(names, redact(certificate.issuer), not_after)


def tls_session(connection: Connection) -> TlsSession:
    """The parameters of the session. The connection must have TLS."""
    cipher = None if connection.tls is None else connection.tls.cipher()
    return TlsSession(tls.version(connection), "" if cipher is None else cipher[0])
