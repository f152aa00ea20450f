# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refused passwords and refused senders, decoded."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.refusals import (
    message_refused,
    sign_in_refused,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus, Stage
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    check,
    failure,
    try_server,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import Script

SERVERS: t.Mapping[MailService, t.Callable[[Server], Script]] = {
    MailService.IMAP: imap,
    MailService.POP3: pop3,
    MailService.SMTP: smtp,
}
ALL = pytest.mark.parametrize("service", list(MailService))


@ALL
@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
@pytest.mark.parametrize("offers", [None, "simple"])
def test_a_wrong_password(service: MailService, security: Security, offers: str | None) -> None:
    simple = {MailService.IMAP: (), MailService.POP3: (b"USER",), MailService.SMTP: (b"AUTH LOGIN",)}
    server = Server(tls=security.value, offers=simple[service] if offers else None)
    report, _server = try_server(SERVERS[service](server), service, security, password="something else")
    failed = failure(report, Stage.AUTHENTICATION)
    assert failed.finding == f"refused the password of {USERNAME}"
    assert "uthentication failed" in failed.evidence
    assert failed.advice == (
        "The password or the login is wrong. The login must be the full address. Correct it before trying again: "
        "repeated failures lock accounts."
    )
    assert report.checks[-1].status is CheckStatus.SKIPPED


def test_a_login_that_is_not_an_address() -> None:
    report, _server = try_server(imap(Server()), MailService.IMAP, Security.SSL, username="mario.rossi")
    failed = failure(report, Stage.AUTHENTICATION)
    assert failed.finding == "refused the password of mario.rossi"
    assert (
        "The login is not a full address, which most providers require: set username to the address." in failed.advice
    )


@pytest.mark.parametrize(
    ("service", "offers"),
    [
        (MailService.IMAP, (b"LOGINDISABLED", b"AUTH=XOAUTH2")),
        (MailService.POP3, (b"SASL XOAUTH2",)),
        (MailService.SMTP, (b"AUTH XOAUTH2 DIGEST-MD5",)),
        (MailService.SMTP, (b"SIZE 1000",)),
    ],
)
def test_no_way_to_sign_in(service: MailService, offers: tuple[bytes, ...]) -> None:
    report, server = try_server(SERVERS[service](Server(offers=offers)), service, Security.SSL)
    failed = failure(report, Stage.AUTHENTICATION)
    assert failed.finding == "offers no way to sign in with a password"
    assert offers[-1].decode() in failed.evidence
    assert PASSWORD.encode() not in server.in_tls


def test_a_nul_in_the_password_is_refused_here() -> None:
    report, server = try_server(imap(Server()), MailService.IMAP, Security.SSL, password="a\0b")
    assert failure(report, Stage.AUTHENTICATION).evidence == "a NUL character in the login or the password"
    assert b"AUTHENTICATE" not in server.in_tls


@pytest.mark.parametrize(
    ("command", "answer", "finding"),
    [
        (
            b"MAIL",
            b"550 5.7.1 AUP#Out-1500 From address must equal login",
            "requires the login as the sender's address",
        ),
        (
            b"MAIL",
            b"553 5.7.1 Sender address rejected: not owned by user",
            "requires a sender's address that belongs to the login",
        ),
        (
            b"RCPT",
            b"554 5.7.1 Relay access denied",
            "does not relay mail for the account, although the sign-in was accepted",
        ),
        (b"RCPT", b"452 4.2.2 Mailbox full", "has no space left in the mailbox"),
        (b"RCPT", b"571 nobody knows", f"does not accept {USERNAME} as sender and recipient"),
        (b"RCPT", b"421 4.7.0 bye", "accepts no more connections or messages for now"),
    ],
)
def test_sending_is_refused(command: bytes, answer: bytes, finding: str) -> None:
    report, _server = try_server(smtp(Server(answers={command: answer})), MailService.SMTP, Security.SSL)
    failed = failure(report, Stage.SENDING)
    assert failed.finding == finding
    assert failed.evidence == answer.decode()
    assert check(report, Stage.AUTHENTICATION).status is CheckStatus.OK


