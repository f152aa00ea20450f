# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of stages and reports on endpoints; values only."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ..._model.account import Security
from ..findings.endpoint import Endpoint, Role
from ..findings.failure import SETTINGS_CAN_HELP, Code

if t.TYPE_CHECKING:
    from .settings_to_try import Suggestion


class Stage(enum.Enum):
    """The steps of a test, in the order in which reports list them.

    The first and the last concern the whole account (``AccountCheck``), the others one endpoint. With STARTTLS,
    greeting and starttls come before tls on the wire; reports still use one order.
    """

    CLIENT = "client"
    SETTINGS = "settings"
    DNS = "dns"
    TCP = "tcp"
    FIRST_BYTES = "first_bytes"
    TLS = "tls"
    GREETING = "greeting"
    STARTTLS = "starttls"
    CAPABILITY = "capability"
    AUTHENTICATION = "authentication"
    MAILBOX = "mailbox"
    SENDING = "sending"
    ROUND_TRIP = "round_trip"


# In these stages, a server fails for all accounts; later stages concern one account.
BEFORE_SIGNING_IN = (
    Stage.DNS,
    Stage.TCP,
    Stage.FIRST_BYTES,
    Stage.TLS,
    Stage.GREETING,
    Stage.STARTTLS,
    Stage.CAPABILITY,
)


OF_THE_ACCOUNT = {Stage.CLIENT, Stage.ROUND_TRIP}


def stages(endpoint: Endpoint) -> tuple[Stage, ...]:
    """The stages that an endpoint has, in the order of the report."""
    foreign = {Stage.SENDING} if endpoint.role is Role.INCOMING else {Stage.MAILBOX}
    if endpoint.server.security is Security.NONE:
        foreign |= {Stage.TLS}
    if endpoint.server.security is not Security.STARTTLS:
        foreign |= {Stage.STARTTLS}
    return tuple(stage for stage in Stage if stage not in foreign | OF_THE_ACCOUNT)


class CheckStatus(enum.Enum):
    """The result of a check."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclasses.dataclass(frozen=True)
class ServerCertificate:
    """The facts of a server's certificate that the report on a fleet needs, whether the certificate is trusted or not.

    Attributes:
        names: host names and addresses it is valid for; printable, bounded.
        issuer: its issuer's name; printable, bounded, may be empty.
        not_after: the end of its validity, in ISO 8601 and UTC.
    """

    names: tuple[str, ...]
    issuer: str
    not_after: str

    def as_result(self) -> dict[str, t.Any]:
        """The certificate as a module returns it."""
        return {"names": list(self.names), "issuer": self.issuer, "not_after": self.not_after}


@dataclasses.dataclass(frozen=True)
class TlsSession:
    """The parameters of a TLS session with a server whose certificate is trusted.

    Attributes:
        version: ``TLS 1.3`` for example.
        cipher: OpenSSL's name of the cipher suite.
    """

    version: str
    cipher: str

    def as_result(self) -> dict[str, t.Any]:
        """The session as a module returns it."""
        return {"version": self.version, "cipher": self.cipher}


@dataclasses.dataclass(frozen=True)
class Check:
    """One stage at one endpoint.

    Attributes:
        stage: what was tested.
        endpoint: where.
        status: the result.
        seconds: how long it took, to the millisecond.
        evidence: what was seen, or why the check was skipped; printable, bounded, without secrets.
        advice: what to do, in sentences. Together with the status ok it is a warning.
        finding: what went wrong, as a clause whose subject is the server; empty unless failed.
        code: the same for programs; None unless failed.
        address: the address connected to, or the first one that failed; empty without either.
        certificate: in the stage tls, the server's certificate, if it could be read.
        tls: in the stage tls, what was agreed on; None unless ok.
    """

    stage: Stage
    endpoint: Endpoint
    status: CheckStatus
    seconds: float
    evidence: str
    advice: str = ""
    finding: str = ""
    code: Code | None = None
    address: str = ""
    certificate: ServerCertificate | None = None
    tls: TlsSession | None = None

    def as_result(self) -> dict[str, t.Any]:
        """The check as a module returns it."""
        details = {"certificate": self.certificate, "tls": self.tls}
        endpoint = self.endpoint
        return {
            **_as_result(self, endpoint.role.value, endpoint.service.value, endpoint.where, self.address),
            **{name: detail.as_result() for name, detail in details.items() if detail is not None},
        }


@dataclasses.dataclass(frozen=True)
class AccountCheck:
    """One stage that concerns the whole account.

    Attributes:
        stage: what was tested.
        service: the client's name, or the protocol by which a message came back.
        server: the server; empty if no server is concerned.
        status: the result.
        seconds: how long it took, to the millisecond.
        evidence: what was seen, or why the check was skipped; printable, bounded, without secrets.
        sentences: the result as part of the summary; empty if it adds nothing.
        advice: what to do, in sentences. Together with the status ok it is a warning.
        code: what went wrong, for programs; None unless failed.
    """

    stage: Stage
    service: str
    server: str
    status: CheckStatus
    seconds: float
    evidence: str
    sentences: str
    advice: str = ""
    code: Code | None = None

    def as_result(self) -> dict[str, t.Any]:
        """The check as a module returns it."""
        return _as_result(self, "account", self.service, self.server, "")


def _as_result(check: Check | AccountCheck, endpoint: str, service: str, server: str, address: str) -> dict[str, t.Any]:
    return {
        "stage": check.stage.value,
        "endpoint": endpoint,
        "service": service,
        "server": server,
        "address": address,
        "status": check.status.value,
        "code": "" if check.code is None else check.code.value,
        "seconds": check.seconds,
        "evidence": check.evidence,
        "advice": check.advice,
    }


@dataclasses.dataclass(frozen=True)
class EndpointReport:
    """All checks of one endpoint. At most one has failed; later ones are then skipped.

    Attributes:
        endpoint: what was tested.
        checks: one for each stage of the endpoint, in the order of Stage.
        encryption: ``TLS 1.3`` for example; empty if TLS was not reached or is not used.
        suggestion: settings that work instead; None if none work or none were tested.
        source: the address of the machine that tested, if only that machine knows it; usually empty.
    """

    endpoint: Endpoint
    checks: tuple[Check, ...]
    encryption: str
    suggestion: Suggestion | None = None
    source: str = ""

    @property
    def failed(self) -> Check | None:
        """The check that failed."""
        return next((check for check in self.checks if check.status is CheckStatus.FAILED), None)

    @property
    def settings_can_help(self) -> bool:
        """Whether other settings can fix what failed."""
        return self.failed is not None and self.failed.code in SETTINGS_CAN_HELP

    @property
    def skipped(self) -> Check | None:
        """The first check that was skipped; it says why."""
        return next((check for check in self.checks if check.status is CheckStatus.SKIPPED), None)
