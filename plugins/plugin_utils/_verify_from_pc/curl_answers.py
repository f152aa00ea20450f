# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What curl says of a visit, as the stages of a test. Its exit codes are those of libcurl-errors(3).

The names of errors that Windows' own TLS (Schannel) adds to the message are from Microsoft's documentation of SSPI;
none of them was seen on a real PC yet.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ...module_utils._model.redaction import Redactor
from ...module_utils._verify.findings.endpoint import Endpoint
from ...module_utils._verify.findings.failure import Code, Failure
from ...module_utils._verify.findings.refusals import sending_refused, sign_in_refused
from ...module_utils._verify.report.check import Stage

_DNS, _REFUSED, _ODD_ANSWER, _COMMAND_REFUSED, _TIMED_OUT, _NO_TLS, _UNTRUSTED = 6, 7, 8, 21, 28, 35, 60
_NO_STARTTLS, _LOGIN_DENIED, _NO_MECHANISM = 64, 67, 94
_OLD_UNTRUSTED, _ENDED = 51, (52, 55, 56)

_THE_PC = "Look at the PC's network, DNS, VPN and firewall; no mail setting should be changed."


@dataclasses.dataclass(frozen=True)
class CurlResult:
    """What came of a visit.

    Attributes:
        code: curl's exit code for it; 0 if all went well.
        seconds: how long it took.
        address: whom it connected to; empty if to nobody.
        message: curl's words; empty if all went well.
        body: what the server answered, at its length.
    """

    code: int
    seconds: float
    address: str
    message: str
    body: bytes = b""


def parse(said: bytes, mark: str) -> t.Mapping[int, CurlResult]:
    """The answers by the numbers of their visits; those that were not made, or that cannot be read, are not there."""
    line = re.compile(rf"^{re.escape(mark)} (\d+) (\d+) (\d+[.,]\d+) \[([^\]]*)\] ?(.*)$", re.MULTILINE)
    quote = Redactor()
    return {
        int(number): CurlResult(int(code), float(seconds.replace(",", ".")), address, quote(message))
        for number, code, seconds, address, message in line.findall(said.decode("utf-8", "replace").replace("\r", ""))
    }


def trouble(endpoint: Endpoint, answer: CurlResult, seconds: float) -> tuple[Stage, Failure] | None:
    """What is wrong with a server before anybody signs in, and in which stage; None if nothing is.

    Args:
        endpoint: where.
        answer: of a visit without a password.
        seconds: that it was given.
    """
    host, port, seen = endpoint.option("host"), endpoint.option("port"), answer.message
    check = f"Check {host} and {port} ({endpoint.port_hint})."
    if answer.code == 0:
        return None
    if answer.code == _DNS:
        advice = f"Check the spelling of {host}. If other machines find it, look at the PC's DNS."
        return Stage.DNS, Failure("cannot be found: its name has no address", seen, advice, Code.NAME_NOT_FOUND)
    if answer.code == _TIMED_OUT:
        return _silent(endpoint, answer, seconds)
    if answer.code == _REFUSED:
        return Stage.TCP, _unconnected(seen, check)
    if answer.code in (_UNTRUSTED, _OLD_UNTRUSTED, _NO_TLS):
        return Stage.TLS, _distrust(endpoint, answer, check)
    if answer.code == _NO_STARTTLS:
        return Stage.STARTTLS, Failure(
            "does not offer STARTTLS",
            seen,
            f"{check} If they are right, something between removes it: nothing secret may be sent there.",
            Code.STARTTLS_REFUSED if "denied" in seen.lower() else Code.STARTTLS_MISSING,
        )
    if answer.code in _ENDED:
        return Stage.GREETING, Failure(
            "hung up",
            seen,
            f"{check} If they are right, the service is overloaded, or a firewall or an antivirus ends the connection.",
            Code.HUNG_UP,
        )
    if answer.code in (_ODD_ANSWER, _COMMAND_REFUSED):
        return Stage.GREETING, Failure("does not answer as it should", seen, check, Code.WRONG_PROTOCOL)
    return Stage.GREETING, Failure(f"could not be tested: curl.exe ended with code {answer.code}", seen, _THE_PC)


