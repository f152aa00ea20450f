# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IMAP commands of a test (RFC 3501 and 9051)."""

from __future__ import annotations

import dataclasses
import re

from ..._model.numbers import MAIL_NUMBER, number_in
from ..._model.redaction import Redactor
from ..._model.secret import Secret
from ..findings import encryption, sign_in_and_mailbox
from ..findings.endpoint import Endpoint
from ..findings.interruptions import ConnectionEnded
from ..findings.refusals import greeting_refused, mailbox_refused, sign_in_ended, sign_in_refused
from ..findings.wrong_service import DetectedProtocol
from ..wire.connection import Connection
from ..wire.protocol_guess import detect_protocol
from ..wire.unexpected_text import other_greeting
from .dialogue import check_credentials, header_is, plain
from .mechanism_choice import AUTH_PLAIN, choose, ways_with_password
from .sasl import Mechanism, Turn, exchange

_EXISTS = re.compile(rb"\* ([0-9]+) EXISTS$", re.IGNORECASE)
_UID_CODE = re.compile(rb"\* OK \[(UIDVALIDITY|UIDNEXT) ([0-9]+)\]", re.IGNORECASE)
_QUOTABLE = re.compile(rb"[\x20-\x7e]*")  # allowed in a quoted string here; anything else is sent as a literal


@dataclasses.dataclass(frozen=True)
class Inbox:
    """The state of an inbox (RFC 3501 2.3.1.1).

    Attributes:
        validity: as long as it stays the same, a UID means the same message.
        next_uid: new messages get this UID or a higher one.
    """

    validity: int
    next_uid: int


@dataclasses.dataclass(frozen=True)
class ImapReply:
    """The server's reply to a command.

    Attributes:
        status: OK, NO or BAD; ``+`` if the server waits for more.
        text: status and text, as sent.
        untagged: the preceding responses, one line each unless ``_response`` reads more.
    """

    status: bytes
    text: bytes
    untagged: tuple[bytes, ...]


