# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that are broken, slow, or mean harm: every test ends in time, with a finding, and without a leak."""

from __future__ import annotations

import base64
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.options import VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.protocols.imap import ImapDialogue
from ansible_collections.charter.mail.plugins.module_utils._verify.protocols.pop3 import Pop3Dialogue
from ansible_collections.charter.mail.plugins.module_utils._verify.protocols.smtp import SmtpDialogue
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import Check, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.connection import (
    LINE_LIMIT,
    TOTAL_LIMIT,
)
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    HASTY,
    PATIENT,
    failure,
    try_server,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import Script, Talk

SERVERS: t.Mapping[MailService, t.Callable[[Server], Script]] = {
    MailService.IMAP: imap,
    MailService.POP3: pop3,
    MailService.SMTP: smtp,
}
DIALOGUES = {MailService.IMAP: ImapDialogue, MailService.POP3: Pop3Dialogue, MailService.SMTP: SmtpDialogue}
ALL = pytest.mark.parametrize("service", list(MailService))
BOTH = pytest.mark.parametrize("encrypted", [False, True], ids=["clear", "tls"])


def greeted_by(service: MailService, encrypted: bool, greet: Script, options: VerifyOptions = PATIENT) -> Check:
    """What fails when the greeting is like that."""

    def script(talk: Talk) -> None:
        if encrypted:
            talk.start_tls()
        greet(talk)
        talk.hear_out()

    report, server = try_server(script, service, Security.SSL if encrypted else Security.STARTTLS, options)
    assert b"AUTH" not in server.in_clear + server.in_tls
    early = report.failed is not None and report.failed.stage is Stage.FIRST_BYTES
    return failure(report, Stage.FIRST_BYTES if early and not encrypted else Stage.GREETING)


@ALL
@pytest.mark.parametrize("method", ["greeting", "capability", "sign_in", "use"])
def test_an_answer_that_the_code_does_not_expect_is_a_finding(
    service: MailService, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> t.NoReturn:
        raise IndexError(f"an answer with {PASSWORD}")

    monkeypatch.setattr(DIALOGUES[service], method, fail)
    report, _server = try_server(SERVERS[service](Server()), service, Security.SSL)
    assert report.failed is not None
    assert report.failed.finding == "gives an answer that this test does not understand"
    assert report.failed.evidence.startswith("IndexError in test_hostile_servers.py, line ")
    assert PASSWORD not in repr(report)


def drip(talk: Talk) -> None:
    """One letter at a time, for ever."""
    while True:
        talk.send(b"*")
        talk.pause(0.02)


def flood(talk: Talk) -> None:
    """One line without an end."""
    while True:
        talk.send(b"+OK " * 4096)


def chat(talk: Talk) -> None:
    """Any number of lines, each of which promises more."""
    talk.send(b"220-more\r\n")
    while True:
        talk.send(b"220-more and more and more and more and more and more\r\n" * 512)


@pytest.mark.parametrize(
    ("service", "encrypted"), [(MailService.IMAP, False), (MailService.POP3, True), (MailService.SMTP, True)]
)
def test_silence(service: MailService, encrypted: bool) -> None:
    failed = greeted_by(service, encrypted, lambda talk: None, HASTY)
    assert failed.finding == "did not answer within 0.8 seconds, although it must greet first"
    assert ("the mail service behind it does not" in failed.advice) == encrypted
    assert failed.seconds < 3


@pytest.mark.parametrize(("service", "encrypted"), [(MailService.IMAP, False), (MailService.SMTP, True)])
def test_slow_drip(service: MailService, encrypted: bool) -> None:
    failed = greeted_by(service, encrypted, drip, HASTY)
    assert failed.finding == "sent only part of an answer within 0.8 seconds, although it must greet first"
    assert failed.seconds < 3


@ALL
@BOTH
def test_endless_line(service: MailService, encrypted: bool) -> None:
    failed = greeted_by(service, encrypted, flood)
    assert failed.finding == "does not behave like a mail server"
    assert failed.evidence == f"a line of more than {LINE_LIMIT} bytes"


@BOTH
def test_endless_answer(encrypted: bool) -> None:
    failed = greeted_by(MailService.SMTP, encrypted, chat)
    assert failed.evidence == f"more than {TOTAL_LIMIT} bytes"


@ALL
@BOTH
def test_garbage(service: MailService, encrypted: bool) -> None:
    failed = greeted_by(service, encrypted, lambda talk: talk.send(bytes(range(255, -1, -1)) + b"\n"))
    assert failed.finding == f"does not speak {service.title}"
    assert failed.evidence.isprintable()
    assert len(failed.evidence) <= 204


@ALL
@BOTH
def test_hanging_up_at_once(service: MailService, encrypted: bool) -> None:
    failed = greeted_by(service, encrypted, lambda talk: talk.close())
    assert failed.finding == "ended the connection, although it must greet first"


@ALL
@BOTH
def test_half_a_greeting(service: MailService, encrypted: bool) -> None:
    greetings = {MailService.IMAP: b"* OK Lab", MailService.POP3: b"+OK Lab", MailService.SMTP: b"220 Lab"}

    def half(talk: Talk) -> None:
        talk.send(greetings[service])
        talk.close()

    assert greeted_by(service, encrypted, half).finding == "ended the connection, although it must greet first"


@pytest.mark.parametrize(
    ("service", "line", "finding"),
    [
        (MailService.IMAP, b"* BYE too busy", "turns clients away"),
        (MailService.IMAP, b"* PREAUTH welcome back", "greets as if a user were signed in already"),
        (MailService.POP3, b"-ERR too busy", "turns clients away"),
        (MailService.SMTP, b"554 too busy", "turns clients away"),
        (MailService.SMTP, b"421 too many connections", "accepts no more connections or messages for now"),
        (MailService.SMTP, b"554 5.7.1 AUP#Out-1130 blocked", "blocks this network's public IP address"),
        (MailService.SMTP, b"220-first\r\nnonsense", "does not follow SMTP"),
        (MailService.SMTP, b"* OK IMAP4", "speaks IMAP where SMTP is expected"),
        (MailService.POP3, b"* OK IMAP4", "speaks IMAP where POP3 is expected"),
        (MailService.POP3, b"220 hello", "speaks SMTP where POP3 is expected"),
    ],
)
@BOTH
def test_unfriendly_greetings(service: MailService, line: bytes, finding: str, encrypted: bool) -> None:
    assert greeted_by(service, encrypted, lambda talk: talk.say(line)).finding == finding


NEXT = {MailService.IMAP: b"CAPABILITY", MailService.POP3: b"CAPA", MailService.SMTP: b"EHLO"}


@ALL
@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (b"x" * (LINE_LIMIT + 1), "does not behave like a mail server"),
        (b"* " * 3, None),
        (b"\0\xff\xfe", None),
    ],
)
def test_nonsense_instead_of_capabilities(service: MailService, answer: bytes, finding: str | None) -> None:
    report, _server = try_server(
        SERVERS[service](Server(answers={NEXT[service]: answer})), service, Security.SSL, HASTY, password=None
    )
    failed = report.failed
    if service is MailService.POP3 and finding is None:
        assert failed is None  # a server need not know CAPA
    else:
        assert failed is not None
        assert failed.stage is Stage.CAPABILITY
        assert finding is None or failed.finding == finding


