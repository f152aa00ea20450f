# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests one endpoint: walks through its stages and reports them."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._model.account import Security
from .._model.redaction import Redactor
from .context import Context
from .endpoint_walk import EndpointWalk, StageObservation
from .findings.endpoint import Endpoint, MailService, Role
from .findings.failure import Failure
from .findings.sign_in_and_mailbox import not_understood
from .login import Login
from .protocols.dialogue import Dialogue
from .protocols.imap import ImapDialogue
from .protocols.pop3 import Pop3Dialogue
from .protocols.smtp import SmtpDialogue
from .report.check import Check, CheckStatus, EndpointReport, Stage, stages
from .wire.clock import Clock
from .wire.connection import Connection, Deadline

_SECURITY_TITLES = {
    Security.SSL: "TLS from the first byte",
    Security.STARTTLS: "STARTTLS",
    Security.NONE: "plain text: nothing on this connection is encrypted",
}


@dataclasses.dataclass(frozen=True)
class EndpointTask:
    """What to test at one endpoint.

    Attributes:
        endpoint: where.
        email: the sender and recipient for the test of sending.
        login: who signs in; without a password, the test ends before that.
        findings: remarks about the settings, sentences.
    """

    endpoint: Endpoint
    email: str
    login: Login
    findings: tuple[str, ...] = ()

    def settings_check(self) -> Check:
        """The remarks about the settings, which were checked before the test began."""
        server = self.endpoint.server
        evidence = f"{self.endpoint.service.title} at {self.endpoint.where}, {_SECURITY_TITLES[server.security]}"
        return Check(Stage.SETTINGS, self.endpoint, CheckStatus.OK, 0.0, " ".join([f"{evidence}.", *self.findings]))


def check_endpoint(task: EndpointTask, context: Context) -> EndpointReport:
    """Go through the stages of an endpoint until one fails or all are done."""
    endpoint, clock = task.endpoint, context.environment.clock
    log = _CheckLog(task, clock)
    deadline = Deadline(context.options.timeout, clock)
    walk = EndpointWalk(_dialogue_type(endpoint.service), endpoint, task.login, context, deadline, log)
    with contextlib.suppress(Failure), walk.connected() as session:  # the log has the failure
        not_tried = walk.sign_in(session)
        if not_tried is not None:
            log.skip_rest(f"not tested, because {not_tried.reason}", not_tried.advice)
        else:
            with log.stage(Stage.MAILBOX if endpoint.role is Role.INCOMING else Stage.SENDING) as seen:
                seen.evidence = session.dialogue.use(task.email)
    return log.report()


def _dialogue_type(service: MailService) -> t.Callable[[Connection, Endpoint, Redactor], Dialogue]:
    """The class that speaks the protocol."""
    if service is MailService.IMAP:
        return ImapDialogue
    return Pop3Dialogue if service is MailService.POP3 else SmtpDialogue


class _CheckLog:
    """Implements ``StageLog``: a check for each stage."""

    def __init__(self, task: EndpointTask, clock: Clock) -> None:
        self._endpoint = task.endpoint
        self._clock = clock
        self._checks = {Stage.SETTINGS: task.settings_check()}
        self._encryption = ""
        self._address = ""
        self._rest = ("not tested", "")

    @contextlib.contextmanager
    def stage(self, stage: Stage) -> t.Iterator[StageObservation]:
        started = self._clock.monotonic()
        seen = StageObservation()
        try:
            yield seen
        except Failure as failure:
            self._failed(stage, seen, started, failure)
            raise
        except Exception as error:  # it must not affect the other endpoints
            unexpected = not_understood(error)
            self._failed(stage, seen, started, unexpected)
            raise unexpected from error
        self._note(stage, seen, started)

    def _failed(self, stage: Stage, seen: StageObservation, started: float, failure: Failure) -> None:
        self._note(stage, seen, started, failure)
        self.skip_rest(f"not tested, because the stage {stage.value} failed", "")

    def encrypted(self, version: str) -> None:
        self._encryption = version

    def skip_rest(self, reason: str, advice: str) -> None:
        """Report the remaining stages as skipped."""
        self._rest = (reason, advice)

    def report(self) -> EndpointReport:
        """All stages of the endpoint."""
        reason, advice = self._rest
        checks = (
            self._checks.get(stage) or Check(stage, self._endpoint, CheckStatus.SKIPPED, 0.0, reason, advice)
            for stage in stages(self._endpoint)
        )
        return EndpointReport(self._endpoint, tuple(checks), self._encryption)

    def _note(self, stage: Stage, seen: StageObservation, started: float, failure: Failure | None = None) -> None:
        seconds = round(self._clock.monotonic() - started, 3)
        self._address = seen.address or self._address
        status, evidence, advice, finding, code = CheckStatus.OK, seen.evidence, seen.warning, "", None
        if failure is not None:
            status, evidence, advice = CheckStatus.FAILED, failure.evidence, failure.advice
            finding, code = failure.finding, failure.code
        details = (evidence, advice, finding, code, self._address, seen.certificate, seen.tls)
        self._checks[stage] = Check(stage, self._endpoint, status, seconds, *details)