def sign_in_trouble(
    endpoint: Endpoint, answer: CurlResult, username: str, quote: Redactor
) -> tuple[Stage, Failure] | None:
    """What is wrong with signing in, or with what is asked then, on a server that is sound before; None if nothing is.

    Args:
        endpoint: where.
        answer: of a visit with a password.
        username: the login.
        quote: hides the password.
    """
    seen = quote(answer.message)
    number = re.search(r"\b[45]\d\d\b", seen)
    as_answered = f"{number.group()} ({seen})" if number else seen
    if answer.code == 0:
        return None
    if answer.code == _LOGIN_DENIED:
        return Stage.AUTHENTICATION, sign_in_refused(as_answered, username)
    if answer.code == _NO_MECHANISM:
        return Stage.AUTHENTICATION, no_mechanism(seen)
    if answer.code in (_ODD_ANSWER, _COMMAND_REFUSED) and Stage.SENDING in _last(endpoint):
        return Stage.SENDING, sending_refused(as_answered, "does not accept this sender")
    if answer.code in (_ODD_ANSWER, _COMMAND_REFUSED):
        return Stage.MAILBOX, Failure(
            "does not open the inbox",
            seen,
            "Sign in to the provider's web mail and see whether the mailbox is there.",
            Code.MAILBOX_CLOSED,
        )
    code = {_TIMED_OUT: Code.NOTHING_SAID, **dict.fromkeys(_ENDED, Code.HUNG_UP)}.get(answer.code, Code.OTHER)
    advice = "Nothing is known about the password. Try again later and change no setting."
    return Stage.AUTHENTICATION, Failure("did not let the sign-in come to its end", seen, advice, code)


def no_mechanism(seen: str) -> Failure:
    """A server on which nobody can sign in."""
    return Failure(
        "offers no way to sign in that curl.exe knows",
        seen,
        "Check host and port: a mail server for people accepts AUTH PLAIN or LOGIN.",
        Code.NO_MECHANISM,
    )


def offers_sign_in(answer: CurlResult) -> bool:
    """Whether a server for sending does so in its answer to EHLO: where not, curl goes on without, and says nothing."""
    return re.search(rb"(?mi)^250[- ]AUTH[ =]", answer.body) is not None


def _last(endpoint: Endpoint) -> tuple[Stage, ...]:
    return (Stage.SENDING,) if endpoint.service.value == "smtp" else (Stage.MAILBOX,)


def _silent(endpoint: Endpoint, answer: CurlResult, seconds: float) -> tuple[Stage, Failure]:
    host, port, seen = endpoint.option("host"), endpoint.option("port"), answer.message
    if "resolving" in seen.lower():
        finding = f"cannot be looked up: no name server answered within {seconds:g} seconds"
        return Stage.DNS, Failure(finding, seen, _THE_PC, Code.NAME_SERVER_SILENT)
    if not answer.address:
        return Stage.TCP, Failure(
            f"does not accept a connection within {seconds:g} seconds",
            seen,
            f"Something drops the packets: a firewall, a VPN or a server that is down. Check {host} and {port}; if "
            "they work from elsewhere, the PC's network is the cause.",
            Code.TIMED_OUT,
        )
    stage = Stage.TLS if endpoint.server.security.value == "ssl" else Stage.GREETING
    begin = "to begin TLS" if stage is Stage.TLS else "to greet"
    return stage, Failure(
        f"accepts the connection and says nothing for {seconds:g} seconds although it had {begin}",
        seen,
        f"Check {port} ({endpoint.port_hint}). If it is right, a firewall, a VPN or an antivirus disturbs encrypted "
        "connections, or the service is overloaded.",
        Code.NOTHING_SAID,
    )


_UNREACHABLE = re.compile("unreachable|no route", re.IGNORECASE)
_FORBIDDEN = re.compile("permission denied|forbidden|access permissions", re.IGNORECASE)
_LATE = re.compile("timed out", re.IGNORECASE)


