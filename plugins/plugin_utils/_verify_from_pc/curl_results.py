# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns curl's reports on tests into stages and findings. The exit codes are those of libcurl-errors(3).

The error names that Windows' own TLS (Schannel) adds to curl's message are from Microsoft's documentation of SSPI. None
has been observed on a real PC yet.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ...module_utils._model.account import Security
from ...module_utils._model.redaction import Redactor
from ...module_utils._verify.findings import (
    certificates,
    connect_failures,
    encryption,
    lookup_failures,
    sign_in_and_mailbox,
    wrong_service,
)
from ...module_utils._verify.findings.endpoint import Endpoint, Role
from ...module_utils._verify.findings.failure import Failure
from ...module_utils._verify.findings.interruptions import (
    ConnectionEnded,
    Timeout,
    no_greeting,
    no_handshake,
    sign_in_interrupted,
)
from ...module_utils._verify.findings.observer import THE_PC
from ...module_utils._verify.findings.refusals import address_refused, sign_in_refused
from ...module_utils._verify.report.check import Stage

_DNS, _REFUSED, _ODD_ANSWER, _COMMAND_REFUSED, _TIMED_OUT, _NO_TLS, _UNTRUSTED = 6, 7, 8, 21, 28, 35, 60
_NO_STARTTLS, _LOGIN_DENIED, _NO_MECHANISM = 64, 67, 94
_OLD_UNTRUSTED, _ENDED = 51, (52, 55, 56)


@dataclasses.dataclass(frozen=True)
class CurlResult:
    """The result of one test.

    Attributes:
        code: curl's exit code; 0 on success.
        seconds: how long it took.
        address: the address connected to; empty if it did not connect.
        message: curl's error message; empty on success.
        body: the server's complete answer.
        source: the PC's own address in that connection; empty if it did not connect.
    """

    code: int
    seconds: float
    address: str
    message: str
    body: bytes = b""
    source: str = ""


def parse(output: bytes, mark: str) -> t.Mapping[int, CurlResult]:
    """The results by test number, without tests that were not run or cannot be read."""
    number, seconds, address = "([0-9]{1,9})", "([0-9]{1,9}[.,][0-9]{1,9})", r"\[([^\]]*)\]"
    line = re.compile(rf"^{re.escape(mark)} {number} {number} {seconds} {address} {address} ?(.*)$", re.MULTILINE)
    redact = Redactor()
    return {
        int(number): CurlResult(
            int(code), float(seconds.replace(",", ".")), redact(address), redact(message), source=redact(source)
        )
        for number, code, seconds, address, source, message in line.findall(
            output.decode("utf-8", "replace").replace("\r", "")
        )
    }


def server_failure(endpoint: Endpoint, result: CurlResult, seconds: float) -> tuple[Stage, Failure] | None:
    """The failed stage before signing in, and its failure; None if nothing failed.

    Args:
        endpoint: where.
        result: the result of a test without a password.
        seconds: the test's time limit.
    """
    seen = result.message
    if result.code == 0:
        return None
    if result.code == _DNS:
        return Stage.DNS, lookup_failures.name_not_found(endpoint, seen, THE_PC)
    if result.code == _TIMED_OUT:
        return _timed_out(endpoint, result, seconds)
    if result.code == _REFUSED:
        return Stage.TCP, _unconnected(endpoint, seen, seconds)
    if result.code in (_UNTRUSTED, _OLD_UNTRUSTED, _NO_TLS) or _BY_SCHANNEL.search(seen):
        return Stage.TLS, _handshake_failure(endpoint, result)
    if result.code == _NO_STARTTLS:
        denied = "denied" in seen.lower()
        return Stage.STARTTLS, (
            encryption.starttls_refused(seen) if denied else encryption.starttls_missing(endpoint, seen)
        )
    if result.code in _ENDED:
        return Stage.GREETING, ConnectionEnded(seen, THE_PC)
    if result.code in (_ODD_ANSWER, _COMMAND_REFUSED):
        return Stage.GREETING, wrong_service.unexpected_answer(endpoint, seen)
    return Stage.GREETING, connect_failures.not_tested_by_curl(result.code, seen, THE_PC)


