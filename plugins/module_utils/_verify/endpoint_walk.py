# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One endpoint examined, stage by stage, in one connection."""

from __future__ import annotations

import contextlib
import dataclasses
import ssl
import typing as t

from .._model.account import Security
from .._model.redaction import Redactor
from .._model.secret import Secret
from .findings.endpoint import Endpoint, MailService, Role
from .findings.failure import Failure
from .login import NO_PASSWORD
from .login_limit import LoginLimit
from .options import Environment, VerifyOptions
from .protocols.dialogue import Dialogue
from .protocols.imap import ImapDialogue
from .protocols.pop3 import Pop3Dialogue
from .protocols.smtp import SmtpDialogue
from .report.check import Check, CheckStatus, EndpointReport, Stage, stages
from .wire import mismatch, network, tls
from .wire.certificate import Certificate
from .wire.clock import Clock
from .wire.connection import Connection, ConnectionEnded, Deadline, PlainAnswer, Timeout
from .wire.first_bytes import first_bytes
from .wire.handshake import handshake
from .wire.resolver import Address

_DIALOGUES: t.Mapping[MailService, t.Callable[[Connection, Endpoint, Redactor], Dialogue]] = {
    MailService.IMAP: ImapDialogue,
    MailService.POP3: Pop3Dialogue,
    MailService.SMTP: SmtpDialogue,
}

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
        username: the login.
        password: None leaves everything from signing in untested.
        findings: what is remarkable about the settings, as sentences.
        no_password: why there is no password, a clause.
    """

    endpoint: Endpoint
    email: str
    username: str
    password: Secret | None = None
    findings: tuple[str, ...] = ()
    no_password: str = NO_PASSWORD

    def settings_check(self) -> Check:
        """The settings are checked before anything gets here; this says which they are and what is remarkable."""
        server = self.endpoint.server
        evidence = f"{self.endpoint.service.title} at {self.endpoint.where}, {_SECURITY_TITLES[server.security]}"
        return Check(Stage.SETTINGS, self.endpoint, CheckStatus.OK, 0.0, " ".join([f"{evidence}.", *self.findings]))


@dataclasses.dataclass(frozen=True)
class Context:
    """What every walk needs, made once."""

    options: VerifyOptions
    trust: tls.Trust
    world: Environment
    guard: LoginLimit


def walk(errand: EndpointTask, kit: Context) -> EndpointReport:
    """Go through the stages of an endpoint until one fails or all are done."""
    log = _Log(errand, kit.world.clock)
    with contextlib.suppress(Failure), contextlib.ExitStack() as stack:  # the log has the failure
        _Walk(errand, kit, log, stack).go()
    return log.report()


@dataclasses.dataclass
class _Seen:
    """What a stage saw, filled in by the stage."""

    evidence: str = ""
    warning: str = ""


class _Log:
    """The checks of one walk while it goes on."""

    def __init__(self, errand: EndpointTask, clock: Clock) -> None:
        self.encryption = ""
        self._endpoint = errand.endpoint
        self._clock = clock
        self._checks = {Stage.SETTINGS: errand.settings_check()}
        self._rest = ("not tested", "")

    @contextlib.contextmanager
    def stage(self, stage: Stage) -> t.Iterator[_Seen]:
        """Time a stage and note how it ends; its failure goes on to the caller."""
        started = self._clock.monotonic()
        seen = _Seen()
        try:
            yield seen
        except Failure as failure:
            self._note(stage, CheckStatus.FAILED, started, failure.evidence, failure.advice, failure)
            self.skip_rest(f"not tested, because the stage {stage.value} failed", "")
            raise
        self._note(stage, CheckStatus.OK, started, seen.evidence, seen.warning)

    def skip_rest(self, reason: str, advice: str) -> None:
        """Say why the stages that are still missing were not tested."""
        self._rest = (reason, advice)

    def report(self) -> EndpointReport:
        """All stages of the endpoint."""
        reason, advice = self._rest
        checks = (
            self._checks.get(stage) or Check(stage, self._endpoint, CheckStatus.SKIPPED, 0.0, reason, advice)
            for stage in stages(self._endpoint)
        )
        return EndpointReport(self._endpoint, tuple(checks), self.encryption)

    def _note(
        self,
        stage: Stage,
        status: CheckStatus,
        started: float,
        evidence: str,
        advice: str,
        failure: Failure | None = None,
    ) -> None:
        seconds = round(self._clock.monotonic() - started, 3)
        finding, code = ("", None) if failure is None else (failure.finding, failure.code)
        self._checks[stage] = Check(stage, self._endpoint, status, seconds, evidence, advice, finding, code)


class _Walk:
    """The walk through the stages."""

    def __init__(self, errand: EndpointTask, kit: Context, log: _Log, stack: contextlib.ExitStack) -> None:
        self._errand = errand
        self._endpoint = errand.endpoint
        self._kit = kit
        self._log = log
        self._stack = stack
        self._quote = Redactor.hiding(errand.username, errand.password)
        self._deadline = Deadline(kit.options.timeout, kit.world.clock)

    def go(self) -> None:
        """All stages in the order in which they happen."""
        security = self._endpoint.server.security
        with self._log.stage(Stage.DNS) as seen:
            addresses = network.resolve(self._endpoint, self._kit.world.resolver, self._deadline)
            seen.evidence = ", ".join(map(str, addresses))
        with self._log.stage(Stage.TCP) as seen:
            opened, address, seen.evidence = network.dial(self._endpoint, addresses, self._deadline)
        connection = self._stack.enter_context(opened)
        dialogue = _DIALOGUES[self._endpoint.service](connection, self._endpoint, self._quote)
        with self._log.stage(Stage.FIRST_BYTES) as seen:
            seen.evidence = first_bytes(
                connection, self._endpoint, address, self._kit.trust, self._deadline, self._quote
            )
        if security is Security.SSL:
            self._encrypt(connection, address)
        with self._log.stage(Stage.GREETING) as seen:
            seen.evidence = self._greet(dialogue, encrypted=connection.tls is not None)
        if security is Security.STARTTLS:
            with self._log.stage(Stage.STARTTLS) as seen:
                seen.evidence = dialogue.starttls()
            self._encrypt(connection, address)
        with self._log.stage(Stage.CAPABILITY) as seen:
            seen.evidence = dialogue.capability()
        try:
            self._sign_in_and_use(dialogue, encrypted=connection.tls is not None)
        finally:
            dialogue.leave()

    def _greet(self, dialogue: Dialogue, encrypted: bool) -> str:
        try:
            return dialogue.greeting()
        except (Timeout, ConnectionEnded) as ending:
            raise mismatch.no_greeting(self._endpoint, ending, encrypted) from None

    def _encrypt(self, connection: Connection, address: Address) -> None:
        endpoint, quote = self._endpoint, self._quote
        with self._log.stage(Stage.TLS) as seen:
            now = self._kit.world.now()
            handshake(
                connection, endpoint, self._kit.trust, now, quote, look=lambda: self._look_at_certificate(address)
            )
            certificate = tls.peer_certificate(connection)
            seen.evidence = tls.agreed(endpoint, connection, now, quote)
            seen.warning = tls.certificate_warning(certificate, now, self._kit.options.warn_days)
            self._log.encryption = tls.version(connection)

    def _look_at_certificate(self, address: Address) -> Certificate | None:
        """Read a refused certificate over a second connection, on which nothing else is ever said."""
        with contextlib.suppress(Failure, PlainAnswer, ssl.SSLError):
            opened, _address, _seen = network.dial(self._endpoint, [address], self._deadline)
            with opened as connection:
                if self._endpoint.server.security is Security.STARTTLS:
                    dialogue = _DIALOGUES[self._endpoint.service](connection, self._endpoint, self._quote)
                    dialogue.greeting()
                    dialogue.starttls()
                connection.secure(self._kit.trust.looking, self._endpoint.server.host)
                return tls.peer_certificate(connection)
        return None

    def _sign_in_and_use(self, dialogue: Dialogue, encrypted: bool) -> None:
        password = self._errand.password
        if password is None:
            reason = f"not tested, because {self._errand.no_password}"
            self._log.skip_rest(reason, "Give a password to test this as well.")
            return
        if not encrypted and not self._kit.options.allow_plaintext:
            security = self._endpoint.option("security")
            self._log.skip_rest(
                "not tested, because the connection is not encrypted and the password would be readable on its way",
                f"Set {security} to ssl or starttls; only in a network that you trust as a whole, use allow_plaintext.",
            )
            return
        if not self._sign_in(dialogue, password):
            return
        with self._log.stage(Stage.MAILBOX if self._endpoint.role is Role.INCOMING else Stage.SENDING) as seen:
            seen.evidence = dialogue.use(self._errand.email)

    def _sign_in(self, dialogue: Dialogue, password: Secret) -> bool:
        """Sign in unless this login was refused too often already."""
        endpoint, username, guard = self._endpoint, self._errand.username, self._kit.guard
        if not guard.enter(endpoint, username, password, self._deadline):
            if guard.spent(username):
                reason = f"{username} was refused already and repeated failures lock accounts"
                self._log.skip_rest(f"not tested, because {reason}", "Correct the login or the password first.")
            else:
                reason = "the time was up while the same login was being tried elsewhere"
                self._log.skip_rest(f"not tested, because {reason}", "Raise timeout or attempts.")
            return False
        accepted = False
        try:
            with self._log.stage(Stage.AUTHENTICATION) as seen:
                seen.evidence = dialogue.sign_in(username, password)
                accepted = True
        finally:
            guard.leave(endpoint, username, password, accepted)
        return True
