# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a server's certificate is not trusted, and the warnings about one that is: interception, expiry."""

from __future__ import annotations

import math
import ssl
import time

from ..._model.redaction import Redactor
from ..findings import certificates
from ..findings.encryption import tls_too_weak
from ..findings.endpoint import Endpoint
from ..findings.failure import Failure
from ..findings.interceptors import interceptor
from .certificate import Certificate

_DAY = 86400.0
# X509_V_ERR_... of OpenSSL's x509_vfy.h.
_NOT_YET_VALID, _EXPIRED, _SELF_SIGNED = 9, 10, 18
_UNKNOWN_ISSUER = (2, 19, 20, 21)
_OTHER_NAME = (62, 64)
_TOO_WEAK_CERTIFICATE = (66, 67, 68)  # the key of the server, the key of an issuer, the digest of a signature


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
        return certificates.expiry_warning(_date(certificate.not_after), days_left(certificate, now))
    return intercepted


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
        evidence = f"{evidence}; certificate for {names}, {issued(certificate, redact)}, {validity}"
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
        return certificates.unknown_issuer(evidence, "" if certificate is None else issued(certificate, redact))
    return certificates.not_accepted(evidence)


def issued(certificate: Certificate, redact: Redactor) -> str:
    """By whom it was issued."""
    return f"by {redact(certificate.issuer) or 'a nameless issuer'}"


def days_left(certificate: Certificate, now: float) -> str:
    """For how many days it is still valid."""
    days = math.floor((certificate.not_after - now) / _DAY)
    return f"{days} day left" if days == 1 else f"{days} days left"


def _date(seconds: float) -> str:
    moment = time.gmtime(seconds)
    return f"{moment.tm_year:04}-{moment.tm_mon:02}-{moment.tm_mday:02}"
