# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: for each thing that can be wrong with a server, what an admin reads, and how soon.

Each row is a whole run for an account whose other server is sound. In each the cause is the one expected, its sentence
has the advice, the run ends in time, and nobody ever saw the password in clear or before TLS was verified.
"""

# ruff: noqa: E501 - one row is one line
from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security
from ansible_collections.charter.mail.plugins.module_utils._model.account import Server as Settings
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.options import CheckEnvironment, VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.report.account_report import (
    AccountReport,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import (
    BEFORE_SIGNING_IN,
    Stage,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.resolver import Address
from ansible_collections.charter.mail.tests.unit.amount import one_of_each
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify import faulty_servers
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    HOSTS,
    fails,
    resolve,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import (
    CA,
    Script,
    ScriptedServer,
    black_hole,
    closed_port,
    serve,
)

IMAP, POP3, SMTP = MailService.IMAP, MailService.POP3, MailService.SMTP
SSL, STARTTLS = Security.SSL, Security.STARTTLS
NOTHING_SENT = "Nothing secret was sent."

# What takes as long as it is allowed to, and what must never take that long.
WAITS, QUICK = 1.0, 40.0
SLACK = 4.0  # seconds; the machine may be busy


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the faulty server is, and the environment of the test."""

    port: int
    resolver: t.Callable[[str, int], t.Sequence[Address]] = resolve
    peer: ScriptedServer | None = None


Setting = t.Callable[[], t.ContextManager[Place]]


@dataclasses.dataclass(frozen=True)
class Fault:
    """One row."""

    name: str
    service: MailService
    security: Security
    fault: Script | Setting
    stage: Stage
    code: Code
    advice: str
    timeout: float = QUICK
    network: bool = False
    username: str = USERNAME


def of(service: MailService, tls: Security = SSL, **more: t.Any) -> Script:
    """A server of the usual kind with one thing changed."""
    return faulty_servers.SERVERS[service](Server(tls=tls.value, **more))


def refusing(service: MailService, command: bytes, answer: bytes) -> Script:
    """A sound server that answers one command like that."""
    return of(service, answers={command: answer})


@contextlib.contextmanager
def nobody() -> t.Iterator[Place]:
    """Nobody listens."""
    yield Place(closed_port())


@contextlib.contextmanager
def hole() -> t.Iterator[Place]:
    """All packets are dropped."""
    with black_hole() as port:
        yield Place(port)


@contextlib.contextmanager
def both_families_dead() -> t.Iterator[Place]:
    """IPv6 refuses, and IPv4 drops what comes."""
    with black_hole() as port:
        refused = Address(socket.AF_INET6, ("::1", closed_port(), 0, 0))
        yield Place(1, lambda host, _port: [refused, Address(socket.AF_INET, ("127.0.0.1", port))])


@contextlib.contextmanager
def unknown_name() -> t.Iterator[Place]:
    """The name does not exist."""
    yield Place(1, fails(socket.gaierror(socket.EAI_NONAME, "Name or service not known")))