@pytest.mark.parametrize(
    ("service", "command", "answer", "finding"),
    [
        (MailService.IMAP, b"EXAMINE", b"TAG NO [SERVERBUG] Internal error", "cannot open the mailbox for now"),
        (MailService.IMAP, b"EXAMINE", b"TAG OK but no count", "does not open the inbox"),
        (MailService.POP3, b"STAT", b"-ERR [IN-USE] locked", "reports that another program is using the mailbox"),
        (MailService.POP3, b"STAT", b"+OK", "does not open the mailbox"),
    ],
)
def test_the_mailbox_does_not_open(service: MailService, command: bytes, answer: bytes, finding: str) -> None:
    report, _server = try_server(SERVERS[service](Server(answers={command: answer})), service, Security.SSL)
    failed = failure(report, Stage.MAILBOX)
    assert failed.finding == finding
    assert failed.advice.startswith("The password is right.")


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        ("554 AUP#Out-1130 - see the page", "blocks this network's public IP address"),
        ("554 AUP#Out-1220", "rejects this network's public IP address because Spamhaus lists it"),
        ("550 5.1.0 <a@b> sender rejected. AUP#Out-1320", "rejects the sender's address"),
        ("421 AUP#Out-1390 try later", "is temporarily unavailable"),
        ("550 5.1.0 AUP#Out-1500", "requires the login as the sender's address"),
        ("550 5.7.1 AUP#I-1580", "rejects this under its acceptable use policy"),
        (
            "550 Relaying denied: You must check for new mail before sending mail",
            "accepts mail only after signing in, although the sign-in was accepted",
        ),
        (
            "530 5.7.0 Authentication required",
            "accepts mail only after signing in, although the sign-in was accepted",
        ),
        ("450 4.7.1 Error: too many mails", "accepts no more connections or messages for now"),
        ("552 5.2.2 Over quota", "has no space left in the mailbox"),
        ("550 5.1.1 unknown user", "does not know the address"),
        ("451 4.3.0 try again", "cannot do this for now"),
        ("599 what", "does not accept the test message"),
    ],
)
def test_what_smtp_servers_mean(answer: str, finding: str) -> None:
    refused = message_refused(answer)
    assert (refused.finding, refused.evidence) == (finding, answer)
    assert refused.advice.endswith(".")


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        ("NO [AUTHENTICATIONFAILED] Authentication failed.", "refused the password of me@lab.test"),
        ("-ERR [AUTH] Authentication failed.", "refused the password of me@lab.test"),
        ("-ERR invalid", "refused the password of me@lab.test"),
        ("535 5.7.8 Error: authentication failed: (reason unavailable)", "refused the password of me@lab.test"),
        ("NO [UNAVAILABLE] Temporary authentication failure.", "cannot check passwords for now"),
        ("-ERR [SYS/TEMP] Temporary authentication failure.", "cannot check passwords for now"),
        ("454 4.7.0 Temporary authentication failure", "cannot check passwords for now"),
        ("-ERR [IN-USE] mailbox is in use", "reports that another program is using the mailbox"),
        ("NO [LIMIT] too many connections", "accepts no more sign-ins of this account for now"),
        ("421 4.7.0 Too many errors", "accepts no more sign-ins of this account for now"),
        ("NO [EXPIRED] password expired", "reports that the password has expired"),
        ("535 5.7.0 account is locked", "has locked the account"),
        ("534 5.7.9 Application-specific password required", "requires an application password"),
        ("NO [PRIVACYREQUIRED] no plaintext", "requires an encrypted connection before the password"),
        ("504 5.5.4 Unrecognized authentication type", "does not support this way to sign in, which it offers"),
        ("BAD unknown command", "does not support this way to sign in, which it offers"),
    ],
)
def test_what_a_refused_sign_in_means(answer: str, finding: str) -> None:
    refused = sign_in_refused(answer, "me@lab.test")
    assert (refused.finding, refused.evidence) == (finding, answer)
    assert refused.advice.endswith(".")
