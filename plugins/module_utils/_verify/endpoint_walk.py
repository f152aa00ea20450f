# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only way to a server, stage by stage: resolve, connect, greet, STARTTLS, TLS, capabilities, sign in.

Endpoint tests and the sessions of test messages both use it, and record the stages in their own ``StageLog``. Nothing
secret is sent before ``sign_in``, which first consults ``sign_in_rules`` and ``LoginLimit``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._model.account import Security
from .._model.redaction import Redactor
from .context import Context
from .filters_and_portals import blocked, explained
from .findings.endpoint import Endpoint
from .findings.failure import Failure
from .findings.interruptions import ConnectionEnded, Timeout, no_greeting, sign_in_interrupted
from .findings.sign_in_and_mailbox import refused_elsewhere
from .login import Login
from .login_limit import SignIn
from .other_addresses import Addresses, compared, seconds_for_another
from .other_hosts import RefusedElsewhere
from .protocols.dialogue import Dialogue
from .report.check import BEFORE_SIGNING_IN, ServerCertificate, Stage, TlsSession
from .session_limit import too_many_sessions
from .sign_in_rules import NotTried, before_sign_in, limited
from .tls_details import server_certificate, tls_session
from .wire import happy_eyeballs, name_lookup, tls
from .wire.certificate import Certificate
from .wire.certificate_problems import certificate_warning
from .wire.connection import Connection, Deadline
from .wire.handshake import handshake, unverified_certificate
from .wire.resolver import Address
from .wire.silent_server import first_bytes

_D = t.TypeVar("_D", bound=Dialogue)
DialogueType = t.Callable[[Connection, Endpoint, Redactor], _D]


@dataclasses.dataclass
class StageObservation:
    """What was seen in a stage; the walk fills it in.

    Attributes:
        evidence: printable, bounded, without secrets.
        warning: a warning although the stage succeeded; usually empty.
        address: in the stage tcp, the address connected to, or the first address until then.
        certificate: in the stage tls, the server's certificate, if it could be read.
        tls: in the stage tls, what was agreed on.
    """

    evidence: str = ""
    warning: str = ""
    address: str = ""
    certificate: ServerCertificate | None = None
    tls: TlsSession | None = None


class StageLog(t.Protocol):
    """Records the stages of a walk."""

    def stage(self, stage: Stage) -> t.ContextManager[StageObservation]:
        """Record a stage, which lasts as long as the block. A Failure in the block must reach the caller."""

    def encrypted(self, version: str) -> None:
        """Record that TLS was agreed on, in this version."""


class NoLog:
    """Implements ``StageLog``: records nothing."""

    @contextlib.contextmanager
    def stage(self, stage: Stage) -> t.Iterator[StageObservation]:
        yield StageObservation()

    def encrypted(self, version: str) -> None:
        pass


class _ExplainingLog:
    """Implements ``StageLog``: passes failures to another log, with explanations."""

    def __init__(self, log: StageLog, explain: t.Callable[[Failure], Failure]) -> None:
        self._log = log
        self._explain = explain

    @contextlib.contextmanager
    def stage(self, stage: Stage) -> t.Iterator[StageObservation]:
        with self._log.stage(stage) as seen:
            try:
                yield seen
            except Failure as failure:
                if stage not in BEFORE_SIGNING_IN:
                    raise
                raise self._explain(failure) from None

    def encrypted(self, version: str) -> None:
        self._log.encrypted(version)


@dataclasses.dataclass(frozen=True)
class OpenSession(t.Generic[_D]):
    """A session before signing in.

    Attributes:
        dialogue: ready for the next command.
        encrypted: the connection has TLS with a verified certificate.
    """

    dialogue: _D
    encrypted: bool


