# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom to trust, what was agreed, and in plain words why not."""

from __future__ import annotations

import dataclasses
import math
import re
import ssl
import time

from ..._model.account import Security
from ..._model.errors import OptionError
from ..._model.redaction import Redactor
from ..findings.endpoint import Endpoint
from ..findings.failure import Code, Failure
from ..findings.interceptors import interceptor
from .certificate import Certificate, read_certificate
from .connection import Connection

_DAY = 86400.0


@dataclasses.dataclass(frozen=True)
class Trust:
    """How TLS begins.

    Attributes:
        verifying: checks certificate and name; the only one over which a credential may go.
        looking: checks nothing; only to read the certificate of a server that ``verifying`` refused.
    """

    verifying: ssl.SSLContext
    looking: ssl.SSLContext


def trust(ca_path: str | None) -> Trust:
    """The same demands as Thunderbird's, whatever the version of Python: TLS 1.2, the name among the alternative names.

    Args:
        ca_path: a file of CA certificates (PEM) that replaces the system's store; None for the system's.

    Raises:
        OptionError: the file cannot be used.
    """
    try:
        verifying = ssl.create_default_context(cafile=ca_path)
    except ssl.SSLError:
        raise OptionError(
            "ca_path", f"{ca_path} holds no certificate", "give a file of CA certificates in PEM form"
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
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.check_hostname = False
    looking.verify_mode = ssl.CERT_NONE
    return Trust(verifying, looking)


def peer_certificate(connection: Connection) -> Certificate | None:
    """The server's certificate; None without TLS or where it cannot be read."""
    der = None if connection.tls is None else connection.tls.getpeercert(binary_form=True)
    if der is None:
        return None
    try:
        return read_certificate(der)
    except ValueError:
        return None


def version(connection: Connection) -> str:
    """``TLS 1.3`` for example."""
    name = None if connection.tls is None else connection.tls.version()
    return "" if name is None else name.replace("TLSv", "TLS ")


def agreed(endpoint: Endpoint, connection: Connection, now: float, quote: Redactor) -> str:
    """What was agreed with a server whose certificate is good."""
    cipher = None if connection.tls is None else connection.tls.cipher()
    certificate = peer_certificate(connection)
    description = "" if certificate is None else f" {_issued(certificate, quote)}, {_days_left(certificate, now)}"
    parameters = "unknown" if cipher is None else cipher[0]
    protocol = version(connection).replace("TLS ", "TLSv")
    return f"{protocol} {parameters}, certificate for {endpoint.server.host}{description}"


def certificate_warning(certificate: Certificate | None, now: float, warn_days: float) -> str:
    """What a person should see although the certificate is good; empty when there is nothing.

    Args:
        certificate: one that was verified.
        now: seconds since 1970.
        warn_days: with fewer days left it is said.
    """
    if certificate is None:
        return ""
    program = interceptor(certificate.issuer)
    if program is not None:
        return f"{program} reads along: this machine trusts its certificate, which is not the provider's."
    if certificate.not_after - now < warn_days * _DAY:
        return (
            f"The certificate expires on {_date(certificate.not_after)}, {_days_left(certificate, now)}: its operator "
            "must renew it before. Change no setting."
        )
    return ""


def _issued(certificate: Certificate, quote: Redactor) -> str:
    return f"by {quote(certificate.issuer) or 'a nameless issuer'}"


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


def certificate_failure(
    endpoint: Endpoint,
    error: ssl.SSLCertVerificationError,
    certificate: Certificate | None,
    now: float,
    quote: Redactor,
) -> Failure:
    """Why a certificate is not trusted, and what to do.

    Args:
        endpoint: where.
        error: what the TLS library says.
        certificate: the server's, where it could be read.
        now: seconds since 1970.
        quote: makes the server's text fit to be shown.
    """
    host = endpoint.server.host
    clock = f"this machine's clock says {_date(now)}"
    evidence = error.verify_message or "certificate verify failed"
    if certificate is not None:
        names = quote(", ".join(certificate.names) or certificate.subject) or "no name"
        validity = f"valid from {_date(certificate.not_before)} to {_date(certificate.not_after)}"
        evidence = f"{evidence}; certificate for {names}, {_issued(certificate, quote)}, {validity}"
    if error.verify_code == _EXPIRED:
        if certificate is not None and certificate.not_after > now:
            return Failure(
                "has a certificate whose issuer's certificate has expired", evidence, _renew(clock), Code.EXPIRED
            )
        on = "" if certificate is None else f" on {_date(certificate.not_after)}"
        return Failure(f"has a certificate that expired{on}", evidence, _renew(clock), Code.EXPIRED)
    if error.verify_code == _NOT_YET_VALID:
        return Failure(
            "has a certificate that is not valid yet",
            evidence,
            f"Check the clock of this machine first: {clock}. If it is right, the server's operator must correct it.",
            Code.NOT_YET_VALID,
        )
    if error.verify_code in _OTHER_NAME:
        others = "" if certificate is None else f" It is for: {names}."
        return Failure(
            f"has a certificate that is not for {host}",
            evidence,
            f"Set {endpoint.option('host')} to a name that the certificate is for, if it is your provider's.{others} "
            "Otherwise something between may be intercepting the connection: do not go on.",
            Code.OTHER_NAME,
        )
    program = None if certificate is None else interceptor(certificate.issuer)
    if program is not None and error.verify_code in (_SELF_SIGNED, *_UNKNOWN_ISSUER):
        return Failure(
            f"is not what answers: {program} intercepts the connection with a certificate of its own",
            evidence,
            f"Change no mail setting. Exempt mail (ports 993, 995, 465 and 587) from scanning in {program}, or, where "
            "your organisation wants the interception, give its certificate as ca_path.",
            Code.INTERCEPTED,
        )
    if error.verify_code == _SELF_SIGNED:
        return Failure(
            "has a certificate that it signed itself",
            evidence,
            "A provider's server has no such certificate: an antivirus, a proxy or a wrong host may answer instead. If "
            "the server is your own, give its certificate as ca_path.",
            Code.SELF_SIGNED,
        )
    if error.verify_code in _UNKNOWN_ISSUER:
        by = "" if certificate is None else f" {_issued(certificate, quote)}"
        return Failure(
            f"has a certificate{by} that this machine does not trust",
            evidence,
            "If it is your own private CA, give its certificate as ca_path. If it is the name of an antivirus or a "
            "proxy, that program intercepts mail. Otherwise the server does not send its whole chain, and its operator "
            "must correct that.",
            Code.UNKNOWN_ISSUER,
        )
    return Failure(
        "has a certificate that is not accepted", evidence, "The server's operator must correct the certificate."
    )


def _renew(clock: str) -> str:
    return f"Check the clock of this machine first: {clock}. If it is right, the server's operator must renew this."


# What OpenSSL calls the end of a handshake with a server that only has versions older than TLS 1.2.
_TOO_OLD = re.compile("UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|INAPPROPRIATE_FALLBACK")


def handshake_failure(endpoint: Endpoint, error: ssl.SSLError) -> Failure:
    """Why there is no TLS, for reasons other than the certificate and plain text."""
    reason = (error.reason or str(error)).replace("_", " ").lower()
    if _TOO_OLD.search(error.reason or ""):
        return Failure(
            "has only versions of TLS that are not safe any more",
            reason,
            "TLS 1.2 or 1.3 is needed, by Thunderbird as well. The server's operator must switch it on.",
            Code.TLS_TOO_OLD,
        )
    other = Security.STARTTLS if endpoint.server.security is Security.SSL else Security.SSL
    port, security = endpoint.option("port"), endpoint.option("security")
    return Failure(
        "and this machine cannot agree on TLS",
        reason,
        f"Check {port} and {security} ({other.value} is the other way to encrypt). If they are right, something "
        "between disturbs the connection, or the server has no cipher in common with this machine.",
        Code.NO_TLS,
    )
