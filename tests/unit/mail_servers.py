# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Well-behaved mail servers as scripts for scripted servers, with a place for each kind of misbehaviour."""

from __future__ import annotations

import base64
import dataclasses
import re
import typing as t

from .scripted_server import Script, Talk

USERNAME = "mario.rossi@lab.test"
PASSWORD = 'p"a\\s s-wörd'
MESSAGES = 23


@dataclasses.dataclass(frozen=True)
class Server:
    """How a server is set up.

    Attributes:
        tls: ``ssl`` from the first byte, ``starttls``, or ``none``.
        certificate: the name of a file in certificates/.
        offers: what it offers after TLS; None for what is usual.
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
    return lambda talk: ImapSession(server, talk).run()


def pop3(server: Server) -> Script:
    """A POP3 server."""
    return lambda talk: Pop3Session(server, talk).run()


def smtp(server: Server) -> Script:
    """A submission server. Whoever begins to send a message with DATA has a defect."""
    return lambda talk: SmtpSession(server, talk).run()


Answer = t.Sequence[bytes]


class _Session:
    """One conversation: a command is answered by the method of its name."""

    greeting = b""
    before_tls: Answer = ()
    after_tls: Answer = ()

    def __init__(self, server: Server, talk: Talk) -> None:
        self.server = server
        self.talk = talk
        self.signed_in = False

    def run(self) -> None:
        """Talk until the client says goodbye."""
        if self.server.tls == "ssl":
            self.talk.start_tls(self.server.certificate)
        self.talk.say(self.server.greeting or self.greeting)
        command = b""
        while command not in (b"QUIT", b"LOGOUT"):
            tag, command, argument = self.parse(self.talk.hear())
            if command in self.server.answers:
                answer: Answer = (self.server.answers[command],)
            else:
                answer = self.commands().get(command, self.unknown)(argument)
            self.talk.say(*(line.replace(b"TAG", tag) for line in answer))
            if command in (b"STARTTLS", b"STLS"):
                self.talk.start_tls(self.server.certificate)

    def parse(self, line: bytes) -> tuple[bytes, bytes, bytes]:
        """Tag, command and argument."""
        command, _space, argument = line.partition(b" ")
        return b"", command, argument

    def commands(self) -> t.Mapping[bytes, t.Callable[[bytes], Answer]]:
        """What it understands."""
        raise NotImplementedError

    def unknown(self, argument: bytes) -> Answer:
        """What it does not understand."""
        raise NotImplementedError

    def offers(self) -> Answer:
        """Its capabilities at this moment."""
        if self.server.tls == "starttls" and not self.talk.encrypted:
            return self.before_tls
        return self.after_tls if self.server.offers is None else self.server.offers

    def authenticates(self, argument: bytes, prompt: bytes) -> bool:
        """Whether the client proves who it is with PLAIN, at once or after a prompt."""
        mechanism, *initial = argument.split(b" ")
        if not initial:
            self.talk.say(prompt)
            initial = [self.talk.hear()]
        self.signed_in = mechanism == b"PLAIN" and initial == [self.server.plain()]
        return self.signed_in

    def is_right(self, username: bytes, password: bytes) -> bool:
        """Whether the client proves who it is."""
        self.signed_in = (username, password) == (self.server.username.encode(), self.server.password.encode())
        return self.signed_in


class ImapSession(_Session):
    """IMAP."""

    greeting = b"* OK [CAPABILITY IMAP4rev1 LIES] Lab IMAP ready"
    before_tls = (b"STARTTLS", b"LOGINDISABLED")
    after_tls = (b"AUTH=PLAIN", b"SASL-IR")

    def parse(self, line: bytes) -> tuple[bytes, bytes, bytes]:
        tag, _space, rest = line.partition(b" ")
        return (tag, *super().parse(rest)[1:])

    def commands(self) -> t.Mapping[bytes, t.Callable[[bytes], Answer]]:
        return {
            b"CAPABILITY": lambda _: (b" ".join((b"* CAPABILITY IMAP4rev1", *self.offers())), b"TAG OK done"),
            b"STARTTLS": lambda _: (b"TAG OK begin TLS now",),
            b"AUTHENTICATE": lambda argument: self.signs_in(self.authenticates(argument, b"+ ")),
            b"LOGIN": lambda argument: self.signs_in(self.logs_in(argument)),
            b"EXAMINE": self.examine,
            b"LOGOUT": lambda _: (b"* BYE", b"TAG OK done"),
        }

    def unknown(self, argument: bytes) -> Answer:
        return (b"TAG BAD unknown command",)

    def signs_in(self, right: bool) -> Answer:
        return (b"TAG OK signed in" if right else b"TAG NO [AUTHENTICATIONFAILED] Authentication failed.",)

    def logs_in(self, rest: bytes) -> bool:
        """Read two strings, quoted or literal, as RFC 3501 4.3 has them."""
        strings: list[bytes] = []
        while len(strings) < 2:
            quoted = re.match(rb'"((?:[^"\\]|\\["\\])*)" ?', rest)
            literal = re.fullmatch(rb"\{([0-9]+)\}", rest)
            if quoted:
                strings.append(re.sub(rb"\\(.)", rb"\1", quoted.group(1)))
                rest = rest[quoted.end() :]
            elif literal:
                self.talk.say(b"+ go on")
                strings.append(self.talk.hear_exactly(int(literal.group(1))))
                rest = self.talk.hear()[1:]
            else:
                return False
        return rest == b"" and self.is_right(*strings)

    def examine(self, argument: bytes) -> Answer:
        if argument != b"INBOX" or not self.signed_in:
            return (b"TAG NO no",)
        return (b"* FLAGS (\\Seen)", b"* %d EXISTS" % MESSAGES, b"TAG OK [READ-ONLY] done")


class Pop3Session(_Session):
    """POP3."""

    greeting = b"+OK Lab POP3 ready"
    before_tls = (b"STLS",)
    after_tls = (b"USER", b"SASL PLAIN")
    user = b""

    def commands(self) -> t.Mapping[bytes, t.Callable[[bytes], Answer]]:
        return {
            b"CAPA": lambda _: (b"+OK here they are", *self.offers(), b"."),
            b"STLS": lambda _: (b"+OK begin TLS now",),
            b"AUTH": lambda argument: self.signs_in(self.authenticates(argument, b"+ ")),
            b"USER": self.name,
            b"PASS": lambda argument: self.signs_in(self.is_right(self.user, argument)),
            b"STAT": lambda _: (b"+OK %d 4711" % MESSAGES if self.signed_in else b"-ERR no",),
            b"QUIT": lambda _: (b"+OK bye",),
        }

    def unknown(self, argument: bytes) -> Answer:
        return (b"-ERR unknown command",)

    def name(self, argument: bytes) -> Answer:
        self.user = argument
        return (b"+OK",)

    def signs_in(self, right: bool) -> Answer:
        return (b"+OK signed in" if right else b"-ERR [AUTH] Authentication failed.",)


class SmtpSession(_Session):
    """Submission."""

    greeting = b"220-smtp.lab.test\r\n220 Lab ESMTP ready"
    before_tls = (b"STARTTLS",)
    after_tls = (b"SIZE 26214400", b"AUTH PLAIN LOGIN")

    def commands(self) -> t.Mapping[bytes, t.Callable[[bytes], Answer]]:
        return {
            b"EHLO": self.hello,
            b"STARTTLS": lambda _: (b"220 begin TLS now",),
            b"AUTH": self.auth,
            b"MAIL": lambda argument: self.address(argument, "FROM"),
            b"RCPT": lambda argument: self.address(argument, "TO"),
            b"RSET": lambda _: (b"250 2.0.0 Ok",),
            b"DATA": self.data,
            b"QUIT": lambda _: (b"221 2.0.0 Bye",),
        }

    def unknown(self, argument: bytes) -> Answer:
        return (b"502 5.5.2 unknown command",)

    def data(self, argument: bytes) -> Answer:
        raise AssertionError("a message was begun")

    def hello(self, argument: bytes) -> Answer:
        assert argument == f"[{self.talk.peer}]".encode()
        lines = (b"smtp.lab.test", *self.offers())
        return (*(b"250-" + line for line in lines[:-1]), b"250 " + lines[-1])

    def auth(self, argument: bytes) -> Answer:
        if argument == b"LOGIN":
            self.talk.say(b"334 VXNlcm5hbWU6")
            username = base64.b64decode(self.talk.hear())
            self.talk.say(b"334 UGFzc3dvcmQ6")
            right = self.is_right(username, base64.b64decode(self.talk.hear()))
        else:
            right = self.authenticates(argument, b"334 ")
        return (b"235 2.7.0 signed in" if right else b"535 5.7.8 Error: authentication failed",)

    def address(self, argument: bytes, keyword: str) -> Answer:
        right = self.signed_in and argument == f"{keyword}:<{self.server.username}>".encode()
        return (b"250 2.1.0 Ok" if right else b"550 5.1.1 no such user",)
