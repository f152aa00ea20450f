# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The POP3 commands of a test (RFC 1939, 2449 and 5034)."""

from __future__ import annotations

import re

from ..._model.numbers import MAIL_NUMBER, number_in
from ..._model.secret import Secret
from ..findings import encryption, sign_in_and_mailbox
from ..findings.refusals import greeting_refused, mailbox_refused, sign_in_refused
from ..findings.wrong_service import DetectedProtocol
from ..wire.protocol_guess import detect_protocol
from ..wire.unexpected_text import other_greeting
from .dialogue import DialogueInLines, check_credentials, header_is, plain
from .mechanism_choice import AUTH_PLAIN, choose, ways_with_password
from .sasl import Mechanism, Turn, exchange

_STAT = re.compile(rb"\+OK ([0-9]+) ([0-9]+)\b", re.IGNORECASE)
_COMMAND_LIMIT = 255  # octets with CRLF (RFC 2449 4)


class Pop3Dialogue(DialogueInLines):
    """See ``Dialogue``."""

    def greeting(self) -> str:
        line = self._connection.read_line()
        if detect_protocol(line) is not DetectedProtocol.POP3:
            raise other_greeting(self._endpoint, line, self._redact)
        if not _positive(line):
            raise greeting_refused(self._redact(line))
        return self._redact(line)

    def starttls(self) -> str:
        self._ask_capabilities()
        if "STLS" not in self._capabilities:
            raise encryption.starttls_missing(self._endpoint, self._evidence())
        answer = self._command(b"STLS")
        if not _positive(answer):
            raise encryption.starttls_refused(self._redact(answer))
        return self._redact(answer)

    def capability(self) -> str:
        self._ask_capabilities()
        return self._offered() or "the server does not know CAPA"

    def sign_in(self, username: str, password: Secret) -> str:
        check_credentials(username, password)
        mechanisms = [word for line in self._capabilities for word in line.split()[1:] if line.startswith("SASL ")]
        has_user = not self._capabilities or "USER" in self._capabilities
        ways = ways_with_password(mechanisms, "USER and PASS" if has_user else "")
        if ways:
            mechanism = ways[0]
            answer = (self._authenticate_plain if mechanism == AUTH_PLAIN else self._user_and_pass)(username, password)
        else:
            chosen = choose(mechanisms, username, password)
            if chosen is None:
                raise sign_in_and_mailbox.no_mechanism(self._endpoint, self._evidence(), mechanisms)
            mechanism, answer = f"AUTH {chosen.name}", self._authenticate(chosen)
        if not _positive(answer):
            raise sign_in_refused(self._redact(answer), username, password)
        return f"signed in as {username} with {mechanism}"

    def use(self, email: str) -> str:
        answer = self._command(b"STAT")
        match = _STAT.match(answer)
        if match is None:
            raise mailbox_refused("mailbox", self._redact(answer))
        return f"the mailbox has {self._redact(match.group(1))} messages, {self._redact(match.group(2))} bytes"

    def count(self) -> int:
        """How many messages there are; the newest has the highest number.

        Raises:
            Failure: the server does not report the number.
        """
        answer = self._command(b"STAT")
        match = _STAT.match(answer)
        if match is None:
            raise mailbox_refused("mailbox", self._redact(answer))
        count = number_in(match.group(1), MAIL_NUMBER)
        if count is None:
            raise sign_in_and_mailbox.number_too_large(self._redact(answer))
        return count

    def uid(self, number: int) -> bytes:
        """The permanent identifier of a message (RFC 1939 7); empty if the server has none."""
        words = self._command(b"UIDL %d" % number).split()
        return words[2] if len(words) > 2 and _positive(words[0]) else b""

    def has(self, number: int, field: bytes, value: bytes) -> bool:
        """Whether a message has a header field with exactly this value. TOP reads it without changing flags."""
        answer = self._command(b"TOP %d 0" % number)
        if not _positive(answer):
            raise sign_in_and_mailbox.no_message_header(self._redact(answer))
        found = False
        while True:
            line = self._connection.read_line()
            if line == b".":
                return found
            found = found or header_is(line, field, value)

    def delete(self, number: int) -> None:
        """Mark one message for deletion; ``finish`` deletes it."""
        answer = self._command(b"DELE %d" % number)
        if not _positive(answer):
            raise sign_in_and_mailbox.command_refused("let a message be deleted", self._redact(answer))

    def finish(self) -> None:
        """End the session and wait until marked messages are deleted and the mailbox is free for the next session."""
        answer = self._command(b"QUIT")
        if not _positive(answer):
            raise sign_in_and_mailbox.command_refused("delete a message", self._redact(answer))

    def leave(self) -> None:
        self._connection.leave(b"QUIT")  # deletes marked messages, of which there are none

    def _ask_capabilities(self) -> None:
        """Send CAPA. A server from before RFC 2449 refuses it and supports only USER and PASS."""
        self._capabilities = ()
        if not _positive(self._command(b"CAPA")):
            return
        lines: list[str] = []
        while True:
            line = self._connection.read_line()
            if line == b".":
                break
            lines.append(line.decode("ascii", "replace").upper().strip())
        self._capabilities = tuple(lines)

    def _authenticate(self, mechanism: Mechanism) -> bytes:
        def send(line: bytes) -> Turn[bytes]:
            answer = self._command(line)
            return Turn(answer, answer[1:].strip() if answer.startswith(b"+ ") or answer == b"+" else None)

        answer = exchange(mechanism, send(b"AUTH " + mechanism.name.encode()), send, self._redact)
        if _positive(answer):
            mechanism.finish()
        return answer

    def _authenticate_plain(self, username: str, password: Secret) -> bytes:
        message = plain(username, password)
        command = b"AUTH PLAIN " + message
        if len(command) + len(b"\r\n") <= _COMMAND_LIMIT:
            return self._command(command)
        answer = self._command(b"AUTH PLAIN")
        return self._command(message) if answer.startswith(b"+ ") or answer == b"+" else answer

    def _user_and_pass(self, username: str, password: Secret) -> bytes:
        if any(mark in username + password.reveal() for mark in "\r\n"):
            raise sign_in_and_mailbox.credentials_not_sendable("a line break")
        answer = self._command(b"USER " + username.encode())
        return self._command(b"PASS " + password.reveal().encode()) if _positive(answer) else answer

    def _command(self, text: bytes) -> bytes:
        self._connection.send_line(text)
        return self._connection.read_line()


def _positive(line: bytes) -> bool:
    return line.upper().startswith(b"+OK")
