# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Well-behaved mail servers as scripts for peers, with a place for each kind of misbehaviour."""

from __future__ import annotations

import base64
import dataclasses
import re
import typing as t

from .peers import Script, Talk

USERNAME = "mario.rossi@lab.test"
PASSWORD = 'p"a\\s s-wörd'
MESSAGES = 23


@dataclasses.dataclass(frozen=True)
class Server:
    """How a server is set up.

    Attributes:
        tls: ``ssl`` from the first byte, ``starttls``, or ``none``.
        certificate: the name of a file in certificates/.
        offers: what it offers afterwards; None for what is usual.
        greeting: its first line; None for what is usual.
        answers: for a command the answer instead of the right one; ``TAG`` stands for IMAP's tag.
        username: who may sign in.
        password: with which password.
    """

    tls: str = "ssl"
    certificate: str = "good"
    offers: tuple[bytes, ...] | None = None
    greeting: bytes | None = None
    answers: t.Mapping[bytes, bytes] = dataclasses.field(default_factory=dict)
    username: str = USERNAME
    password: str = PASSWORD

    def plain(self) -> bytes:
        """What a client sends with the mechanism PLAIN."""
        return base64.b64encode(f"\0{self.username}\0{self.password}".encode())


def imap(server: Server) -> Script:
    """An IMAP server."""

    def script(talk: Talk) -> None:
        if server.tls == "ssl":
            talk.start_tls(server.certificate)
        talk.say(server.greeting or b"* OK [CAPABILITY IMAP4rev1 LIES] Lab IMAP ready")
        signed_in = False
        while True:
            tag, command, *rest = talk.hear().split(b" ", 2)
            argument = rest[0] if rest else b""
            if command in server.answers:
                talk.say(server.answers[command].replace(b"TAG", tag))
            elif command == b"CAPABILITY":
                offers = server.offers if server.offers is not None else (b"AUTH=PLAIN", b"SASL-IR")
                if server.tls == "starttls" and not talk.encrypted:
                    offers = (b"STARTTLS", b"LOGINDISABLED")
                talk.say(b" ".join((b"* CAPABILITY IMAP4rev1", *offers)), tag + b" OK done")
            elif command == b"STARTTLS":
                talk.say(tag + b" OK begin TLS now")
                talk.start_tls(server.certificate)
            elif command in (b"AUTHENTICATE", b"LOGIN"):
                right = _authenticates(talk, server, argument) if command == b"AUTHENTICATE" else _logs_in(talk, server, argument)
                signed_in = right
                talk.say(tag + (b" OK signed in" if right else b" NO [AUTHENTICATIONFAILED] Authentication failed."))
            elif command == b"EXAMINE" and argument == b"INBOX" and signed_in:
                talk.say(b"* FLAGS (\\Seen)", b"* %d EXISTS" % MESSAGES, tag + b" OK [READ-ONLY] done")
            elif command == b"LOGOUT":
                talk.say(b"* BYE", tag + b" OK done")
                return
            else:
                talk.say(tag + b" BAD unknown command")

    return script


def _authenticates(talk: Talk, server: Server, argument: bytes) -> bool:
    mechanism, *initial = argument.split(b" ")
    if not initial:
        talk.say(b"+ ")
        initial = [talk.hear()]
    return mechanism == b"PLAIN" and initial == [server.plain()]


def _logs_in(talk: Talk, server: Server, rest: bytes) -> bool:
    """Read LOGIN's two strings, quoted or literal, as RFC 3501 4.3 has them."""
    arguments = []
    while len(arguments) < 2:
        quoted = re.match(rb'"((?:[^"\\]|\\["\\])*)" ?', rest)
        literal = re.fullmatch(rb"\{([0-9]+)\}", rest)
        if quoted:
            arguments.append(re.sub(rb"\\(.)", rb"\1", quoted.group(1)))
            rest = rest[quoted.end() :]
        elif literal:
            talk.say(b"+ go on")
            arguments.append(talk.hear_exactly(int(literal.group(1))))
            rest = talk.hear()[1:]
        else:
            return False
    return rest == b"" and arguments == [server.username.encode(), server.password.encode()]