def test_an_imap_server_that_says_why_it_hangs_up() -> None:
    def script(talk: Talk) -> None:
        talk.start_tls()
        talk.say(b"* OK ready")
        talk.hear()
        talk.say(b"* BYE Server shutting down.")

    report, _server = try_server(script, MailService.IMAP, Security.SSL)
    failed = failure(report, Stage.CAPABILITY)
    assert (failed.finding, failed.evidence) == ("ended the connection", "* BYE Server shutting down.")


@ALL
def test_broken_encryption(service: MailService) -> None:
    def script(talk: Talk) -> None:
        plain = talk.duplicate()
        talk.start_tls()
        plain.send(b"\x17\x03\x03\x00\x20" + bytes(32))
        plain.close()
        talk.hear_out()

    report, _server = try_server(script, service, Security.SSL)
    assert failure(report, Stage.GREETING).finding.startswith("ended the connection")


def encoded(text: str) -> str:
    """Base64."""
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "echo",
    [
        PASSWORD,
        PASSWORD.upper(),
        PASSWORD.replace("\\", "\\\\").replace('"', '\\"'),
        encoded(PASSWORD),
        encoded(f"\0{USERNAME}\0{PASSWORD}"),
        encoded(f"user=x pass={PASSWORD} end"),
        encoded(f"ab{PASSWORD}"),
        encoded(f"abc{PASSWORD}xyz"),
    ],
)
@ALL
def test_a_server_that_echoes_the_password(service: MailService, echo: str) -> None:
    text = f"you said <{echo}> to me".encode()
    answers = {
        MailService.IMAP: {b"AUTHENTICATE": b"TAG NO " + text},
        MailService.POP3: {b"AUTH": b"-ERR " + text},
        MailService.SMTP: {b"AUTH": b"535 5.7.8 " + text},
    }
    report, _server = try_server(SERVERS[service](Server(answers=answers[service])), service, Security.SSL)
    failed = failure(report, Stage.AUTHENTICATION)
    assert echo not in repr(report)
    assert "you said <********> to me" in failed.evidence


@ALL
def test_the_password_is_sent_once_whatever_the_answer(service: MailService) -> None:
    answers = {
        MailService.IMAP: {b"AUTHENTICATE": b"TAG NO try again"},
        MailService.POP3: {b"AUTH": b"-ERR try again"},
        MailService.SMTP: {b"AUTH": b"454 4.7.0 try again"},
    }
    report, server = try_server(SERVERS[service](Server(answers=answers[service])), service, Security.SSL)
    failure(report, Stage.AUTHENTICATION)
    assert server.in_tls.count(b"AUTH") == 1
    assert server.connections == 1
    assert not any(word in server.in_tls for word in (b"LOGIN ", b"USER ", b"PASS "))


@pytest.mark.parametrize(
    ("service", "answers"),
    [
        (MailService.IMAP, {b"AUTHENTICATE": b"* OK wait"}),
        (MailService.SMTP, {b"AUTH": b"334-wait"}),
    ],
)
def test_silence_after_the_password(service: MailService, answers: t.Mapping[bytes, bytes]) -> None:
    script = SERVERS[service](Server(answers=answers))
    report, _server = try_server(script, service, Security.SSL, HASTY)
    assert failure(report, Stage.AUTHENTICATION).finding == "did not answer within 0.8 seconds during sign-in"
