# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A matrix of replies: what a server says in a stage, and which code an admin gets for it.

Each row has its source: a public report (repository and thread number, or the page's name), a standard, or "own" where
no public report is behind the text. Texts are in our own words but for codes and the words that decide.
"""

# ruff: noqa: E501 - one row is one line
from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import (
    SETTINGS_CAN_HELP,
    TRANSIENT,
    Code,
    Failure,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.interruptions import (
    ConnectionEnded,
    Timeout,
    sign_in_interrupted,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.refusals import (
    address_refused,
    capabilities_refused,
    greeting_refused,
    mailbox_refused,
    message_refused,
    sign_in_ended,
    sign_in_refused,
)

C = Code
Row = t.Tuple[str, Code, str]

# fmt: off
SIGNING_IN: t.Sequence[Row] = (
    # the password was judged
    ("NO [AUTHENTICATIONFAILED] Invalid credentials", C.PASSWORD_REFUSED, "RFC 5530"),
    ("NO [AUTHENTICATIONFAILED] Authentication failed.", C.PASSWORD_REFUSED, "Dovecot's wording"),
    ("NO [ALERT] Invalid credentials (Failure)", C.PASSWORD_REFUSED, "own"),
    ("NO LOGIN failed", C.PASSWORD_REFUSED, "own"),
    ("NO Invalid login or password, please try again", C.PASSWORD_REFUSED, "own"),
    ("-ERR [AUTH] Authentication failed.", C.PASSWORD_REFUSED, "RFC 3206"),
    ("-ERR invalid user name or password", C.PASSWORD_REFUSED, "own"),
    ("535 5.7.8 Error: authentication failed: (reason unavailable)", C.PASSWORD_REFUSED, "Postfix's wording"),
    ("535 5.7.8 Username and password not accepted", C.PASSWORD_REFUSED, "RFC 4954"),
    ("535 5.7.8 Error: authentication failed: authentication failure", C.PASSWORD_REFUSED, "Postfix's wording"),
    ("535 Incorrect authentication data", C.PASSWORD_REFUSED, "Exim's wording"),
    ("535 5.7.3 Authentication unsuccessful", C.PASSWORD_REFUSED, "own"),
    ("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect", C.PASSWORD_REFUSED, "own"),
    ("535 5.7.8 Invalid login or password for a@internal.lab.test", C.PASSWORD_REFUSED, "own"),
    ("535 5.7.8 Access denied for user a@lab.test from 203.0.113.7", C.PASSWORD_REFUSED, "own"),
    ("535 Invalid password. Forgot it? Please reset it on our page", C.PASSWORD_REFUSED, "own"),
    ("535 5.7.0 Authentication failed: ask the administrator of the server", C.PASSWORD_REFUSED, "own"),
    # the check of passwords fails
    ("NO [SERVERBUG] Internal error, see the server's log", C.UNAVAILABLE, "imapsync #346, RFC 5530"),
    ("NO [UNAVAILABLE] Temporary authentication failure.", C.UNAVAILABLE, "RFC 5530"),
    ("NO [UNAVAILABLE] AUTHENTICATE Server error, please try again", C.UNAVAILABLE, "emailjs #66"),
    ("NO The directory of users is down, please try later", C.UNAVAILABLE, "own"),
    ("NO Internal server error", C.UNAVAILABLE, "own"),
    ("NO login temporarily unavailable", C.UNAVAILABLE, "own"),
    ("-ERR [SYS/TEMP] Temporary authentication failure", C.UNAVAILABLE, "RFC 3206"),
    ("-ERR System problem, the user database cannot be reached", C.UNAVAILABLE, "own"),
    ("535 5.7.8 Error: authentication failed: Internal authentication failure", C.UNAVAILABLE, "own, compare imapsync #346"),
    ("535 5.7.8 Error: authentication failed: generic failure", C.UNAVAILABLE, "Cyrus SASL's wording in Postfix"),
    ("535 5.7.8 The password service cannot be reached", C.UNAVAILABLE, "own"),
    ("535 5.7.0 Connection lost to authentication server", C.UNAVAILABLE, "docker-mailserver #3891 (there with 454)"),
    ("535 5.7.0 LDAP server not responding", C.UNAVAILABLE, "own"),
    ("454 4.7.0 Temporary authentication failure", C.UNAVAILABLE, "docker-mailserver #3891; RFC 4954"),
    ("451 4.3.0 cannot verify the password now", C.UNAVAILABLE, "own"),
    # a new password
    ("NO [EXPIRED] That password is not valid any more", C.PASSWORD_EXPIRED, "RFC 5530"),
    ("NO Your password must be changed before you can sign in", C.PASSWORD_EXPIRED, "own"),
    ("-ERR [AUTH] password has expired", C.PASSWORD_EXPIRED, "own"),
    ("432 4.7.12 A password transition is needed", C.PASSWORD_EXPIRED, "RFC 4954"),
    ("535 5.7.0 authentication rejected: your password is too simple", C.PASSWORD_EXPIRED, "mailcore2 #1517"),
    ("535 5.7.0 Please change your password on our page", C.PASSWORD_EXPIRED, "own"),
    ("535 You need to reset the password of this mailbox", C.PASSWORD_EXPIRED, "own"),
    # switched off
    ("NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled", C.PROTOCOL_OFF, "Mailspring #2111"),
    ("NO [AUTHENTICATIONFAILED] IMAP access is disabled for this mailbox", C.PROTOCOL_OFF, "own, compare yam #638"),
    ("NO [ALERT] Please log in via your web browser", C.PROTOCOL_OFF, "own"),
    ("NO [ALERT] Your account is not enabled for IMAP use", C.PROTOCOL_OFF, "own"),
    ("-ERR [AUTH] POP3 access is not enabled for this mailbox", C.PROTOCOL_OFF, "own"),
    ("-ERR POP access not allowed for this user", C.PROTOCOL_OFF, "own"),
    ("-ERR enable POP3 in the settings of your mailbox first", C.PROTOCOL_OFF, "own"),
    ("535 5.7.0 SMTP access is disabled for this mailbox", C.PROTOCOL_OFF, "own"),
    # OAuth
    ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant", C.OAUTH_NEEDED, "email-oauth2-proxy #193"),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled", C.OAUTH_NEEDED, "zotero-arxiv-daily #46"),
    ("NO [AUTHENTICATIONFAILED] Basic authentication is blocked", C.OAUTH_NEEDED, "own"),
    ("-ERR [AUTH] OAuth2 is required for this account", C.OAUTH_NEEDED, "own"),
    # application passwords
    ("534 5.7.9 Application-specific password required", C.APP_PASSWORD, "RFC 4954; purelymail #337"),
    ("NO [ALERT] Application-specific password required", C.APP_PASSWORD, "own"),
    ("535 5.7.0 Use an app password", C.APP_PASSWORD, "own"),
    # by place
    ("NO [AUTHENTICATIONFAILED] Sign-in from your location 203.0.113.7 is not permitted", C.LOCATION_BLOCKED, "own"),
    ("535 5.7.1 Authentication from your country is blocked", C.LOCATION_BLOCKED, "own"),
    ("NO Logins from your IP address are not allowed", C.ADDRESS_BLOCKED, "own"),
    ("535 5.7.0 your IP 203.0.113.7 is banned", C.ADDRESS_BLOCKED, "own"),
    ("-ERR your IP address is blocked after too many login failures", C.ADDRESS_BLOCKED, "own"),
    # locked
    ("NO [CONTACTADMIN] no", C.LOCKED, "RFC 5530"),
    ("NO [AUTHENTICATIONFAILED] Account is locked", C.LOCKED, "own"),
    ("NO Your account has been suspended", C.LOCKED, "own"),
    ("-ERR [AUTH] mailbox is disabled", C.LOCKED, "own"),
    ("535 5.7.0 The account has been temporarily locked after too many failed sign-ins", C.LOCKED, "charter.com, article 11"),
    # limits
    ("NO [LIMIT] no more", C.LIMITED, "RFC 5530"),
    ("NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded", C.LIMITED, "node-imap #606"),
    ("NO [AUTHENTICATIONFAILED] Too many login failures", C.LIMITED, "ddeboer/imap #368"),
    ("NO [ALERT] Account exceeded command or bandwidth limits", C.LIMITED, "ha-email-sensor #16"),
    ("NO [ALERT] Too many simultaneous connections", C.LIMITED, "RFC 5530"),
    ("-ERR [LOGIN-DELAY] wait", C.LIMITED, "RFC 2449"),
    ("421 4.7.0 Too many errors", C.LIMITED, "Postfix's wording"),
    ("535 5.7.0 Rate limit of sign-ins exceeded", C.LIMITED, "own"),
    # the mailbox is in use
    ("-ERR unable to lock maildrop", C.LIMITED, "RFC 1939; perdition #4"),
    ("-ERR maildrop lock busy! Is another session active?", C.LIMITED, "cyrus-imapd #706"),
    ("-ERR [IN-USE] The account is locked by another program", C.LIMITED, "own; RFC 2449"),
    ("-ERR [IN-USE] account disabled until the other session ends", C.LIMITED, "own; RFC 2449"),
    ("-ERR mailbox is locked", C.LIMITED, "own"),
    ("-ERR can't lock the mailbox", C.LIMITED, "own"),
    ("-ERR mailbox is already in use", C.LIMITED, "own"),
    ("NO [INUSE] locked", C.LIMITED, "RFC 5530"),
    # others
    ("-ERR [SYS/PERM] mailbox is damaged, contact support", C.MAILBOX_CLOSED, "own; RFC 3206"),
    ("-ERR [SYS/PERM] mailbox locked, contact support", C.MAILBOX_CLOSED, "own; RFC 3206"),
    ("NO [EXPIRED] locked by another program", C.PASSWORD_EXPIRED, "own; RFC 5530"),
    ("NO [PRIVACYREQUIRED] no plain text", C.ENCRYPTION_NEEDED, "RFC 5530"),
    ("-ERR Plaintext authentication disallowed on non-secure connections.", C.ENCRYPTION_NEEDED, "Dovecot's wording"),
    ("NO LOGIN is disabled", C.UNSUPPORTED_MECHANISM, "own; RFC 3501"),
    ("535 5.7.1 SMTP AUTH from your IP address is not allowed", C.ADDRESS_BLOCKED, "own"),
    ("538 5.7.11 Encryption required", C.ENCRYPTION_NEEDED, "RFC 4954"),
    ("504 5.5.4 Unrecognized authentication type", C.UNSUPPORTED_MECHANISM, "RFC 4954"),
    ("535 5.7.8 Error: authentication failed: Invalid authentication mechanism", C.UNSUPPORTED_MECHANISM, "Postfix's wording"),
    ("BAD Missing or invalid argument to AUTHENTICATE", C.UNSUPPORTED_MECHANISM, "owncloud mail #1313"),
)
MAILBOX: t.Sequence[Row] = (
    ("NO [INUSE] Mailbox is locked, in use by another process", C.LIMITED, "own; RFC 5530"),
    ("NO [UNAVAILABLE] The store is not there at the moment", C.UNAVAILABLE, "emailjs #66"),
    ("NO [SERVERBUG] Internal error, see the server's log", C.UNAVAILABLE, "imapsync #346"),
    ("NO [OVERQUOTA] Quota exceeded", C.FULL, "RFC 5530"),
    ("NO [LIMIT] no", C.LIMITED, "RFC 5530"),
    ("NO [ALERT] Account exceeded command or bandwidth limits", C.LIMITED, "ha-email-sensor #16"),
    ("NO [NOPERM] Access denied", C.MAILBOX_CLOSED, "RFC 5530"),
    ("NO [CORRUPTION] damaged", C.MAILBOX_CLOSED, "RFC 5530"),
    ("NO [NONEXISTENT] no such mailbox", C.MAILBOX_CLOSED, "RFC 5530"),
    ("-ERR [SYS/PERM] damaged", C.MAILBOX_CLOSED, "RFC 3206"),
    ("-ERR [SYS/PERM] mailbox locked, too many errors", C.MAILBOX_CLOSED, "own; RFC 3206"),
    ("NO [OVERQUOTA] locked by another process", C.FULL, "own; RFC 5530"),
    ("-ERR [SYS/TEMP] later", C.UNAVAILABLE, "RFC 3206"),
    ("-ERR [IN-USE] another session", C.LIMITED, "RFC 2449"),
)
GREETING: t.Sequence[Row] = (
    ("* BYE Connection refused: your IP address 203.0.113.7 is blocked after too many login failures", C.ADDRESS_BLOCKED, "own"),
    ("* BYE Too many connections from your IP address", C.LIMITED, "mox #127"),
    ("* BYE [UNAVAILABLE] later", C.UNAVAILABLE, "RFC 5530"),
    ("* BYE too busy", C.TURNED_AWAY, "own"),
    ("-ERR [SYS/TEMP] not now", C.UNAVAILABLE, "RFC 3206"),
    ("-ERR Maximum number of connections reached", C.LIMITED, "eCRNow #1006"),
    ("-ERR connections from 203.0.113.7 are not accepted", C.ADDRESS_BLOCKED, "own"),
    ("-ERR go away", C.TURNED_AWAY, "own"),
    ("554 cmsmtp 203.0.113.7 blocked.", C.ADDRESS_BLOCKED, "community.spectrum.net 172891"),
    ("554 cmsmtp 203.0.113.7 blocked. AUP#Out-1130", C.ADDRESS_BLOCKED, "the provider's published codes"),
    ("554 esmtp ESMTP server not available AUP#I-1010", C.POLICY, "the provider's published codes"),
    ("421 AUP#In-1340 too many concurrent connections", C.LIMITED, "the provider's published codes"),
    ("554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using dnsbl.example", C.ADDRESS_LISTED, "simple-login #2675"),
    ("550 Your IP address 203.0.113.7 has been blocked on this server", C.ADDRESS_BLOCKED, "own"),
    ("554 2001:db8::7 is banned", C.ADDRESS_BLOCKED, "own"),
    ("554 5.7.1 Access denied for 203.0.113.7", C.ADDRESS_BLOCKED, "own"),
    ("554 5.7.1 no reverse DNS for 203.0.113.7", C.ADDRESS_NAMELESS, "anonaddy #713, boa #532"),
    ("421 Connection Refused - Customer has exceeded the maximum number of messages allowed per hour", C.LIMITED, "emailquestions.com 1032"),
    ("421 4.7.0 Error: too many connections from 203.0.113.7", C.LIMITED, "mailcow #1318"),
    ("421 4.3.2 Service shutting down", C.UNAVAILABLE, "RFC 5321"),
    ("450 4.3.2 try again later", C.UNAVAILABLE, "postscreen's wording"),
    ("554 No SMTP service here", C.TURNED_AWAY, "RFC 5321"),
    ("550 5.1.1 mailbox full, sender rejected", C.TURNED_AWAY, "own: no address was named yet"),
)
EHLO: t.Sequence[Row] = (
    ("550 Access denied - Invalid HELO name", C.CLIENT_NAME_REFUSED, "own, compare delta chat #223, Mailspring #1054"),
    ("501 Syntactically invalid EHLO argument(s)", C.CLIENT_NAME_REFUSED, "Exim's wording"),
    ("504 5.5.2 need fully-qualified hostname", C.CLIENT_NAME_REFUSED, "Postfix's wording"),
    ("502 5.5.2 Error: command not recognized", C.SMTP_INSPECTED, "PHPMailer #1003, sslyze #84"),
    ("500 5.5.1 unrecognized", C.SMTP_INSPECTED, "PHPMailer #1003"),
    ("550 5.7.1 Client host [203.0.113.7] blocked using dnsbl.example", C.ADDRESS_LISTED, "own"),
    ("550 your IP is blocked", C.ADDRESS_BLOCKED, "own"),
    ("421 4.7.0 too many", C.LIMITED, "own"),
    ("451 4.3.0 later", C.UNAVAILABLE, "RFC 5321"),
    ("550 no", C.OTHER, "own: a bare number says nothing about an address"),
)
ADDRESS: t.Sequence[Row] = (
    # limits
    ("550 5.7.1 Outbound Mail Refused - 203.0.113.7 See https://postmaster.example/outbound", C.LIMITED, "Bright House, article 1687"),
    ("550 5.4.5 Daily sending quota exceeded", C.LIMITED, "PHPMailer #2113, gen_smtp #140"),
    ("550 5.4.5 Daily user sending limit exceeded", C.LIMITED, "gen_smtp #140"),
    ("454 Throttling failure: Daily message quota exceeded.", C.LIMITED, "action-center #874"),
    ("554 5.2.0 Submission.Exception:SubmissionQuotaExceededException", C.LIMITED, "OfficeDocs-Support #1150"),
    ("554 5.7.1 Recipient command rejected: only 10 messages per day", C.LIMITED, "vmail #67"),
    ("450 4.7.1 Rate limit exceeded", C.LIMITED, "own"),
    ("452 4.5.3 Too many recipients", C.LIMITED, "RFC 3463"),
    ("550 5.7.28 Mail flood detected", C.LIMITED, "the registry of enhanced codes"),
    ("550 You exceeded the number of messages for this hour", C.LIMITED, "own"),
    ("550 hourly limit reached", C.LIMITED, "own"),
    # the server itself
    ("452 4.3.1 Insufficient system storage", C.UNAVAILABLE, "muquit/mailsend #15, postfix-relay #7"),
    ("452 Insufficient system storage", C.UNAVAILABLE, "RFC 5321"),
    ("451 4.3.5 Corporate filter error, operator informed", C.UNAVAILABLE, "own"),
    ("450 4.1.8 <a@lab.test>: Sender address rejected: Domain not found", C.UNAVAILABLE, "Postfix's wording"),
    ("450 4.1.1 <a@lab.test>: Recipient address rejected: unverified address", C.UNAVAILABLE, "Postfix's wording"),
    ("450 4.2.0 Recipient address rejected: Greylisted, try again in 300 seconds", C.UNAVAILABLE, "own"),
    ("450 4.7.1 Client host rejected: cannot find your reverse hostname, [203.0.113.7]", C.UNAVAILABLE, "anonaddy #713"),
    ("550 5.3.0 Internal server error", C.UNAVAILABLE, "own"),
    # the network
    ("554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using dnsbl.example", C.ADDRESS_LISTED, "simple-login #2675"),
    ("550 5.7.1 203.0.113.7 is on a blocklist", C.ADDRESS_LISTED, "own"),
    ("554 5.7.1 Client host rejected: cannot find your reverse hostname, [203.0.113.7]", C.ADDRESS_NAMELESS, "anonaddy #713, boa #532"),
    ("550 5.7.25 no PTR", C.ADDRESS_NAMELESS, "RFC 7372"),
    ("554 5.7.1 Client host rejected: Access denied", C.ADDRESS_BLOCKED, "Postfix's wording"),
    ("554 5.7.1 your IP has been blocked", C.ADDRESS_BLOCKED, "own"),
    ("504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname", C.CLIENT_NAME_REFUSED, "Postfix's wording"),
    # policies
    ("550 5.7.23 SPF validation failed for your address 203.0.113.7", C.POLICY, "RFC 7372"),
    ("550 5.7.26 unauthenticated mail", C.POLICY, "RFC 7372"),
    ("554 5.7.1 [203.0.113.7] the message was rejected as spam", C.POLICY, "own"),
    ("554 5.7.1 rejected as spam", C.POLICY, "own"),
    ("550 5.7.1 no", C.POLICY, "own: the code does not say who is meant"),
    ("554 5.7.1 <a@lab.test>: Relay access denied", C.RELAY_DENIED, "Postfix's wording"),
    ("550 5.7.1 Unable to relay", C.RELAY_DENIED, "own"),
    ("550 relay not permitted", C.RELAY_DENIED, "Exim's wording"),
    ("530 5.7.0 Authentication required", C.NOT_SIGNED_IN, "RFC 4954"),
    ("554 5.7.1 Your account has been suspended for sending", C.LOCKED, "own"),
    # size
    ("552 5.3.4 Message size exceeds fixed limit", C.TOO_LARGE, "RFC 3463"),
    ("552 message too large", C.TOO_LARGE, "RFC 1870"),
    ("552 5.2.3 the limit is 10 MB", C.TOO_LARGE, "RFC 3463"),
    # a full mailbox
    ("452 4.2.2 The mailbox is over its quota", C.FULL, "RFC 3463"),
    ("552 5.2.2 Over quota", C.FULL, "RFC 3463"),
    ("550 Mailbox full", C.FULL, "own"),
    ("552 5.0.0 mailbox exceeded its storage limit", C.FULL, "own"),
    ("552 Requested mail action aborted: exceeded storage allocation", C.FULL, "RFC 5321"),
    ("552 quota exceeded", C.FULL, "own"),
    # the sender
    ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", C.SENDER_NOT_LOGIN, "swiftmailer #1030, MimeKit #647"),
    ("553 5.7.1 <a@lab.test>: Sender address rejected: not owned by user b@lab.test", C.SENDER_NOT_LOGIN, "Postfix's wording"),
    ("550 5.7.1 not authorized to send from this address", C.SENDER_NOT_LOGIN, "own"),
    ("554 5.7.1 Sender address rejected: Access denied", C.SENDER_REJECTED, "Postfix's wording"),
    ("550 5.1.8 Sender address rejected: Domain not found", C.SENDER_REJECTED, "Postfix's wording"),
    ("550 Sender verify failed", C.SENDER_REJECTED, "Exim's wording"),
    ("553 no", C.SENDER_REJECTED, "own"),
    # the recipient
    ("550 5.1.1 <nobody@lab.test>: Recipient address rejected: User unknown", C.UNKNOWN_ADDRESS, "Postfix's wording"),
    ("550 Requested action not taken: mailbox unavailable", C.UNKNOWN_ADDRESS, "RFC 5321"),
    ("550 5.2.1 The account that you tried to reach is disabled", C.UNKNOWN_ADDRESS, "own; RFC 3463"),
    ("550 5.2.1 Mailbox closed", C.UNKNOWN_ADDRESS, "RFC 3463"),
    ("550 no", C.UNKNOWN_ADDRESS, "RFC 5321"),
)
MESSAGE: t.Sequence[Row] = (
    ("552 5.3.4 too big", C.TOO_LARGE, "RFC 3463"),
    ("554 5.7.1 Spam message rejected", C.POLICY, "own"),
    ("550 5.4.5 Daily sending quota exceeded", C.LIMITED, "PHPMailer #2113"),
    ("550 no", C.OTHER, "own: the addresses were accepted before"),
    ("451 4.3.0 queue file write error", C.UNAVAILABLE, "Postfix's wording"),
)
# fmt: on

STAGES: t.Mapping[str, tuple[t.Sequence[Row], t.Callable[[str], Failure]]] = {
    "sign in": (SIGNING_IN, lambda answer: sign_in_refused(answer, "a@lab.test")),
    "mailbox": (MAILBOX, lambda answer: mailbox_refused("inbox", answer)),
    "greeting": (GREETING, greeting_refused),
    "EHLO": (EHLO, capabilities_refused),
    "address": (ADDRESS, lambda answer: address_refused(answer, "a@lab.test")),
    "message": (MESSAGE, message_refused),
}
# A thread, a standard, a page of a provider, the wording of a server's program, or none.
SOURCE = re.compile(
    r"^own\b|#\d+|^RFC \d+|, article \d+|\.(com|net) \d+|^the provider's published codes$|^the registry of|'s wording\b"
)
MATRIX = [(stage, *row) for stage, (rows, _judge) in STAGES.items() for row in rows]


def test_each_reply_is_there_once_with_a_source() -> None:
    assert len(MATRIX) >= 150
    assert len({row[:2] for row in MATRIX}) == len(MATRIX)
    assert [source for *_row, source in MATRIX if not SOURCE.search(source)] == []


@pytest.mark.parametrize(("stage", "answer", "code", "source"), MATRIX, ids=lambda value: str(value)[:60])
def test_what_a_reply_means(stage: str, answer: str, code: Code, source: str) -> None:
    found = STAGES[stage][1](answer)
    assert found.code is code, (found.finding, source)
    assert found.evidence == answer
    assert found.advice.endswith(".")
    if found.code in TRANSIENT or found.code in (C.POLICY, C.ADDRESS_LISTED, C.ADDRESS_BLOCKED):
        assert found.code not in SETTINGS_CAN_HELP
        assert "Check host" not in found.advice
        assert "compare email" not in found.advice


@pytest.mark.parametrize("stage", ["greeting", "EHLO"])
@pytest.mark.parametrize(("answer", "code", "_source"), ADDRESS)
def test_no_address_is_meant_before_one_was_named(stage: str, answer: str, code: Code, _source: str) -> None:
    about_addresses = {
        C.SENDER_REJECTED,
        C.SENDER_NOT_LOGIN,
        C.UNKNOWN_ADDRESS,
        C.FULL,
        C.NOT_SIGNED_IN,
        C.RELAY_DENIED,
    }
    assert STAGES[stage][1](answer).code not in about_addresses


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("* BYE Autologout; authentication failed", C.PASSWORD_REFUSED),  # email-oauth2-proxy #228
        ("* BYE Invalid password", C.PASSWORD_REFUSED),  # own
        ("* BYE Too many failed logins", C.LIMITED),  # own
        ("* BYE [UNAVAILABLE] try later", C.UNAVAILABLE),  # own
        ("* BYE Autologout; idle for too long", C.HUNG_UP),  # own
        ("reset by the server or on the way", C.HUNG_UP),  # own
    ],
)
def test_a_bye_during_the_sign_in_may_be_the_verdict(reason: str, code: Code) -> None:
    found = sign_in_ended(ConnectionEnded(reason), "a@lab.test", Secret("x"))
    assert (found.code, found.evidence) == (code, reason)


@pytest.mark.parametrize(
    ("password", "hint"),
    [
        ("Right-7731x ", "begins or ends with a blank"),
        ("\tRight-7731x", "begins or ends with a blank"),
        ("Büro-Schlüssel-7", "letters outside ASCII"),
        ("Right-7731x", ""),
    ],
)
def test_a_refused_password_gets_a_hint(password: str, hint: str) -> None:
    """K-9 #1673, snappymail #382, roundcube #7023."""
    advice = sign_in_refused("NO no", "a@lab.test", Secret(password)).advice
    assert hint in advice
    assert password not in advice
    hints = [words for words in ("blank", "ASCII") if words in advice]
    assert len(hints) == (1 if hint else 0)


def test_silence_after_the_password_has_words_of_its_own() -> None:
    """doc.dovecot.org, Authentication Penalty; fail2ban #325."""
    advice = sign_in_interrupted(Timeout(10)).advice
    assert "raise timeout" in advice
    assert "neither accepted nor refused" in advice
    assert "firewall" not in advice
    assert "timeout" not in sign_in_interrupted(ConnectionEnded("seen")).advice