def pop3(server: Server) -> Script:
    """A POP3 server."""

    def script(talk: Talk) -> None:
        if server.tls == "ssl":
            talk.start_tls(server.certificate)
        talk.say(server.greeting or b"+OK Lab POP3 ready")
        user, signed_in = b"", False
        while True:
            command, _space, argument = talk.hear().partition(b" ")
            if command in server.answers:
                talk.say(server.answers[command])
            elif command == b"CAPA":
                offers = server.offers if server.offers is not None else (b"USER", b"SASL PLAIN")
                if server.tls == "starttls" and not talk.encrypted:
                    offers = (b"STLS",)
                talk.say(b"+OK here they are", *offers, b".")
            elif command == b"STLS":
                talk.say(b"+OK begin TLS now")
                talk.start_tls(server.certificate)
            elif command == b"AUTH":
                mechanism, *initial = argument.split(b" ")
                if not initial:
                    talk.say(b"+ ")
                    initial = [talk.hear()]
                signed_in = mechanism == b"PLAIN" and initial == [server.plain()]
                talk.say(b"+OK signed in" if signed_in else b"-ERR [AUTH] Authentication failed.")
            elif command == b"USER":
                user = argument
                talk.say(b"+OK")
            elif command == b"PASS":
                signed_in = (user, argument) == (server.username.encode(), server.password.encode())
                talk.say(b"+OK signed in" if signed_in else b"-ERR [AUTH] Authentication failed.")
            elif command == b"STAT" and signed_in:
                talk.say(b"+OK %d 4711" % MESSAGES)
            elif command == b"QUIT":
                talk.say(b"+OK bye")
                return
            else:
                talk.say(b"-ERR unknown command")

    return script


def smtp(server: Server) -> Script:
    """A submission server. DATA is none of its commands: who asks for it has a defect."""

    def script(talk: Talk) -> None:
        if server.tls == "ssl":
            talk.start_tls(server.certificate)
        talk.say(server.greeting or b"220-smtp.lab.test", b"220 Lab ESMTP ready")
        signed_in = False
        while True:
            command, _space, argument = talk.hear().partition(b" ")
            assert command != b"DATA"
            if command in server.answers:
                talk.say(server.answers[command])
            elif command == b"EHLO" and re.fullmatch(rb"\[127\.0\.0\.1\]", argument):
                offers = server.offers if server.offers is not None else (b"SIZE 26214400", b"AUTH PLAIN LOGIN")
                if server.tls == "starttls" and not talk.encrypted:
                    offers = (b"STARTTLS",)
                lines = (b"smtp.lab.test", *offers)
                talk.say(*(b"250-" + line for line in lines[:-1]), b"250 " + lines[-1])
            elif command == b"STARTTLS":
                talk.say(b"220 begin TLS now")
                talk.start_tls(server.certificate)
            elif command == b"AUTH":
                signed_in = _smtp_authenticates(talk, server, argument)
                talk.say(b"235 2.7.0 signed in" if signed_in else b"535 5.7.8 Error: authentication failed")
            elif command in (b"MAIL", b"RCPT") and signed_in:
                right = argument in (f"FROM:<{server.username}>".encode(), f"TO:<{server.username}>".encode())
                talk.say(b"250 2.1.0 Ok" if right else b"550 5.1.1 no such user")
            elif command == b"RSET":
                talk.say(b"250 2.0.0 Ok")
            elif command == b"QUIT":
                talk.say(b"221 2.0.0 Bye")
                return
            else:
                talk.say(b"502 5.5.2 unknown command")

    return script


def _smtp_authenticates(talk: Talk, server: Server, argument: bytes) -> bool:
    mechanism, *initial = argument.split(b" ")
    if mechanism == b"LOGIN":
        said = []
        for prompt in (b"334 VXNlcm5hbWU6", b"334 UGFzc3dvcmQ6"):
            talk.say(prompt)
            said.append(base64.b64decode(talk.hear()))
        return said == [server.username.encode(), server.password.encode()]
    if not initial:
        talk.say(b"334 ")
        initial = [talk.hear()]
    return mechanism == b"PLAIN" and initial == [server.plain()]