class ImapDialogue:
    """See ``Dialogue``."""

    def __init__(self, connection: Connection, endpoint: Endpoint, redact: Redactor) -> None:
        self._connection = connection
        self._endpoint = endpoint
        self._redact = redact
        self._commands = 0
        self._capabilities: frozenset[str] = frozenset()

    def greeting(self) -> str:
        line = self._connection.read_line()
        if detect_protocol(line) is not DetectedProtocol.IMAP:
            raise other_greeting(self._endpoint, line, self._redact)
        kind = line[2:].split(b" ", 1)[0].upper()
        if kind == b"BYE":
            raise greeting_refused(self._redact(line))
        if kind == b"PREAUTH":  # it forbids STARTTLS and would prove nothing about the password
            raise sign_in_and_mailbox.signed_in_before(self._redact(line))
        return self._redact(line)

    def starttls(self) -> str:
        self._ask_capabilities()
        if "STARTTLS" not in self._capabilities:
            raise encryption.starttls_missing(self._endpoint, self._evidence())
        answer = self._command(b"STARTTLS")
        if answer.status != b"OK":
            raise encryption.starttls_refused(self._redact(answer.text))
        return self._redact(answer.text)

    def capability(self) -> str:
        self._ask_capabilities()
        return self._offered()

    def sign_in(self, username: str, password: Secret) -> str:
        check_credentials(username, password)
        try:
            mechanism, answer = self._signed_in(username, password)
        except ConnectionEnded as ending:
            raise sign_in_ended(ending, username, password) from None
        if answer.status != b"OK":
            raise sign_in_refused(self._redact(answer.text), username, password)
        return f"signed in as {username} with {mechanism}"

    def use(self, email: str) -> str:
        answer = self._command(b"EXAMINE INBOX")  # EXAMINE is SELECT, but read-only (RFC 3501 6.3.2)
        counts = [match.group(1) for match in map(_EXISTS.match, answer.untagged) if match]
        if answer.status != b"OK" or not counts:
            raise mailbox_refused("inbox", self._redact(answer.text))
        return f"INBOX has {self._redact(counts[-1])} messages"

    def refresh_capabilities(self) -> None:
        """Ask for the capabilities once more: some are listed only after signing in (UIDPLUS)."""
        self._ask_capabilities()

    def inbox(self, *, writable: bool) -> Inbox:
        """Open the inbox, or open it again.

        Args:
            writable: use SELECT, for deleting; otherwise EXAMINE, which changes nothing.
        """
        answer = self._command(b"SELECT INBOX" if writable else b"EXAMINE INBOX")
        if answer.status != b"OK":
            raise mailbox_refused("inbox", self._redact(answer.text))
        if writable and b"[READ-ONLY]" in answer.text.upper():
            raise sign_in_and_mailbox.inbox_read_only(self._redact(answer.text))
        codes = {
            match.group(1).upper(): self._number(match.group(2))
            for match in map(_UID_CODE.match, answer.untagged)
            if match is not None
        }
        next_uid = codes.get(b"UIDNEXT")
        if next_uid is None:  # it is optional (RFC 3501 6.3.1)
            next_uid = max(self._search(b"UID *"), default=0) + 1
        return Inbox(codes.get(b"UIDVALIDITY", 0), next_uid)

    def arrived(self, since: int) -> tuple[int, ...]:
        """The UIDs in the open inbox from this one on."""
        self._done(b"NOOP", "answer NOOP")  # makes the server list new messages
        # "n:*" includes the last message even if its UID is lower.
        return tuple(uid for uid in self._search(b"UID %d:*" % since) if uid >= since)

    def has(self, uid: int, field: bytes, value: bytes) -> bool:
        """Whether a message has a header field with exactly this value; no flag changes (PEEK).

        The field is fetched and compared here, since servers differ in how they search headers.
        """
        answer = self._done(b"UID FETCH %d (BODY.PEEK[HEADER.FIELDS (%s)])" % (uid, field), "show a message")
        return any(header_is(line, field, value) for line in answer.untagged)

    def delete(self, uid: int) -> bool:
        """Delete one message of the inbox, which is open for writing.

        Without UIDPLUS (RFC 4315), a server can only delete all marked messages. If others are marked, too, the message
        is only marked.

        Returns:
            Whether it was deleted.
        """
        self._done(b"UID STORE %d +FLAGS.SILENT (\\Deleted)" % uid, "let a message be deleted")
        if "UIDPLUS" in self._capabilities:
            self._done(b"UID EXPUNGE %d" % uid, "delete a message")
            return True
        if self._search(b"DELETED") != (uid,):
            return False
        self._done(b"EXPUNGE", "delete a message")
        return True

    def leave(self) -> None:
        self._connection.leave(b"z LOGOUT")

    def _done(self, command: bytes, refused: str) -> ImapReply:
        answer = self._command(command)
        if answer.status != b"OK":
            raise sign_in_and_mailbox.command_refused(refused, self._redact(answer.text))
        return answer

    def _search(self, criteria: bytes) -> tuple[int, ...]:
        answer = self._done(b"UID SEARCH " + criteria, "search the inbox")
        lists = [line.split()[2:] for line in answer.untagged if line.upper().startswith(b"* SEARCH")]
        return tuple(sorted({self._number(word) for words in lists for word in words if word.isdigit()}))

    def _number(self, digits: bytes) -> int:
        number = number_in(digits, MAIL_NUMBER)
        if number is None:
            raise sign_in_and_mailbox.number_too_large(self._redact(digits))
        return number

    def _ask_capabilities(self) -> None:
        answer = self._command(b"CAPABILITY")
        words = [line.upper().split()[2:] for line in answer.untagged if line.upper().startswith(b"* CAPABILITY ")]
        if answer.status != b"OK" or not words:
            raise sign_in_and_mailbox.no_capabilities(self._redact(answer.text))
        self._capabilities = frozenset(word.decode("ascii", "replace") for word in words[-1])

    def _evidence(self) -> str:
        return f"offers {self._offered() or 'nothing'}"

    def _offered(self) -> str:
        return self._redact(" ".join(sorted(self._capabilities)))

    def _signed_in(self, username: str, password: Secret) -> tuple[str, ImapReply]:
        """Sign in with the first mechanism in common: its name, and the server's answer."""
        mechanisms = {word[5:] for word in self._capabilities if word.startswith("AUTH=")}
        may_login = "LOGINDISABLED" not in self._capabilities
        ways = ways_with_password(mechanisms, "LOGIN" if may_login else "")
        for way in ways:
            answer = (self._authenticate_plain if way == AUTH_PLAIN else self._login)(username, password)
            # BAD concerns the command, not the password, and the server may support another command.
            if answer.status != b"BAD" or way == ways[-1]:
                return way, answer
        mechanism = choose(mechanisms, username, password)
        if mechanism is None:
            raise sign_in_and_mailbox.no_mechanism(self._endpoint, self._evidence(), mechanisms)
        return f"AUTH {mechanism.name}", self._authenticate(mechanism)

    def _authenticate(self, mechanism: Mechanism) -> ImapReply:
        def turn(answer: ImapReply) -> Turn[ImapReply]:
            return Turn(answer, answer.text[1:].strip() if answer.status == b"+" else None)

        def send(line: bytes) -> Turn[ImapReply]:
            self._connection.send_line(line)
            return turn(self._answer())

        begun = turn(self._command(b"AUTHENTICATE " + mechanism.name.encode()))
        answer = exchange(mechanism, begun, send, lambda reply: self._redact(reply.text))
        if answer.status == b"OK":
            mechanism.finish()
        return answer

    def _authenticate_plain(self, username: str, password: Secret) -> ImapReply:
        message = plain(username, password)
        if "SASL-IR" in self._capabilities:  # RFC 4959
            return self._command(b"AUTHENTICATE PLAIN " + message)
        answer = self._command(b"AUTHENTICATE PLAIN")
        if answer.status != b"+":
            return answer
        self._connection.send_line(message)
        return self._answer()

    def _login(self, username: str, password: Secret) -> ImapReply:
        """LOGIN, each argument as a quoted string or, if that cannot hold it, as a literal (RFC 3501 4.3)."""
        command = self._next_tag() + b" LOGIN"
        for argument in (username.encode(), password.reveal().encode()):
            if _QUOTABLE.fullmatch(argument):
                command += b' "' + argument.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
                continue
            self._connection.send_line(command + b" {%d}" % len(argument))
            answer = self._answer()
            if answer.status != b"+":
                return answer
            self._connection.send(argument)
            command = b""
        self._connection.send_line(command)
        return self._answer()

    def _next_tag(self) -> bytes:
        self._commands += 1
        return b"a%d" % self._commands

    def _command(self, text: bytes) -> ImapReply:
        self._connection.send_line(self._next_tag() + b" " + text)
        return self._answer()

    def _response(self) -> bytes:
        """Read the next response, or the next line of one that has several."""
        return self._connection.read_line()

    def _answer(self) -> ImapReply:
        """Read up to the line with the last tag, or up to a continuation request."""
        tag = b"a%d " % self._commands
        untagged: list[bytes] = []
        while True:
            try:
                line = self._response()
            except ConnectionEnded as ending:
                raise _with_reason(ending, untagged, self._redact) from None
            if line.startswith(b"+"):
                return ImapReply(b"+", line, tuple(untagged))
            if line.startswith(tag):
                text = line[len(tag) :]
                return ImapReply(text.split(b" ", 1)[0].upper(), text, tuple(untagged))
            untagged.append(line)


def _with_reason(ending: ConnectionEnded, untagged: list[bytes], redact: Redactor) -> ConnectionEnded:
    """The ending, with the reason that a server usually gives in an untagged BYE."""
    reasons = [line for line in untagged if line.upper().startswith(b"* BYE")]
    return ConnectionEnded(redact(reasons[-1])) if reasons else ending
