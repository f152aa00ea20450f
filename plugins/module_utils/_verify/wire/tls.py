# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates are trusted, what TLS agreed on, and the findings for failed handshakes."""

from __future__ import annotations

import dataclasses
import math
import re
import ssl
import time

from ..._model.errors import OptionError
from ..._model.redaction import Redactor
from ..findings import certificates
from ..findings.encryption import client_certificate_wanted, tls_not_agreed, tls_too_old, tls_too_weak
from ..findings.endpoint import Endpoint
from ..findings.failure import Failure
from ..findings.interceptors import interceptor
from .certificate import Certificate, read_certificate
from .connection import Connection

_DAY = 86400.0


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
    description = "" if certificate is None else f" {_issued(certificate, redact)}, {_days_left(certificate, now)}"
    parameters = "unknown" if cipher is None else cipher[0]
    protocol = version(connection).replace("TLS ", "TLSv")
    return f"{protocol} {parameters}, certificate for {endpoint.server.host}{description}"


def certificate_warning(certificate: Certificate | None, now: float, warn_days: float) -> str:
    """A warning although the certificate is valid; empty if there is none.

    Args:
        certificate: a verified certificate.
        now: seconds since 1970.
        warn_days: warn if fewer days are left.
    """
    if certificate is None:
        return ""
    intercepted = certificates.interception_warning(certificate.issuer)
    if not intercepted and certificate.not_after - now < warn_days * _DAY:
        return certificates.expiry_warning(_date(certificate.not_after), _days_left(certificate, now))
    return intercepted


def _issued(certificate: Certificate, redact: Redactor) -> str:
    return f"by {redact(certificate.issuer) or 'a nameless issuer'}"


def _days_left(certificate: Certificate, now: float) -> str:
    days = math.floor((certificate.not_after - now) / _DAY)
    return f"{days} day left" if days == 1 else f"{days} days left"


def _date(seconds: float) -> str:
    moment = time.gmtime(seconds)
    return f"{moment.tm_year:04}-{moment.tm_mon:02}-{moment.tm_mday:02}"


# X509_V_ERR_... of OpenSSL's x509_vfy.h.
_NOT_YET_VALID, _EXPIRED, _SELF_SIGNED = 9, 10, 18
_UNKNOWN_ISSUER = (2, 19, 20, 21)
_OTHER_NAME = (62, 64)
_TOO_WEAK_CERTIFICATE = (66, 67, 68)  # the key of the server, the key of an issuer, the digest of a signature


def certificate_failure(
    endpoint: Endpoint,
    error: ssl.SSLCertVerificationError,
    certificate: Certificate | None,
    now: float,
    redact: Redactor,
) -> Failure:
    """The finding for a certificate that is not trusted.

    Args:
        endpoint: where.
        error: the TLS library's.
        certificate: the server's, if it could be read.
        now: seconds since 1970.
        redact: for what the server sends.
    """
    names = ""
    evidence = error.verify_message or "certificate verify failed"
    if certificate is not None:
        names = redact(", ".join(certificate.names) or certificate.subject) or "no name"
        validity = f"valid from {_date(certificate.not_before)} to {_date(certificate.not_after)}"
        evidence = f"{evidence}; certificate for {names}, {_issued(certificate, redact)}, {validity}"
    if error.verify_code == _EXPIRED:
        if certificate is not None and certificate.not_after > now:
            return certificates.issuer_expired(evidence, _date(now))
        return certificates.expired(evidence, "" if certificate is None else _date(certificate.not_after), _date(now))
    if error.verify_code == _NOT_YET_VALID:
        return certificates.not_yet_valid(evidence, _date(now))
    if error.verify_code in _OTHER_NAME:
        return certificates.wrong_name(endpoint, evidence, names)
    if error.verify_code in _TOO_WEAK_CERTIFICATE:
        return tls_too_weak(evidence)
    program = None if certificate is None else interceptor(certificate.issuer)
    if program is not None and error.verify_code in (_SELF_SIGNED, *_UNKNOWN_ISSUER):
        return certificates.intercepted(program, evidence)
    if error.verify_code == _SELF_SIGNED:
        return certificates.self_signed(evidence)
    if error.verify_code in _UNKNOWN_ISSUER:
        return certificates.unknown_issuer(evidence, "" if certificate is None else _issued(certificate, redact))
    return certificates.not_accepted(evidence)


# OpenSSL's names of handshake failures with a server that only has versions before TLS 1.2.
_TOO_OLD = re.compile("UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|INAPPROPRIATE_FALLBACK")
# What OpenSSL refuses by default and at its security level: the server's TLS is too weak.
_TOO_WEAK = re.compile(
    "KEY_TOO_SMALL|KEY_TOO_WEAK|MD_TOO_WEAK|MODULUS_TOO_SMALL|UNSAFE_LEGACY_RENEGOTIATION|LEGACY_SIGALG|"
    "WRONG_SIGNATURE_TYPE|NO_SUITABLE_SIGNATURE_ALGORITHM|BAD_DH_VALUE|BAD_DH_P_LENGTH"
)


def handshake_failure(endpoint: Endpoint, error: ssl.SSLError, certificate_asked: bool = False) -> Failure:
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
