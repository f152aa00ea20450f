# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was tested and what came of it: values only."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .._model.account import Security
from .endpoint import Endpoint, Role


class Stage(enum.Enum):
    """The steps of a test, in the order in which reports list them.

    The first and the last are about the whole account (``AccountCheck``), the others about one endpoint.
    With STARTTLS the stages greeting and starttls come before tls on the wire; the list keeps one order for all.
    """

    CLIENT = "client"
    SETTINGS = "settings"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    GREETING = "greeting"
    STARTTLS = "starttls"
    CAPABILITY = "capability"
    AUTHENTICATION = "authentication"
    MAILBOX = "mailbox"
    SENDING = "sending"
    ROUND_TRIP = "round_trip"


# Up to here a server fails for everybody alike; afterwards it is about one account.
BEFORE_SIGNING_IN = (
    Stage.DNS,
    Stage.TCP,
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


class Status(enum.Enum):
    """What came of a check."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclasses.dataclass(frozen=True)
class Check:
    """One stage at one endpoint.

    Attributes:
        stage: what was tested.
        endpoint: where.
        status: what came of it.
        seconds: how long it took, to the millisecond.
        evidence: what was seen, or why the check was skipped; printable, bounded, without secrets.
        advice: what to do, in plain sentences; empty when all is well.
        finding: what went wrong, as a clause whose subject is the server; empty unless failed.
    """

    stage: Stage
    endpoint: Endpoint
    status: Status
    seconds: float
    evidence: str
    advice: str = ""
    finding: str = ""

    def as_result(self) -> dict[str, t.Any]:
        """The check as a module returns it."""
        return {
            "stage": self.stage.value,
            "endpoint": self.endpoint.role.value,
            "service": self.endpoint.service.value,
            "server": self.endpoint.where,
            "status": self.status.value,
            "seconds": self.seconds,
            "evidence": self.evidence,
            "advice": self.advice,
        }


@dataclasses.dataclass(frozen=True)
class AccountCheck:
    """One stage that is about the account as a whole.

    Attributes:
        stage: what was tested.
        service: whose part it is: the client's name, or the protocol by which a message came back.
        server: where that is; empty where no server is asked.
        status: what came of it.
        seconds: how long it took, to the millisecond.
        evidence: what was seen, or why the check was skipped; printable, bounded, without secrets.
        sentences: the outcome as part of the summary; empty where it adds nothing.
        advice: what to do, in plain sentences; empty when all is well.
    """

    stage: Stage
    service: str
    server: str
    status: Status
    seconds: float
    evidence: str
    sentences: str
    advice: str = ""

    def as_result(self) -> dict[str, t.Any]:
        """The check as a module returns it."""
        return {
            "stage": self.stage.value,
            "endpoint": "account",
            "service": self.service,
            "server": self.server,
            "status": self.status.value,
            "seconds": self.seconds,
            "evidence": self.evidence,
            "advice": self.advice,
        }


@dataclasses.dataclass(frozen=True)
class EndpointReport:
    """All checks of one endpoint, of which at most one has failed: the later ones are then skipped.

    Attributes:
        endpoint: what was tested.
        checks: one for each stage of the endpoint, in the order of Stage.
        encryption: ``TLS 1.3`` for example; empty where TLS was not reached or is not used.
    """

    endpoint: Endpoint
    checks: tuple[Check, ...]
    encryption: str

    @property
    def failed(self) -> Check | None:
        """The check that failed."""
        return next((check for check in self.checks if check.status is Status.FAILED), None)

    @property
    def skipped(self) -> Check | None:
        """The first check that was skipped; it says why."""
        return next((check for check in self.checks if check.status is Status.SKIPPED), None)


@dataclasses.dataclass(frozen=True)
class AccountReport:
    """What is known about one account after the test.

    Attributes:
        email: the account.
        incoming: the checks of the server that mail comes from.
        outgoing: the checks of the server that mail goes to.
        summary: the outcome as plain sentences that can be passed on as they are.
        client: how the settings of a mail client agree with those wanted; None where no client was asked.
        round_trip: what became of a message to oneself; None where none was wanted.
    """

    email: str
    incoming: EndpointReport
    outgoing: EndpointReport
    summary: str
    client: AccountCheck | None = None
    round_trip: AccountCheck | None = None

    @property
    def checks(self) -> tuple[Check | AccountCheck, ...]:
        """All checks: the client, the incoming endpoint, the outgoing one, the round trip."""
        before = () if self.client is None else (self.client,)
        after = () if self.round_trip is None else (self.round_trip,)
        return (*before, *self.incoming.checks, *self.outgoing.checks, *after)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return all(check.status is not Status.FAILED for check in self.checks)

    @property
    def complete(self) -> bool:
        """Whether nothing was skipped either."""
        return all(check.status is Status.OK for check in self.checks)

    def as_result(self) -> dict[str, t.Any]:
        """The report as a module returns it."""
        return {
            "email": self.email,
            "ok": self.ok,
            "complete": self.complete,
            "summary": self.summary,
            "checks": [check.as_result() for check in self.checks],
        }
