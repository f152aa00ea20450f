# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that are as they should be, in every combination of protocol, encryption and way to sign in."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.options import VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus, Stage
from ansible_collections.charter.mail.tests.unit.mail_servers import USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    LAB,
    at,
    check,
    endpoint,
    report_on,
    try_server,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, Script, Talk, serve

SERVERS: t.Mapping[MailService, t.Callable[[Server], Script]] = {
    MailService.IMAP: imap,
    MailService.POP3: pop3,
    MailService.SMTP: smtp,
}
ALL = pytest.mark.parametrize("service", list(MailService))
ENCRYPTED = pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
LAST = {
    MailService.IMAP: (Stage.MAILBOX, "INBOX has 23 messages"),
    MailService.POP3: (Stage.MAILBOX, "the mailbox has 23 messages, 4711 bytes"),
    MailService.SMTP: (Stage.SENDING, f"accepted {USERNAME} as sender and recipient; nothing was sent"),
}


@ALL
@ENCRYPTED
def test_all_is_well(service: MailService, security: Security) -> None:
    report, server = try_server(SERVERS[service](Server(tls=security.value)), service, security)
    assert [found.status for found in report.checks] == [CheckStatus.OK] * len(report.checks)
    assert all(found.advice == "" and found.evidence for found in report.checks)
    stages = [Stage.SETTINGS, Stage.DNS, Stage.TCP, Stage.FIRST_BYTES, Stage.TLS, Stage.GREETING]
    if security is Security.STARTTLS:
        stages.append(Stage.STARTTLS)
    stages += [Stage.CAPABILITY, Stage.AUTHENTICATION]
    last, evidence = LAST[service]
    assert [found.stage for found in report.checks] == [*stages, last]
    assert check(report, last).evidence == evidence
    assert check(report, Stage.AUTHENTICATION).evidence == f"signed in as {USERNAME} with AUTH PLAIN"
    assert report.encryption == "TLS 1.3"
    assert server.connections == 1
    assert server.in_tls.count(b"AUTH") == 1
    assert server.in_tls.rstrip().endswith((b"LOGOUT", b"QUIT"))


@ALL
@ENCRYPTED
def test_without_a_password_all_but_signing_in_is_tested(service: MailService, security: Security) -> None:
    report, server = try_server(SERVERS[service](Server(tls=security.value)), service, security, password=None)
    assert [found.status for found in report.checks[-2:]] == [CheckStatus.SKIPPED, CheckStatus.SKIPPED]
    assert {found.evidence for found in report.checks[-2:]} == {"not tested, because no password was given"}
    assert all(found.status is CheckStatus.OK for found in report.checks[:-2])
    assert b"AUTH" not in server.in_tls
    assert b"LOGIN" not in server.in_tls
    assert b"USER" not in server.in_tls


@pytest.mark.parametrize(
    ("service", "offers", "how"),
    [
        (MailService.IMAP, (b"AUTH=PLAIN",), "AUTH PLAIN"),
        (MailService.IMAP, (), "LOGIN"),
        (MailService.IMAP, (b"AUTH=LOGIN", b"SASL-IR"), "LOGIN"),
        (MailService.POP3, (b"USER", b"TOP"), "USER and PASS"),
        (MailService.POP3, (), "USER and PASS"),
        (MailService.SMTP, (b"AUTH LOGIN",), "AUTH LOGIN"),
        (MailService.SMTP, (b"AUTH=LOGIN PLAIN",), "AUTH PLAIN"),
    ],
)
def test_every_way_to_sign_in(service: MailService, offers: tuple[bytes, ...], how: str) -> None:
    report, _server = try_server(SERVERS[service](Server(offers=offers)), service, Security.SSL)
    assert check(report, Stage.AUTHENTICATION).evidence == f"signed in as {USERNAME} with {how}"
    assert check(report, LAST[service][0]).status is CheckStatus.OK


@pytest.mark.parametrize(
    "password", ["x", "two words", '"', "\\", 'a"b\\c', "", "müßig", "line\r\nbreak", "{5}", "%*()"]
)
def test_imap_strings_arrive_as_they_are(password: str) -> None:
    server = Server(offers=(), password=password)
    with serve(imap(server)) as listening:
        report = report_on(endpoint(MailService.IMAP, listening.port, Security.SSL), password=password)
    assert report.failed is None


@ALL
def test_a_long_password_does_not_break_the_limit_of_a_command(service: MailService) -> None:
    password = "0123456789" * 60
    with serve(SERVERS[service](Server(password=password))) as listening:
        report = report_on(endpoint(service, listening.port, Security.SSL), password=password)
    assert report.failed is None
    if service is not MailService.IMAP:
        assert b"AUTH PLAIN\r\n" in listening.in_tls


@pytest.mark.parametrize("password", ["a\r\nDELE 1", "a\nb"])
def test_a_line_break_in_a_password_never_becomes_a_command(password: str) -> None:
    report, server = try_server(pop3(Server(offers=(b"USER",))), MailService.POP3, Security.SSL, password=password)
    assert check(report, Stage.AUTHENTICATION).status is CheckStatus.FAILED
    assert b"USER" not in server.in_tls