@contextlib.contextmanager
def broken_name_server() -> t.Iterator[Place]:
    """The name server fails."""
    yield Place(1, fails(socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")))


@contextlib.contextmanager
def silent_name_server() -> t.Iterator[Place]:
    """The name server does not answer."""
    release = threading.Event()

    def resolver(host: str, port: int) -> t.Sequence[Address]:
        release.wait(20)
        return ()

    try:
        yield Place(1, resolver)
    finally:
        release.set()


# fmt: off
C = Code
DNS, TCP, FIRST, TLS, GREETING = Stage.DNS, Stage.TCP, Stage.FIRST_BYTES, Stage.TLS, Stage.GREETING
AUTH, SENDING = Stage.AUTHENTICATION, Stage.SENDING
CONNECTIONS = [
    Fault("unknown name", IMAP, SSL, unknown_name, DNS, C.NAME_NOT_FOUND, "Check the spelling of incoming.host", network=True),
    Fault("name server fails", SMTP, SSL, broken_name_server, DNS, C.NAME_SERVER_SILENT, "Change no mail setting", network=True),
    Fault("name server silent", POP3, SSL, silent_name_server, DNS, C.NAME_SERVER_SILENT, "Change no mail setting", WAITS, network=True),
    Fault("refused", IMAP, SSL, nobody, TCP, C.REFUSED, "the service is down, or a firewall rejects the connection", network=True),
    Fault("black hole", SMTP, STARTTLS, hole, TCP, C.TIMED_OUT, "this machine's network is the cause", WAITS, network=True),
    Fault("IPv6 refused, IPv4 dropped", IMAP, SSL, both_families_dead, TCP, C.REFUSED, "::1 (IPv6)", WAITS, network=True),
]
FIRST_BYTES = [
    Fault("POP3 set, IMAP there (ssl)", POP3, SSL, of(IMAP), GREETING, C.WRONG_PROTOCOL, "Set protocol to imap, or set incoming.port to 995."),
    Fault("POP3 set, IMAP there (starttls)", POP3, STARTTLS, of(IMAP, STARTTLS), FIRST, C.WRONG_PROTOCOL, "Set protocol to imap, or set incoming.port to 110."),
    Fault("IMAP set, POP3 there (ssl)", IMAP, SSL, of(POP3), GREETING, C.WRONG_PROTOCOL, "Set protocol to pop3, or set incoming.port to 993."),
    Fault("IMAP set, POP3 plain there", IMAP, SSL, of(POP3, STARTTLS), FIRST, C.WRONG_PROTOCOL, "Set protocol to pop3, or set incoming.port to 993."),
    Fault("IMAP set, SMTP there (ssl)", IMAP, SSL, of(SMTP), GREETING, C.WRONG_PROTOCOL, "Set incoming.port to 993. This server is for sending."),
    Fault("POP3 set, SMTP there (starttls)", POP3, STARTTLS, of(SMTP, STARTTLS), FIRST, C.WRONG_PROTOCOL, "Set incoming.port to 110. This server is for sending."),
    Fault("SMTP set, IMAP there (ssl)", SMTP, SSL, of(IMAP), GREETING, C.WRONG_PROTOCOL, "Set outgoing.port to 465. This server is for receiving."),
    Fault("SMTP set, POP3 there", SMTP, STARTTLS, of(POP3, STARTTLS), FIRST, C.WRONG_PROTOCOL, "Set outgoing.port to 587. This server is for receiving."),
    Fault("IMAP starttls set, TLS there", IMAP, STARTTLS, of(IMAP), FIRST, C.NEEDS_SSL, "incoming.security to ssl. Nothing"),
    Fault("POP3 starttls set, TLS there", POP3, STARTTLS, of(POP3), FIRST, C.NEEDS_SSL, "incoming.security to ssl. Nothing"),
    Fault("SMTP starttls set, TLS there", SMTP, STARTTLS, of(SMTP), FIRST, C.NEEDS_SSL, "outgoing.security to ssl. Nothing"),
    Fault("IMAP ssl set, plain there", IMAP, SSL, of(IMAP, STARTTLS), FIRST, C.NEEDS_STARTTLS, "incoming.security to starttls, or incoming.port to 993"),
    Fault("POP3 ssl set, plain there", POP3, SSL, of(POP3, STARTTLS), FIRST, C.NEEDS_STARTTLS, "incoming.security to starttls, or incoming.port to 995"),
    Fault("SMTP ssl set, plain there", SMTP, SSL, of(SMTP, STARTTLS), FIRST, C.NEEDS_STARTTLS, "outgoing.security to starttls, or outgoing.port to 465"),
    Fault("SMTP ssl set, plain and dumb", SMTP, SSL, faulty_servers.greets_only_the_patient(SMTP), FIRST, C.NEEDS_STARTTLS, NOTHING_SENT),
    Fault("IMAP ssl set, plain and dumb", IMAP, SSL, faulty_servers.greets_only_the_patient(IMAP), FIRST, C.NEEDS_STARTTLS, NOTHING_SENT),
    Fault("HTTP (ssl)", IMAP, SSL, faulty_servers.answers_http, FIRST, C.NOT_MAIL, "Correct incoming.host or incoming.port"),
    Fault("HTTP (starttls)", SMTP, STARTTLS, faulty_servers.answers_http, FIRST, C.NOT_MAIL, "Correct outgoing.host or outgoing.port"),
    Fault("SSH", SMTP, STARTTLS, faulty_servers.says(b"SSH-2.0-OpenSSH_9.2"), FIRST, C.NOT_MAIL, "Correct outgoing.host or outgoing.port"),
    Fault("binary garbage", POP3, STARTTLS, faulty_servers.garbage, FIRST, C.NOT_MAIL, "Check incoming.host and incoming.port"),
    Fault("silent (ssl)", IMAP, SSL, faulty_servers.silent, FIRST, C.NOTHING_SAID, "Try another network", WAITS),
    Fault("silent (starttls)", SMTP, STARTTLS, faulty_servers.silent, FIRST, C.NOTHING_SAID, "It does not begin TLS either", WAITS),
    Fault("slow drip", IMAP, STARTTLS, faulty_servers.drips, FIRST, C.NOTHING_SAID, "sent only part of an answer", WAITS),
    Fault("endless line", SMTP, STARTTLS, faulty_servers.endless_line, FIRST, C.NOT_MAIL, "a mail server does not answer like this"),
    Fault("hangs up at once (ssl)", POP3, SSL, faulty_servers.hangs_up, FIRST, C.HUNG_UP, "blocks encrypted connections"),
    Fault("hangs up at once (starttls)", SMTP, STARTTLS, faulty_servers.hangs_up, FIRST, C.HUNG_UP, "must greet first"),
    Fault("resets", IMAP, SSL, faulty_servers.resets, FIRST, C.HUNG_UP, "reset by the server or on the way"),
]
GREETINGS = [
    Fault("half a greeting, silence", IMAP, STARTTLS, faulty_servers.half_a_greeting(False), GREETING, C.NOTHING_SAID, "only part of an answer", WAITS),
    Fault("half a greeting, the end", IMAP, STARTTLS, faulty_servers.half_a_greeting(True), GREETING, C.HUNG_UP, "must greet first"),
    Fault("silent in TLS", SMTP, SSL, faulty_servers.silent_in_tls, GREETING, C.NOTHING_SAID, "The provider must act. Change no setting.", WAITS),
    Fault("hangs up after the greeting", IMAP, SSL, faulty_servers.greets_and_hangs_up, Stage.CAPABILITY, C.HUNG_UP, "ended the connection"),
    Fault("IMAP turns away", IMAP, SSL, faulty_servers.says(b"* BYE too busy", tls=True), GREETING, C.TURNED_AWAY, "Change no setting", WAITS),
    Fault("POP3 turns away", POP3, SSL, faulty_servers.says(b"-ERR too busy", tls=True), GREETING, C.TURNED_AWAY, "Change no setting", WAITS),
    Fault("SMTP too many connections", SMTP, SSL, faulty_servers.says(b"421 too many connections", tls=True), GREETING, C.LIMITED, "Change no setting", WAITS),
    Fault("SMTP address blocked at once", SMTP, SSL, faulty_servers.says(b"554 5.7.1 AUP#Out-1130", tls=True), GREETING, C.ADDRESS_BLOCKED, "Do not use a VPN or a proxy"),
]
ENCRYPTION = [
    Fault("IMAP STARTTLS stripped", IMAP, STARTTLS, faulty_servers.stripped(IMAP), Stage.STARTTLS, C.STARTTLS_MISSING, "removes it"),
    Fault("POP3 STARTTLS stripped", POP3, STARTTLS, faulty_servers.stripped(POP3), Stage.STARTTLS, C.STARTTLS_MISSING, NOTHING_SENT),
    Fault("SMTP STARTTLS stripped", SMTP, STARTTLS, faulty_servers.stripped(SMTP), Stage.STARTTLS, C.STARTTLS_MISSING, "outgoing.port to 465 and"),
    Fault("STARTTLS refused", SMTP, STARTTLS, of(SMTP, STARTTLS, answers={b"STARTTLS": b"454 no"}), Stage.STARTTLS, C.STARTTLS_REFUSED, "Change no setting"),
    Fault("STARTTLS, then garbage", IMAP, STARTTLS, faulty_servers.after_starttls(IMAP, bytes(range(32, 256))), TLS, C.INJECTED, NOTHING_SENT),
    Fault("SMTP injected after STARTTLS", SMTP, STARTTLS, faulty_servers.after_starttls(SMTP, b"250 AUTH PLAIN"), TLS, C.INJECTED, "try another network"),
    Fault("POP3 injected after STLS", POP3, STARTTLS, faulty_servers.after_starttls(POP3, b"+OK"), TLS, C.INJECTED, NOTHING_SENT),
    Fault("expired", IMAP, SSL, of(IMAP, certificate="expired"), TLS, C.EXPIRED, "First check the clock of this machine: it says"),
    Fault("expired, after STARTTLS", SMTP, STARTTLS, of(SMTP, STARTTLS, certificate="expired"), TLS, C.EXPIRED, "expired on 2021-01-01"),
    Fault("not yet valid", POP3, SSL, of(POP3, certificate="not-yet-valid"), TLS, C.NOT_YET_VALID, "First check the clock of this machine"),
    Fault("for another name", SMTP, SSL, of(SMTP, certificate="other-name"), TLS, C.OTHER_NAME, "It is for: elsewhere.lab.test, www.lab.test"),
    Fault("self-signed", IMAP, SSL, of(IMAP, certificate="self-signed"), TLS, C.SELF_SIGNED, "set ca_path to its certificate"),
    Fault("unknown issuer", POP3, SSL, of(POP3, certificate="unknown-issuer"), TLS, C.UNKNOWN_ISSUER, "by Root R1 (Stranger & Sons)"),
    Fault("intercepted", IMAP, SSL, of(IMAP, certificate="intercepted"), TLS, C.INTERCEPTED, "from scanning in Avast"),
    Fault("intercepted, after STARTTLS", SMTP, STARTTLS, of(SMTP, STARTTLS, certificate="intercepted"), TLS, C.INTERCEPTED, "Change no mail setting"),
    Fault("TLS 1.0 only", IMAP, SSL, faulty_servers.old_tls, TLS, C.TLS_TOO_OLD, "The server's operator must enable it"),
    Fault("no common cipher", SMTP, SSL, faulty_servers.no_common_cipher, TLS, C.NO_TLS, "no cipher in common"),
]
SIGNING_IN = [
    Fault("IMAP password refused here only", IMAP, SSL, of(IMAP, password="other"), AUTH, C.PASSWORD_REFUSED_HERE, "which works for sending"),
    Fault("POP3 password refused here only", POP3, SSL, of(POP3, password="other"), AUTH, C.PASSWORD_REFUSED_HERE, "change no setting"),
    Fault("SMTP password refused here only", SMTP, SSL, of(SMTP, password="other"), AUTH, C.PASSWORD_REFUSED_HERE, "which works for receiving"),
    Fault("login is not the address", IMAP, SSL, of(IMAP), AUTH, C.PASSWORD_REFUSED, "set username to the address", username="mario.rossi"),
    Fault("IMAP locked", IMAP, SSL, refusing(IMAP, b"AUTHENTICATE", b"TAG NO [CONTACTADMIN] locked"), AUTH, C.LOCKED, "Do not try again"),
    Fault("SMTP locked", SMTP, SSL, refusing(SMTP, b"AUTH", b"535 5.7.0 Account is locked"), AUTH, C.LOCKED, "Unlock the account"),
    Fault("IMAP too many connections", IMAP, SSL, refusing(IMAP, b"AUTHENTICATE", b"TAG NO [LIMIT] no"), AUTH, C.LIMITED, "Wait a few minutes"),
    Fault("POP3 too many logins", POP3, SSL, refusing(POP3, b"AUTH", b"-ERR [LOGIN-DELAY] no"), AUTH, C.LIMITED, "Wait a few minutes"),
    Fault("SMTP too many logins", SMTP, SSL, refusing(SMTP, b"AUTH", b"421 4.7.0 Too many"), AUTH, C.LIMITED, "Wait a few minutes"),
    Fault("password expired", IMAP, SSL, refusing(IMAP, b"AUTHENTICATE", b"TAG NO [EXPIRED] no"), AUTH, C.PASSWORD_EXPIRED, "Set a new password at the provider"),
    Fault("passwords cannot be checked", POP3, SSL, refusing(POP3, b"AUTH", b"-ERR [SYS/TEMP] no"), AUTH, C.UNAVAILABLE, "The password was neither accepted nor refused"),
    Fault("application password", SMTP, SSL, refusing(SMTP, b"AUTH", b"534 5.7.9 no"), AUTH, C.APP_PASSWORD, "Create an application password"),
    Fault("SMTP without AUTH", SMTP, SSL, of(SMTP, offers=(b"SIZE 1000",)), AUTH, C.NO_MECHANISM, "offers SIZE 1000"),
    Fault("IMAP only OAuth", IMAP, SSL, of(IMAP, offers=(b"LOGINDISABLED", b"AUTH=XOAUTH2")), AUTH, C.NO_MECHANISM, "accepts only OAuth, which this test cannot do"),
    Fault("mechanism not supported", SMTP, SSL, refusing(SMTP, b"AUTH", b"504 5.5.4 no"), AUTH, C.UNSUPPORTED_MECHANISM, "The password was not checked"),
    Fault("mailbox does not open", IMAP, SSL, refusing(IMAP, b"EXAMINE", b"TAG NO corrupt"), Stage.MAILBOX, C.MAILBOX_CLOSED, "The password is right"),
]
REFUSALS = [
    Fault(f"{answer.decode()!r}", SMTP, SSL, refusing(SMTP, command, answer), SENDING, code, advice)
    for command, answer, code, advice in (
        (b"MAIL", b"550 5.7.1 AUP#Out-1130", C.ADDRESS_BLOCKED, "Do not use a VPN or a proxy"),
        (b"MAIL", b"550 5.7.1 AUP#Out-1220", C.ADDRESS_LISTED, "Spamhaus"),
        (b"MAIL", b"550 5.7.1 AUP#Out-1320", C.SENDER_REJECTED, "compare email and username"),
        (b"MAIL", b"421 4.7.1 AUP#Out-1390", C.UNAVAILABLE, "Try again later. Change no setting"),
        (b"MAIL", b"550 5.7.1 AUP#Out-1500", C.SENDER_NOT_LOGIN, "Set username to the address"),
        (b"RCPT", b"550 5.7.1 AUP#Out-1777", C.POLICY, "Give the code shown to the provider's support"),
        (b"RCPT", b"550 Relaying denied", C.RELAY_DENIED, "although the sign-in was accepted"),
        (b"RCPT", b"550 You must check for new mail before sending mail", C.NOT_SIGNED_IN, "authentication"),
        (b"MAIL", b"530 5.7.0 Authentication required", C.NOT_SIGNED_IN, "although the sign-in was accepted"),
        (b"RCPT", b"450 4.7.1 Rate limit exceeded", C.LIMITED, "limits connections or messages"),
        (b"MAIL", b"452 4.2.2 no", C.FULL, "empty the trash"),
        (b"MAIL", b"553 5.7.1 Not owned by user", C.SENDER_NOT_LOGIN, "compare email and username"),
        (b"RCPT", b"550 5.1.1 User unknown", C.UNKNOWN_ADDRESS, "the mailbox may be closed"),
        (b"RCPT", b"451 4.3.0 later", C.UNAVAILABLE, "Change no setting"),
    )
]
# fmt: on
MATRIX = [*CONNECTIONS, *FIRST_BYTES, *GREETINGS, *ENCRYPTION, *SIGNING_IN, *REFUSALS]
ROWS = one_of_each(MATRIX, lambda fault: (fault.code, fault.service))

# What stands behind a row: a public report (repository and thread number), a standard, or published codes. All other
# rows are our own.
SOURCES = {
    "silent (ssl)": "imapsync #48",
    "SMTP too many connections": "mailcow #1318",
    "IMAP STARTTLS stripped": "RFC 2595",
    "POP3 STARTTLS stripped": "RFC 2595",
    "SMTP STARTTLS stripped": "RFC 3207, 6",
    "STARTTLS refused": "RFC 3207, 4",
    "SMTP injected after STARTTLS": "RFC 3207, 6",
    "IMAP locked": "RFC 5530",
    "IMAP too many connections": "RFC 5530",
    "POP3 too many logins": "RFC 2449",
    "password expired": "RFC 5530",
    "passwords cannot be checked": "RFC 3206",
    "application password": "RFC 4954; purelymail #337",
    "mechanism not supported": "RFC 4954",
    "SMTP address blocked at once": "the provider's published codes",
    **{fault.name: "the provider's published codes" for fault in REFUSALS if "AUP#" in fault.name},
    "'530 5.7.0 Authentication required'": "RFC 4954",
    "'452 4.2.2 no'": "RFC 3463",
    "'553 5.7.1 Not owned by user'": "Postfix's wording",
    "'550 5.1.1 User unknown'": "Postfix's wording",
}


@contextlib.contextmanager
def place_of(fault: Fault) -> t.Iterator[Place]:
    """The faulty server, as long as the block lasts."""
    if fault.network:
        with t.cast(Setting, fault.fault)() as place:
            yield place
    else:
        with serve(t.cast(Script, fault.fault)) as server:
            yield Place(server.port, peer=server)


def account(fault: Fault, faulty: int, sound: int) -> Account:
    """An account of which one server is the faulty one."""
    broken = Settings(HOSTS[fault.service], faulty, fault.security)
    outgoing = fault.service is SMTP
    return Account(
        email=USERNAME,
        protocol=Protocol.POP3 if fault.service is POP3 else Protocol.IMAP,
        incoming=Settings(HOSTS[IMAP], sound, SSL) if outgoing else broken,
        outgoing=broken if outgoing else Settings(HOSTS[SMTP], sound, SSL),
        username=fault.username,
        password=Secret(PASSWORD),
    )


def environment(fault: Fault, place: Place) -> CheckEnvironment:
    """The sound server is always found."""

    def resolver(host: str, port: int) -> t.Sequence[Address]:
        return place.resolver(host, port) if host == HOSTS[fault.service] else resolve(host, port)

    return CheckEnvironment(resolver=resolver, clock=CLOCK)


def test_there_are_enough_of_them() -> None:
    assert len(MATRIX) >= 40
    names = {fault.name for fault in MATRIX}
    assert len(names) == len(MATRIX)
    assert set(SOURCES) <= names


@pytest.mark.parametrize("fault", ROWS, ids=lambda fault: fault.name)
def test_fault(fault: Fault) -> None:
    options = VerifyOptions(ca_path=CA, timeout=fault.timeout, suggest=False)
    other = imap if fault.service is SMTP else smtp
    with serve(other(Server())) as healthy, place_of(fault) as place:
        started = CLOCK.monotonic()
        (report,) = verify([account(fault, place.port, healthy.port)], options, environment=environment(fault, place))
        seconds = CLOCK.monotonic() - started
    assert_cause(fault, report)
    assert seconds < (WAITS + SLACK if fault.timeout == WAITS else QUICK / 2)
    assert_discretion(fault, [healthy] if place.peer is None else [healthy, place.peer])
    assert PASSWORD not in repr(report)


def assert_cause(fault: Fault, report: AccountReport) -> None:
    """The cause is this fault, its sentence has the advice, and the summary begins with it."""
    cause = report.cause
    assert cause is not None
    assert (cause.check.stage, cause.check.code) == (fault.stage, fault.code), cause.sentence
    assert cause.check.endpoint.service is fault.service
    assert fault.advice in cause.sentence
    assert cause.sentence.isprintable()
    verb = "sent" if fault.service is SMTP else "received"
    assert report.summary.startswith(f"Mail cannot be {verb}: {cause.sentence}")


def assert_discretion(fault: Fault, servers: t.Sequence[ScriptedServer]) -> None:
    """No server received the password in clear, and the faulty server only after all before signing in was well."""
    for listening in servers:
        assert not listening.received_in_clear(fault.username, PASSWORD)
    if fault.stage in BEFORE_SIGNING_IN and len(servers) > 1:
        received = servers[1].in_clear + servers[1].in_tls
        assert not any(word in received for word in (b"AUTH", b"LOGIN ", b"USER ", b"PASS "))
        assert PASSWORD.encode() not in received


@pytest.mark.parametrize("protocol", [imap, pop3])
def test_a_password_that_is_wrong_for_both_is_wrong(protocol: t.Callable[[Server], Script]) -> None:
    stranger = Server(password="other")
    fault = Fault("both", POP3 if protocol is pop3 else IMAP, SSL, protocol(stranger), AUTH, Code.PASSWORD_REFUSED, "")
    with serve(protocol(stranger)) as one, serve(smtp(stranger)) as other:
        options = VerifyOptions(ca_path=CA, timeout=QUICK)
        (report,) = verify(
            [account(fault, one.port, other.port)], options, environment=CheckEnvironment(resolver=resolve, clock=CLOCK)
        )
    assert report.cause is not None
    assert report.cause.check.code is Code.PASSWORD_REFUSED
    assert report.summary.endswith("(535 5.7.8 Error: authentication failed). The cause is the same.")
    assert one.in_tls.count(b"AUTH") == other.in_tls.count(b"AUTH") == 1


def test_a_leak_would_be_noticed() -> None:
    with serve(faulty_servers.silent) as listening, socket.create_connection(("127.0.0.1", listening.port)) as client:
        client.sendall(Server().plain() + b"\r\n")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""  # all was received
    assert listening.received_in_clear(USERNAME, PASSWORD)
