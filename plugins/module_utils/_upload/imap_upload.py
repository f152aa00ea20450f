# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IMAP commands of an upload: list what the server has, create folders, append messages (RFC 3501)."""

from __future__ import annotations

import datetime
import re
import typing as t

from .._verify.findings import sign_in_and_mailbox
from .._verify.protocols.imap import ImapDialogue, ImapReply
from . import imap_responses
from .imap_responses import Namespace, ServerFolder
from .stored_mail import fields, identity

# A folder of others that may be seen and not read, or one that has gone since it was listed (RFC 5530).
_NOT_TO_OPEN = re.compile(rb"NO \[(?:NOPERM|NONEXISTENT)\]", re.IGNORECASE)
_EXISTS = re.compile(rb"\* ([0-9]{1,10}) EXISTS$", re.IGNORECASE)
# As much of them as tells a message from others: a line may be as long as its sender likes.
_HEADERS = ((b"MESSAGE-ID", 1000), (b"DATE FROM SUBJECT", 2000))
_BATCH = 200  # messages; what a server says of them has to fit in what a connection may receive
_PART = 1 << 16  # bytes; a slow line takes longer for a whole message than a server may take for an answer
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

Key = t.Tuple[bytes, int]  # identity and size


class ImapUpload(ImapDialogue):
    """A session of a user who is signed in."""

    def folders(self) -> tuple[list[ServerFolder], Namespace]:
        """All folders, and where the user's own ones are made."""
        self._connection.renew()
        answer = self._done(b'LIST "" "*"', "list the folders")
        found = [one for one in map(imap_responses.listed, answer.untagged) if one is not None]
        separators = [separator for _folder, separator in found if separator]
        usual = Namespace(b"", separators[-1] if separators else b"")
        return [folder for folder, _separator in found], self._namespace() or usual

    def keys(self, folder: bytes) -> t.Iterator[Key]:
        """What tells the messages of a folder from others. Nothing changes: the folder is open for reading only."""
        self._connection.renew()
        opened = self._examine(folder)
        if _NOT_TO_OPEN.match(opened.text):
            return
        if opened.status != b"OK":
            raise sign_in_and_mailbox.command_refused("open a folder", self._redact(opened.text))
        counts = [int(match.group(1)) for match in map(_EXISTS.match, opened.untagged) if match]
        for first in range(1, (counts[-1] if counts else 0) + 1, _BATCH):
            self._connection.renew()
            wanted = b"(RFC822.SIZE %s)" % b" ".join(
                b"BODY.PEEK[HEADER.FIELDS (%s)]<0.%d>" % (names, most) for names, most in _HEADERS
            )
            last = min(first + _BATCH - 1, counts[-1])
            answer = self._done(b"FETCH %d:%d %s" % (first, last, wanted), "show messages")
            for message in map(imap_responses.fetched, answer.untagged):
                if message is not None:
                    yield identity(fields(message.header)), message.size

    def create(self, folder: bytes) -> None:
        """Make a folder, and subscribe to it so that clients show it."""
        self._connection.renew()
        self._done(b"CREATE " + quoted(folder), "make a folder")
        self._command(b"SUBSCRIBE " + quoted(folder))

    def append(
        self,
        folder: bytes,
        data: bytes,
        flags: t.Sequence[bytes],
        date: datetime.datetime | None,
        progress: t.Callable[[], None],
    ) -> str:
        """Add a message.

        Args:
            folder: which is there.
            data: the message.
            flags: of IMAP.
            date: of the message; None for now.
            progress: called after each part that was sent.

        Returns:
            Why the server does not take it; empty where it does.
        """
        self._connection.renew()
        when = b"" if date is None else b' "%s"' % _internal_date(date)
        head = b"APPEND %s (%s)%s {%d}" % (quoted(folder), b" ".join(flags), when, len(data))
        answer = self._command(head)
        if answer.status == b"+":
            for start in range(0, len(data), _PART):
                self._connection.send(data[start : start + _PART])
                progress()
            self._connection.send(b"\r\n")
            answer = self._answer()
        return "" if answer.status == b"OK" else self._redact(answer.text)

    def _namespace(self) -> Namespace | None:
        """Where the server has folders of the user; None where it does not say (RFC 2342)."""
        answer = self._command(b"NAMESPACE")
        return next(filter(None, map(imap_responses.personal, answer.untagged)), None)

    def _examine(self, folder: bytes) -> ImapReply:
        if _is_quotable(folder):
            return self._command(b"EXAMINE " + quoted(folder))
        answer = self._command(b"EXAMINE {%d}" % len(folder))
        if answer.status != b"+":
            return answer
        self._connection.send(folder + b"\r\n")
        return self._answer()

    def _response(self) -> bytes:
        return imap_responses.response(self._connection.read_line, self._connection.read_bytes)


def quoted(name: bytes) -> bytes:
    """A folder's name as a quoted string.

    Raises:
        Failure: it cannot be one.
    """
    if not _is_quotable(name):
        raise sign_in_and_mailbox.command_refused("have a usable name for a folder", "")
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _is_quotable(name: bytes) -> bool:
    return all(0x20 <= byte <= 0x7E for byte in name)


def _internal_date(date: datetime.datetime) -> bytes:
    offset = date.utcoffset() or datetime.timedelta()
    minutes = int(offset.total_seconds() // 60)
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    text = f"{date.day:2d}-{_MONTHS[date.month - 1]}-{date.year:04d} {date:%H:%M:%S} {zone}"
    return text.encode("ascii")
