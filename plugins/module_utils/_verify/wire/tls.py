# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates are trusted, and what TLS agreed on."""

from __future__ import annotations

import dataclasses
import ssl

from ..._model.errors import OptionError
from ..._model.redaction import Redactor
from ..findings.endpoint import Endpoint
from .certificate import Certificate, read_certificate
from .certificate_problems import days_left, issued
from .connection import Connection


@dataclasses.dataclass(frozen=True)
class Trust:
    """The TLS contexts.

    Attributes:
        verifying: checks certificate and name; credentials may be sent only with this one.
        unverified: checks nothing; used only to read a certificate that ``verifying`` refused.
    """

    verifying: ssl.SSLContext
    unverified: ssl.SSLContext


def trust(ca_path: str | None) -> Trust:
    """Thunderbird's requirements on every Python: TLS 1.2 or later, and the name among the alternative names.

    Args:
        ca_path: a file of CA certificates (PEM) that replaces the system's store; None for the system's.

    Raises:
        OptionError: the file cannot be used.
    """
    try:
        verifying = ssl.create_default_context(cafile=ca_path)
    except ssl.SSLError:
        raise OptionError(
            "ca_path", f"{ca_path} contains no certificate", "give a file of CA certificates in PEM form"
        ) from None
    except OSError as error:
        raise OptionError(
            "ca_path", f"{ca_path}: {error.strerror}", "give a file that can be read on this host"
        ) from None
    verifying.minimum_version = ssl.TLSVersion.TLSv1_2
    if ssl.HAS_NEVER_CHECK_COMMON_NAME:
        verifying.hostname_checks_common_name = False
    # Python 3.13 and later refuse private CAs that older ones and mail clients accept.
    verifying.verify_flags &= ~ssl.VERIFY_X509_STRICT
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    return Trust(verifying, unverified)


def peer_certificate(connection: Connection) -> Certificate | None:
    """The server's certificate; None without TLS or if it cannot be read."""
    der = None if connection.tls is None else connection.tls.getpeercert(binary_form=True)
    if der is None:
        return None
    try:
        return read_certificate(der)
    except ValueError:
        return None


def version(connection: Connection) -> str:
    """The version, such as ``TLS 1.3``."""
    name = None if connection.tls is None else connection.tls.version()
    return "" if name is None else name.replace("TLSv", "TLS ")


def agreed(
    endpoint: Endpoint, connection: Connection, certificate: Certificate | None, now: float, redact: Redactor
) -> str:
    """What TLS agreed on with a server whose certificate is valid."""
    cipher = None if connection.tls is None else connection.tls.cipher()
    description = "" if certificate is None else f" {issued(certificate, redact)}, {days_left(certificate, now)}"
    parameters = "unknown" if cipher is None else cipher[0]
    protocol = version(connection).replace("TLS ", "TLSv")
    return f"{protocol} {parameters}, certificate for {endpoint.server.host}{description}"