def sign_in_failure(
    endpoint: Endpoint, result: CurlResult, username: str, email: str, seconds: float, redact: Redactor
) -> tuple[Stage, Failure] | None:
    """The failure of signing in, or of the request after it, and its stage; None if nothing failed.

    Args:
        endpoint: where.
        result: the result of a test with a password.
        username: the login.
        email: the sender's address in a test of sending.
        seconds: the time limit of the test.
        redact: hides the password.
    """
    seen = redact(result.message)
    number = re.search(r"\b[45]\d\d\b", seen)
    with_number_first = f"{number.group()} ({seen})" if number else seen
    if result.code == 0:
        return None
    if result.code == _LOGIN_DENIED:
        return Stage.AUTHENTICATION, sign_in_refused(with_number_first, username)
    if result.code == _NO_MECHANISM:
        return Stage.AUTHENTICATION, sign_in_and_mailbox.no_mechanism(endpoint, seen)
    if result.code in (_ODD_ANSWER, _COMMAND_REFUSED):
        if endpoint.role is Role.OUTGOING:
            return Stage.SENDING, address_refused(with_number_first, email)
        return Stage.MAILBOX, sign_in_and_mailbox.mailbox_not_opened("inbox", seen)
    if result.code == _TIMED_OUT:
        return Stage.AUTHENTICATION, sign_in_interrupted(Timeout(seconds, evidence=seen, observer=THE_PC))
    if result.code in _ENDED:
        return Stage.AUTHENTICATION, sign_in_interrupted(ConnectionEnded(seen, THE_PC))
    return Stage.AUTHENTICATION, sign_in_interrupted(connect_failures.not_tested_by_curl(result.code, seen, THE_PC))


def offers_sign_in(result: CurlResult) -> bool:
    """Whether the answer to EHLO offers signing in. If not, curl continues without it and reports no error."""
    return re.search(rb"(?mi)^250[- ]AUTH[ =]", result.body) is not None


def _timed_out(endpoint: Endpoint, result: CurlResult, seconds: float) -> tuple[Stage, Failure]:
    seen = result.message
    if "resolving" in seen.lower():
        return Stage.DNS, lookup_failures.name_server_silent(seconds, seen, THE_PC)
    if not result.address:
        return Stage.TCP, connect_failures.connection_timed_out(endpoint, seconds, seen, THE_PC)
    ending = Timeout(seconds, evidence=seen, observer=THE_PC)
    if endpoint.server.security is Security.SSL:
        return Stage.TLS, no_handshake(endpoint, ending)
    return Stage.GREETING, no_greeting(endpoint, ending, encrypted=None)


# Errors of Schannel and of the certificate store. Builds of curl up to 7.83 exit with 77 for some of them.
_BY_SCHANNEL = re.compile(r"\b(?:SEC|CERT|CRYPT|TRUST)_E_|\bCERT_TRUST_")
_UNREACHABLE = re.compile("unreachable|no route", re.IGNORECASE)
_FORBIDDEN = re.compile("permission denied|forbidden|access permissions", re.IGNORECASE)
_LATE = re.compile("timed out", re.IGNORECASE)


def _unconnected(endpoint: Endpoint, seen: str, seconds: float) -> Failure:
    if _UNREACHABLE.search(seen):
        return connect_failures.unreachable(seen, THE_PC)
    if _FORBIDDEN.search(seen):
        return connect_failures.connection_forbidden(endpoint, seen, THE_PC)
    if _LATE.search(seen):
        return connect_failures.connection_timed_out(endpoint, seconds, seen, THE_PC)
    return connect_failures.connection_refused(endpoint, seen)


def _handshake_failure(endpoint: Endpoint, result: CurlResult) -> Failure:
    seen = result.message
    for pattern, finding in _TLS_MESSAGES:
        if re.search(pattern, seen, re.IGNORECASE):
            return finding(endpoint, seen)
    if result.code != _NO_TLS:
        return certificates.not_accepted(seen, THE_PC)
    return encryption.tls_not_agreed(endpoint, seen, THE_PC)


# The first match counts; the texts are Schannel's and OpenSSL's.
_TLS_MESSAGES: t.Sequence[tuple[str, t.Callable[[Endpoint, str], Failure]]] = (
    (
        r"CERT_EXPIRED|NOT_TIME_VALID|certificate has expired",
        lambda _endpoint, seen: certificates.expired(seen, observer=THE_PC),
    ),
    (r"not yet valid", lambda _endpoint, seen: certificates.not_yet_valid(seen, observer=THE_PC)),
    (
        r"WRONG_PRINCIPAL|CN_NO_MATCH|does not match|no alternative certificate subject name",
        certificates.wrong_name,
    ),
    (r"self[- ]signed certificate(?! in)", lambda _endpoint, seen: certificates.self_signed(seen, THE_PC)),
    (
        r"UNTRUSTED_ROOT|PARTIAL_CHAIN|local issuer|self[- ]signed certificate in|unable to get issuer",
        lambda _endpoint, seen: certificates.unknown_issuer(seen, observer=THE_PC),
    ),
    (r"REVOKED", lambda _endpoint, seen: certificates.revoked(seen)),
    (
        r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|ALGORITHM_MISMATCH|unsupported protocol",
        lambda _endpoint, seen: encryption.tls_too_old(seen),
    ),
    (r"wrong version number|SEC_E_INVALID_TOKEN", encryption.no_tls_on_port),
)
