# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IMAP commands of an upload: list what the server has, create folders, append messages (RFC 3501)."""

from __future__ import annotations

import datetime
import re
import typing as t

from .._verify.findings import sessions
from .._verify.protocols.imap import ImapDialogue
from .stored_mail import fields, identity

# * LIST (\HasNoChildren) "/" "INBOX"; the name may be an atom.
_LIST = re.compile(rb'\* LIST \(([^)]*)\) (NIL|"(?:\\.|[^"\\])") ("(?:\\.|[^"\\])*"|[^ "{}()\\]+)$', re.IGNORECASE)
_FETCH = re.compile(rb"\* ([0-9]{1,10}) FETCH \(", re.IGNORECASE)
_SIZE = re.compile(rb"RFC822\.SIZE ([0-9]{1,12})", re.IGNORECASE)
_EXISTS = re.compile(rb"\* ([0-9]{1,10}) EXISTS$", re.IGNORECASE)
# As much of them as tells a message from others: a line may be as long as its sender likes.
_HEADERS = ((b"MESSAGE-ID", 1000), (b"DATE FROM SUBJECT", 2000))
_BATCH = 200  # messages; what a server says of them has to fit in what a connection may receive
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

Key = t.Tuple[bytes, int]  # identity and size


class ServerFolder(t.NamedTuple):
    """A folder of the server.

    Attributes:
        name: as the server writes it, in modified UTF-7 (RFC 3501 5.1.3).
        is_open: it can be selected.
    """

    name: bytes
    is_open: bool


class ImapUpload(ImapDialogue):
    """A session of a user who is signed in."""

    def folders(self) -> tuple[list[ServerFolder], bytes]:
        """All folders, and what separates the levels of their names; empty for a server without levels."""
        found: list[ServerFolder] = []
        separator = b""
        for line in self._listed():
            match = _LIST.match(line)
            if match is None:
                continue
            if match.group(2).upper() != b"NIL":
                separator = _unquoted(match.group(2))
            attributes = match.group(1).lower().split()
            closed = {b"\\noselect", b"\\nonexistent"}.intersection(attributes)
            found.append(ServerFolder(_unquoted(match.group(3)), not closed))
        return found, separator

    def keys(self, folder: bytes) -> t.Iterator[Key]:
        """What tells the messages of a folder from others. Nothing changes: the folder is open for reading only."""
        self._connection.renew()
        opened = self._done(b"EXAMINE " + quoted(folder), "open a folder")
        counts = [int(match.group(1)) for match in map(_EXISTS.match, opened.untagged) if match]
        for first in range(1, (counts[-1] if counts else 0) + 1, _BATCH):
            self._connection.renew()
            wanted = b"(RFC822.SIZE %s)" % b" ".join(
                b"BODY.PEEK[HEADER.FIELDS (%s)]<0.%d>" % (names, most) for names, most in _HEADERS
            )
            last = min(first + _BATCH - 1, counts[-1])
            answer = self._done(b"FETCH %d:%d %s" % (first, last, wanted), "show messages")
            yield from _keys(answer.untagged)

    def create(self, folder: bytes) -> None:
        """Make a folder, and subscribe to it so that clients show it."""
        self._connection.renew()
        self._done(b"CREATE " + quoted(folder), "make a folder")
        self._command(b"SUBSCRIBE " + quoted(folder))

    def append(self, folder: bytes, data: bytes, flags: t.Sequence[bytes], date: datetime.datetime | None) -> str:
        """Add a message.

        Returns:
            Why the server does not take it; empty where it does.
        """
        self._connection.renew()
        when = b"" if date is None else b' "%s"' % _internal_date(date)
        head = b"APPEND %s (%s)%s {%d}" % (quoted(folder), b" ".join(flags), when, len(data))
        answer = self._command(head)
        if answer.status == b"+":
            self._connection.send(data + b"\r\n")
            answer = self._answer()
        return "" if answer.status == b"OK" else self._redact(answer.text)

    def _listed(self) -> t.Sequence[bytes]:
        self._connection.renew()
        return self._done(b'LIST "" "*"', "list the folders").untagged


def _keys(untagged: t.Sequence[bytes]) -> t.Iterator[Key]:
    """The messages in the answer to a FETCH: the header fields of each are a literal, whose lines are lines here."""
    block: list[bytes] = []
    for line in (*untagged, b"* 0 FETCH ("):
        if _FETCH.match(line):
            sizes = [match.group(1) for match in map(_SIZE.search, (*block[:1], *block[-1:])) if match]
            if sizes:
                yield identity(fields(block[1:])), int(sizes[0])
            block = [line]
        elif not line.startswith(b"* "):  # news of the folder may come in between
            block.append(line)


def quoted(name: bytes) -> bytes:
    """A folder's name as a quoted string.

    Raises:
        Failure: it cannot be one.
    """
    if any(byte < 0x20 or byte > 0x7E for byte in name):
        raise sessions.command_refused("have a usable name for a folder", "")
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _unquoted(token: bytes) -> bytes:
    if token.startswith(b'"'):
        return re.sub(rb"\\(.)", rb"\1", token[1:-1])
    return token


def _internal_date(date: datetime.datetime) -> bytes:
    offset = date.utcoffset() or datetime.timedelta()
    minutes = int(offset.total_seconds() // 60)
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    text = f"{date.day:2d}-{_MONTHS[date.month - 1]}-{date.year:04d} {date:%H:%M:%S} {zone}"
    return text.encode("ascii")