@ALL
def test_no_password_without_encryption(service: MailService) -> None:
    report, server = try_server(SERVERS[service](Server(tls="none")), service, Security.NONE)
    skipped = report.checks[-2:]
    assert [found.status for found in skipped] == [CheckStatus.SKIPPED, CheckStatus.SKIPPED]
    assert all("is not encrypted" in found.evidence for found in skipped)
    assert all("security to ssl or starttls" in found.advice for found in skipped)
    assert report.failed is None
    assert report.encryption == ""
    assert "nothing on this connection is encrypted" in check(report, Stage.SETTINGS).evidence
    assert Stage.TLS not in [found.stage for found in report.checks]
    assert b"AUTH" not in server.in_clear


@ALL
def test_a_password_without_encryption_where_that_is_allowed(service: MailService) -> None:
    options = VerifyOptions(ca_path=CA, timeout=20, allow_plaintext=True)
    report, _server = try_server(SERVERS[service](Server(tls="none")), service, Security.NONE, options)
    assert all(found.status is CheckStatus.OK for found in report.checks)


def test_the_certificate_is_described() -> None:
    with serve(imap(Server())) as listening:
        environment = at(LAB, 4922899200 - 89.5 * 86400)  # before 1 January 2126
        report = report_on(endpoint(MailService.IMAP, listening.port, Security.SSL), environment=environment)
    evidence = check(report, Stage.TLS).evidence
    assert evidence == "TLSv1.3 TLS_AES_256_GCM_SHA384, certificate for imap.lab.test by Lab CA, 89 days left"


def test_a_certificate_for_an_address() -> None:
    with serve(imap(Server())) as listening:
        target = endpoint(MailService.IMAP, listening.port, Security.SSL, host="127.0.0.1")
        report = report_on(target, environment=type(LAB)())  # the real resolver, which asks nobody about an address
    assert report.failed is None
    assert check(report, Stage.DNS).evidence == "127.0.0.1"


def test_mailboxes_are_only_looked_at() -> None:
    _report, server = try_server(imap(Server()), MailService.IMAP, Security.SSL)
    commands = [line.split(b" ")[1] for line in server.in_tls.splitlines()]
    assert commands == [b"CAPABILITY", b"AUTHENTICATE", b"EXAMINE", b"LOGOUT"]
    _report, server = try_server(pop3(Server()), MailService.POP3, Security.SSL)
    assert [line.split(b" ")[0] for line in server.in_tls.splitlines()] == [b"CAPA", b"AUTH", b"STAT", b"QUIT"]
    _report, server = try_server(smtp(Server()), MailService.SMTP, Security.SSL)
    commands = [line.split(b" ")[0] for line in server.in_tls.splitlines()]
    assert commands == [b"EHLO", b"AUTH", b"MAIL", b"RCPT", b"QUIT"]


def test_sender_and_recipient_go_together_where_the_server_takes_that() -> None:
    """A round trip less. The second answer comes only after both commands."""

    def script(talk: Talk) -> None:
        talk.start_tls()
        talk.say(b"220 ready")
        for answers in ([b"250-lab", b"250-PIPELINING", b"250 AUTH PLAIN"], [b"235 welcome"]):
            talk.hear()
            talk.say(*answers)
        assert [talk.hear().split(b":")[0] for _command in range(2)] == [b"MAIL FROM", b"RCPT TO"]
        talk.say(b"250 sender", b"250 recipient")
        assert talk.hear() == b"QUIT"

    report, _server = try_server(script, MailService.SMTP, Security.SSL)
    assert report.failed is None


@pytest.mark.parametrize("refused", [0, 1])
def test_a_refusal_among_commands_that_go_together(refused: int) -> None:
    answers = [b"250 sender", b"250 recipient"]
    answers[refused] = b"553 5.7.1 Sender address rejected: not owned by user"

    def script(talk: Talk) -> None:
        talk.start_tls()
        talk.say(b"220 ready")
        for lines in ([b"250-lab", b"250-PIPELINING", b"250 AUTH PLAIN"], [b"235 welcome"]):
            talk.hear()
            talk.say(*lines)
        talk.hear()
        talk.hear()
        talk.say(*answers)
        talk.hear_out()

    report, _server = try_server(script, MailService.SMTP, Security.SSL)
    failed = check(report, Stage.SENDING)
    assert failed.evidence == answers[refused].decode()
    assert failed.status is CheckStatus.FAILED


def test_capabilities_from_before_tls_are_forgotten() -> None:
    """Before TLS the server offers LOGINDISABLED and STARTTLS; what counts is what it offers afterwards."""
    report, server = try_server(imap(Server(tls="starttls", offers=())), MailService.IMAP, Security.STARTTLS)
    assert check(report, Stage.CAPABILITY).evidence == "IMAP4REV1"
    assert server.in_clear.count(b"CAPABILITY") == 1
    assert server.in_tls.count(b"CAPABILITY") == 1
    assert b" LOGIN " in server.in_tls