def _unconnected(seen: str, check: str) -> Failure:
    if _UNREACHABLE.search(seen):
        return Failure("cannot be reached from the PC", seen, _THE_PC, Code.UNREACHABLE)
    if _FORBIDDEN.search(seen):
        return Failure("may not be connected to", seen, "The PC's own firewall forbids it.", Code.FORBIDDEN_HERE)
    if _LATE.search(seen):
        return Failure("does not accept a connection", seen, f"Something drops the packets. {check}", Code.TIMED_OUT)
    return Failure(
        "refuses connections on this port",
        seen,
        f"{check} If they are right, the service is down, or a firewall rejects it.",
        Code.REFUSED,
    )


def _distrust(endpoint: Endpoint, answer: CurlResult, check: str) -> Failure:
    for pattern, code, finding, advice in _CERTIFICATES:
        if pattern.search(answer.message):
            named = {name: endpoint.option(name) for name in ("host", "port", "security")}
            return Failure(finding.format(host=endpoint.server.host), answer.message, advice.format(**named), code)
    if answer.code != _NO_TLS:
        return Failure(
            "has a certificate that the PC does not accept",
            answer.message,
            "The server's operator must correct the certificate.",
        )
    return Failure(
        "and the PC cannot agree on TLS",
        answer.message,
        f"{check} Check {endpoint.option('security')}, too. If they are right, something between disturbs the "
        "connection.",
        Code.NO_TLS,
    )


def _sign(pattern: str, code: Code, finding: str, advice: str) -> tuple[t.Pattern[str], Code, str, str]:
    return re.compile(pattern, re.IGNORECASE), code, finding, advice


# From the top; in the words of Schannel and of OpenSSL.
_CERTIFICATES: t.Sequence[tuple[t.Pattern[str], Code, str, str]] = (
    _sign(
        r"CERT_EXPIRED|NOT_TIME_VALID|certificate has expired",
        Code.EXPIRED,
        "has a certificate that has expired",
        "Check the PC's clock first. If it is right, the server's operator must renew this.",
    ),
    _sign(
        r"not yet valid",
        Code.NOT_YET_VALID,
        "has a certificate that is not valid yet",
        "Check the PC's clock first. If it is right, the server's operator must correct it.",
    ),
    _sign(
        r"WRONG_PRINCIPAL|CN_NO_MATCH|does not match|no alternative certificate subject name",
        Code.OTHER_NAME,
        "has a certificate that is not for {host}",
        "Correct {host}. If it is right, something between may be intercepting the connection: do not go on.",
    ),
    _sign(
        r"self[- ]signed certificate(?! in)",
        Code.SELF_SIGNED,
        "has a certificate that it signed itself",
        "A provider's server has no such certificate: an antivirus, a proxy or a wrong host may answer instead. If the "
        "server is your own, have the PC trust its certificate.",
    ),
    _sign(
        r"UNTRUSTED_ROOT|PARTIAL_CHAIN|local issuer|self[- ]signed certificate in|unable to get issuer",
        Code.UNKNOWN_ISSUER,
        "has a certificate that the PC does not trust",
        "If it is your own private CA, have the PC trust it (by group policy, for example). If an antivirus or a proxy "
        "reads mail on the way, exempt mail from that. Otherwise the server does not send its whole chain, and its "
        "operator must correct that.",
    ),
    _sign(
        r"REVOKED",
        Code.OTHER,
        "has a certificate that was revoked",
        "The server's operator must replace it.",
    ),
    _sign(
        r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|ALGORITHM_MISMATCH|unsupported protocol",
        Code.TLS_TOO_OLD,
        "has no version of TLS that is safe and that the PC has, too",
        "TLS 1.2 or 1.3 is needed. The server's operator must switch it on.",
    ),
    _sign(
        r"wrong version number|SEC_E_INVALID_TOKEN",
        Code.NO_TLS,
        "does not begin TLS on this port",
        "Check {port} and {security}: it may be plain until STARTTLS. Nothing secret was sent.",
    ),
)
