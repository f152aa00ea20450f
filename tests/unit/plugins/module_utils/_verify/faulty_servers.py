# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a server, as scripts for peers."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.tests.unit.mail_servers import Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import Script, Talk

SERVERS: t.Mapping[MailService, t.Callable[[Server], Script]] = {
    MailService.IMAP: imap,
    MailService.POP3: pop3,
    MailService.SMTP: smtp,
}

GREETINGS = {MailService.IMAP: b"* OK Lab", MailService.POP3: b"+OK Lab", MailService.SMTP: b"220 Lab"}

# A ServerHello of TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA, which is what a server says that has nothing newer.
_TLS_1_0 = b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01" + bytes(32) + b"\x00\x00\x2f\x00"


def says(*lines: bytes, tls: bool = False) -> Script:
    """Say lines at once, then listen."""

    def script(talk: Talk) -> None:
        if tls:
            talk.start_tls()
        talk.say(*lines)
        talk.hear_out()

    return script


def silent(talk: Talk) -> None:
    """Say nothing at all."""
    talk.hear_out()


def silent_in_tls(talk: Talk) -> None:
    """Say nothing once the connection is encrypted."""
    talk.start_tls()
    talk.hear_out()


def answers_http(talk: Talk) -> None:
    """A web server: it waits for the client, and understands only HTTP."""
    talk.hear_exactly(1)
    talk.say(b"HTTP/1.1 400 Bad Request", b"")


def greets_only_the_patient(service: MailService) -> Script:
    """Plain until STARTTLS, and dumb towards a client that speaks first, as Charter's sister is (SUMO 1519443)."""
    connections = itertools.count()

    def script(talk: Talk) -> None:
        if next(connections) > 0:
            talk.say(GREETINGS[service])
        talk.hear_out()

    return script


def drips(talk: Talk) -> None:
    """One letter at a time, for ever."""
    while True:
        talk.send(b"*")
        talk.pause(0.05)


def half_a_greeting(then_hang_up: bool) -> Script:
    """Begin a line and never end it."""

    def script(talk: Talk) -> None:
        talk.send(b"* OK La")
        if not then_hang_up:
            talk.hear_out()

    return script


def endless_line(talk: Talk) -> None:
    """A line that does not end."""
    while True:
        talk.send(b"x" * 4096)


def garbage(talk: Talk) -> None:
    """Bytes that mean nothing."""
    talk.send(bytes(range(255, 127, -1)) + b"\n")
    talk.hear_out()


def hangs_up(talk: Talk) -> None:
    """Take the connection and end it."""
    talk.close()


def resets(talk: Talk) -> None:
    """Take the connection and break it."""
    talk.hear_exactly(1)
    talk.reset()


def greets_and_hangs_up(talk: Talk) -> None:
    """Greet inside TLS and go."""
    talk.start_tls()
    talk.say(GREETINGS[MailService.IMAP])
    talk.close()


def old_tls(talk: Talk) -> None:
    """Nothing newer than TLS 1.0."""
    talk.hear_exactly(5)
    talk.send(_TLS_1_0)
    talk.hear_out()


def no_common_cipher(talk: Talk) -> None:
    """Answer the handshake with the alert handshake_failure."""
    talk.hear_exactly(5)
    talk.send(b"\x15\x03\x03\x00\x02\x02\x28")
    talk.hear_out()


def stripped(service: MailService) -> Script:
    """STARTTLS taken out of the capabilities by something between."""
    answers = {
        MailService.IMAP: {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done"},
        MailService.POP3: {b"CAPA": b"+OK\r\nUSER\r\nSASL PLAIN\r\n."},
        MailService.SMTP: {b"EHLO": b"250-smtp.lab.test\r\n250 AUTH PLAIN"},
    }
    return SERVERS[service](Server(tls="starttls", answers=answers[service]))


def after_starttls(service: MailService, more: bytes) -> Script:
    """Agree to STARTTLS and send something else than TLS together with that."""
    answers = {
        MailService.IMAP: {b"STARTTLS": b"TAG OK begin"},
        MailService.POP3: {b"STLS": b"+OK begin"},
        MailService.SMTP: {b"STARTTLS": b"220 begin"},
    }
    ((command, answer),) = answers[service].items()
    return SERVERS[service](Server(tls="starttls", answers={command: answer + b"\r\n" + more}))