class EndpointWalk(t.Generic[_D]):
    """One walk.

    Args:
        dialogue_type: makes the dialogue of the endpoint's protocol.
        endpoint: where.
        login: the login, with or without a password.
        context: what all tests of the task share.
        deadline: the walk's deadline.
        log: records the stages.
        addresses: those of the endpoint's host; empty to resolve its name.
    """

    def __init__(
        self,
        dialogue_type: DialogueType[_D],
        endpoint: Endpoint,
        login: Login,
        context: Context,
        deadline: Deadline,
        log: StageLog,
        addresses: tuple[Address, ...] = (),
    ) -> None:
        self._dialogue_type = dialogue_type
        self._endpoint = endpoint
        self._login = login
        self._context = context
        self._deadline = deadline
        self._log = log
        self._addresses = addresses
        self._redact = Redactor.hiding(login.username, login.password)

    @contextlib.contextmanager
    def connected(self) -> t.Iterator[OpenSession[_D]]:
        """A session with its capabilities known; it ends with the block.

        Raises:
            Failure: a stage failed.
        """
        endpoint, log, security = self._endpoint, self._log, self._endpoint.server.security
        with log.stage(Stage.DNS) as seen:
            addresses, seen.warning = self._addresses, ""
            if not addresses:
                addresses, seen.warning = self._context.answers.of(endpoint, self._look_up, self._deadline)
            seen.evidence = ", ".join(map(str, addresses))
            leads_nowhere = blocked(endpoint, addresses)
            if leads_nowhere is not None:
                raise leads_nowhere
        noted = log
        log = _ExplainingLog(noted, lambda failure: explained(endpoint, failure, addresses[0]))
        with log.stage(Stage.TCP) as seen:
            seen.address = str(addresses[0])
            opened, address, seen.evidence = happy_eyeballs.dial(endpoint, addresses, self._deadline)
            seen.address = str(address)
        log = self._log = _ExplainingLog(noted, lambda failure: self._explained(failure, addresses, address))
        with opened as connection:
            dialogue = self._dialogue_type(connection, endpoint, self._redact)
            with log.stage(Stage.FIRST_BYTES) as seen:
                trust = self._context.trust
                seen.evidence = first_bytes(connection, endpoint, address, trust, self._deadline, self._redact)
            if security is Security.SSL:
                self._encrypt(connection, address)
            with log.stage(Stage.GREETING) as seen:
                seen.evidence = self._greet(dialogue, connection)
            if security is Security.STARTTLS:
                with log.stage(Stage.STARTTLS) as seen:
                    seen.evidence = dialogue.starttls()
                self._encrypt(connection, address)
            with log.stage(Stage.CAPABILITY) as seen:
                seen.evidence = dialogue.capability()
            try:
                yield OpenSession(dialogue, connection.tls is not None)
            finally:
                dialogue.leave()

    def sign_in(self, session: OpenSession[_D]) -> NotTried | None:
        """Sign in, once.

        Returns:
            Why it was not tried; None if the user is signed in.

        Raises:
            Failure: it was tried and failed.
        """
        endpoint, login, limit = self._endpoint, self._login, self._context.login_limit
        not_tried = before_sign_in(
            endpoint, login, encrypted=session.encrypted, allow_plaintext=self._context.options.allow_plaintext
        )
        if not_tried is not None or login.password is None:
            return not_tried
        elsewhere = limit.elsewhere(endpoint, login.username, login.password)
        if isinstance(elsewhere, RefusedElsewhere):
            with self._log.stage(Stage.AUTHENTICATION):
                raise refused_elsewhere(login.username, elsewhere.host, elsewhere.code)
        if not limit.begin(endpoint, login.username, login.password, self._deadline):
            return limited(limit, endpoint, login.username, login.password)
        how = SignIn.REFUSED
        try:
            with self._log.stage(Stage.AUTHENTICATION) as seen:
                try:
                    seen.evidence = session.dialogue.sign_in(login.username, login.password)
                except (Timeout, ConnectionEnded) as ending:
                    raise sign_in_interrupted(ending) from None
                except Failure as failure:
                    if too_many_sessions(failure.code, failure.evidence):
                        how = SignIn.NOT_TRIED  # nothing is known about the password
                    raise
                how = SignIn.ACCEPTED
        finally:
            limit.end(endpoint, login.username, login.password, how)
        return None

    def _look_up(self) -> name_lookup.FoundAddresses:
        """Look up the addresses of the host."""
        environment, host = self._context.environment, self._endpoint.server.host
        started = environment.clock.monotonic()
        try:
            found = name_lookup.resolve(self._endpoint, environment.resolver, environment.ipv4_resolver, self._deadline)
        except Failure as failure:
            raise (
                name_lookup.explained(failure, host, self._deadline) if environment.ask_name_servers else failure
            ) from None
        seconds = environment.clock.monotonic() - started
        asks = environment.ask_name_servers
        warning = name_lookup.warning(found, host, seconds, self._deadline, ask_name_servers=asks)
        return name_lookup.FoundAddresses(found.addresses, warning)

    def _explained(self, failure: Failure, every: tuple[Address, ...], used: Address) -> Failure:
        found = failure
        if self._context.options.compare:
            found = compared(failure, Addresses(every, used), self._gets_on)
        return explained(self._endpoint, failure, used) if found is failure else found

    def _gets_on(self, address: Address) -> bool:
        """Whether the server at an address passes all stages up to the capabilities."""
        quiet = dataclasses.replace(self._context, options=dataclasses.replace(self._context.options, compare=False))
        seconds = seconds_for_another(self._context.options.timeout)
        deadline = Deadline(seconds, self._context.environment.clock)
        walk = EndpointWalk(self._dialogue_type, self._endpoint, self._login, quiet, deadline, NoLog(), (address,))
        with contextlib.suppress(Failure), walk.connected():
            return True
        return False

    def _greet(self, dialogue: Dialogue, connection: Connection) -> str:
        try:
            connection.skip_blank_lines()
            return dialogue.greeting()
        except (Timeout, ConnectionEnded) as ending:
            raise no_greeting(self._endpoint, ending, connection.tls is not None) from None

    def _encrypt(self, connection: Connection, address: Address) -> None:
        endpoint, redact, trust = self._endpoint, self._redact, self._context.trust
        with self._log.stage(Stage.TLS) as seen:

            def refused_certificate() -> Certificate | None:
                refused = self._refused_certificate(address)
                seen.certificate = server_certificate(refused, redact)
                return refused

            now = self._context.environment.now()
            handshake(connection, endpoint, trust, now, redact, refused_certificate)
            certificate = tls.peer_certificate(connection)
            seen.certificate, seen.tls = server_certificate(certificate, redact), tls_session(connection)
            seen.evidence = tls.agreed(endpoint, connection, certificate, now, redact)
            seen.warning = certificate_warning(certificate, now, self._context.options.warn_days)
            self._log.encrypted(tls.version(connection))

    def _refused_certificate(self, address: Address) -> Certificate | None:
        """Read a refused certificate over a second connection, which carries nothing else."""
        with contextlib.suppress(Failure):
            opened, _address, _seen = happy_eyeballs.dial(self._endpoint, [address], self._deadline)
            with opened as connection:
                if self._endpoint.server.security is Security.STARTTLS:
                    dialogue = self._dialogue_type(connection, self._endpoint, self._redact)
                    connection.skip_blank_lines()
                    dialogue.greeting()
                    dialogue.starttls()
                return unverified_certificate(connection, self._endpoint, self._context.trust)
        return None
