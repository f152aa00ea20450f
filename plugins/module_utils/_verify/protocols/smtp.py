# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SMTP commands of a test of submission (RFC 5321, 6409 and 4954)."""

from __future__ import annotations

import base64
import dataclasses
import re

from ..._model.secret import Secret
from ..findings import encryption, refusals, sign_in_and_mailbox
from ..findings.wrong_service import DetectedProtocol
from ..wire.protocol_guess import detect_protocol
from ..wire.unexpected_text import other_greeting
from .dialogue import DialogueInLines, check_credentials, plain
from .mechanism_choice import AUTH_PLAIN, choose, ways_with_password
from .sasl import Mechanism, Turn, exchange

_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?$", re.DOTALL)
_COMMAND_LIMIT = 512  # octets with CRLF (RFC 5321 4.5.3.1.4, RFC 4954 4)

_NOT_UNDERSTOOD = (500, 501, 502, 504)  # these concern the command, not the password


@dataclasses.dataclass(frozen=True)
class _SmtpReply:
    code: int
    lines: tuple[bytes, ...]

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 300


class SmtpDialogue(DialogueInLines):
    """See ``Dialogue``."""

    def greeting(self) -> str:
        line = self._connection.read_line()
        if detect_protocol(line) is not DetectedProtocol.SMTP:
            raise other_greeting(self._endpoint, line, self._redact)
        reply = self._reply(line)
        if reply.code != 220:
            raise refusals.greeting_refused(self._show(reply))
        return self._show(reply)

    def starttls(self) -> str:
        self._ask_capabilities()
        if "STARTTLS" not in self._capabilities:
            raise encryption.starttls_missing(self._endpoint, self._evidence())
        reply = self._command(b"STARTTLS")
        if reply.code != 220:
            raise encryption.starttls_refused(self._show(reply))
        return self._show(reply)

    def capability(self) -> str:
        self._ask_capabilities()
        return self._offered()

    def sign_in(self, username: str, password: Secret) -> str:
        check_credentials(username, password)
        mechanism, reply = self._signed_in(username, password)
        if reply.code != 235:
            raise refusals.sign_in_refused(self._show(reply), username, password)
        return f"signed in as {username} with {mechanism}"

    def use(self, email: str) -> str:
        commands = [f"MAIL FROM:<{email}>".encode(), f"RCPT TO:<{email}>".encode()]
        # With PIPELINING (RFC 2920); otherwise one round trip each. QUIT aborts the message without RSET (RFC 5321
        # 4.1.1.10).
        together = "PIPELINING" in self._capabilities
        if together:
            self._connection.send_lines(commands)
        for command in commands:
            reply = self._reply(self._connection.read_line()) if together else self._command(command)
            if not reply.positive:
                raise refusals.address_refused(self._show(reply), email)
        return f"accepted {email} as sender and recipient; nothing was sent"

    def send(self, email: str, message: bytes) -> str:
        """Send a message from an address to itself.

        Args:
            email: sender and recipient.
            message: lines that end with CRLF, including the last one.

        Returns:
            The server's receipt.
        """
        for command, code in ((f"MAIL FROM:<{email}>", 250), (f"RCPT TO:<{email}>", 250), ("DATA", 354)):
            reply = self._command(command.encode())
            if reply.code != code:
                raise refusals.address_refused(self._show(reply), email)
        lines = message.replace(b"\r\n.", b"\r\n..")  # RFC 5321 4.5.2; a header never starts with a dot
        self._connection.send(lines + b".\r\n")
        reply = self._reply(self._connection.read_line())
        if reply.code != 250:
            raise refusals.message_refused(self._show(reply))
        return self._show(reply)

    def leave(self) -> None:
        self._connection.leave(b"QUIT")

    def _ask_capabilities(self) -> None:
        reply = self._command(b"EHLO " + self._name())
        if not reply.positive:
            raise refusals.capabilities_refused(self._show(reply))
        self._capabilities = tuple(line.decode("ascii", "replace").upper().strip() for line in reply.lines[1:])

    def _name(self) -> bytes:
        """An address literal (RFC 5321 4.1.3), as mail clients send; it needs no host name."""
        address = self._connection.local_address
        return (f"[IPv6:{address}]" if ":" in address else f"[{address}]").encode()

    def _mechanisms(self) -> frozenset[str]:
        """The mechanisms in ``AUTH PLAIN LOGIN``; very old servers write ``AUTH=PLAIN LOGIN``."""
        words = [line.replace("=", " ").split() for line in self._capabilities]
        return frozenset(
            mechanism for first, *mechanisms in filter(None, words) if first == "AUTH" for mechanism in mechanisms
        )

    def _signed_in(self, username: str, password: Secret) -> tuple[str, _SmtpReply]:
        """Sign in with the first mechanism in common: its name, and the server's reply."""
        mechanisms = self._mechanisms()
        ways = ways_with_password(mechanisms, "AUTH LOGIN" if "LOGIN" in mechanisms else "")
        for way in ways:
            reply = (self._auth_plain if way == AUTH_PLAIN else self._auth_login)(username, password)
            if reply.code not in _NOT_UNDERSTOOD or way == ways[-1]:
                return way, reply
        mechanism = choose(mechanisms, username, password)
        if mechanism is None:
            raise sign_in_and_mailbox.no_mechanism(self._endpoint, self._evidence(), mechanisms)
        return f"AUTH {mechanism.name}", self._authenticate(mechanism)

    def _authenticate(self, mechanism: Mechanism) -> _SmtpReply:
        def send(line: bytes) -> Turn[_SmtpReply]:
            reply = self._command(line)
            return Turn(reply, reply.lines[-1].strip() if reply.code == 334 else None)

        reply = exchange(mechanism, send(b"AUTH " + mechanism.name.encode()), send, self._show)
        if reply.code == 235:
            mechanism.finish()
        return reply

    def _auth_plain(self, username: str, password: Secret) -> _SmtpReply:
        message = plain(username, password)
        command = b"AUTH PLAIN " + message
        if len(command) + len(b"\r\n") <= _COMMAND_LIMIT:
            return self._command(command)
        reply = self._command(b"AUTH PLAIN")
        return self._command(message) if reply.code == 334 else reply

    def _auth_login(self, username: str, password: Secret) -> _SmtpReply:
        reply = self._command(b"AUTH LOGIN")
        for answer in (username, password.reveal()):
            if reply.code != 334:
                break
            reply = self._command(base64.b64encode(answer.encode()))
        return reply

    def _command(self, text: bytes) -> _SmtpReply:
        self._connection.send_line(text)
        return self._reply(self._connection.read_line())

    def _reply(self, line: bytes) -> _SmtpReply:
        """The reply that begins with this line: ``250-first``, ``250 last``."""
        lines: list[bytes] = []
        while True:
            match = _REPLY_LINE.match(line)
            if match is None:
                raise sign_in_and_mailbox.not_smtp(self._redact(line))
            lines.append(match.group(3) or b"")
            if match.group(2) != b"-":
                return _SmtpReply(int(match.group(1)), tuple(lines))
            line = self._connection.read_line()

    def _show(self, reply: _SmtpReply) -> str:
        return self._redact(b"%d " % reply.code + b" ".join(reply.lines))
