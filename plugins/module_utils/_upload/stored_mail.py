# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages in local folders of Thunderbird, one at a time: mbox files, and folders with a message a file.

An mbox has a line that begins with ``From `` before each message, after a blank line (RFC 4155); in messages, such
lines are quoted with ``>``. The headers that Thunderbird adds tell whether a message was read, and whether it is
deleted and only waits for the folder to be compacted (X-Mozilla-Status; nsMsgMessageFlags.idl).
"""

from __future__ import annotations

import datetime
import email.utils
import re
import typing as t

LARGEST = 64 << 20  # bytes of a message; each is in memory as a whole
_LINE = 1 << 16  # bytes that are read at once
_ADDED = re.compile(rb"(?i)(?:X-Mozilla-(?:Status2?|Keys)|X-Account-Key|X-UIDL):")
_STATUS = re.compile(rb"(?i)X-Mozilla-Status:\s*([0-9a-f]{1,8})\s*$")
_QUOTED = re.compile(rb">+From ")
_FLAGS = ((0x0001, b"\\Seen"), (0x0002, b"\\Answered"), (0x0004, b"\\Flagged"))
_EXPUNGED = 0x0008


class StoredMessage(t.NamedTuple):
    """A message.

    Attributes:
        data: as it is sent, with CRLF; empty for one that is larger than LARGEST.
        identity: see ``identity``.
        flags: IMAP flags.
        is_deleted: it is marked as deleted.
        date: its own date; None if it has none.
    """

    data: bytes
    identity: bytes
    flags: tuple[bytes, ...]
    is_deleted: bool
    date: datetime.datetime | None


class MailFiles(t.Protocol):
    """The local folders of a user. All of it raises OSError."""

    def folders(self, root: str) -> t.Iterator[tuple[tuple[str, ...], str]]:
        """The folders with mail below a directory, each with its names from there, and its path."""

    def files(self, folder: str) -> t.Iterator[tuple[t.BinaryIO, bool]]:
        """The files of a folder, opened, and whether each is an mbox; otherwise it is one message."""


def messages(files: MailFiles, folder: str) -> t.Iterator[StoredMessage]:
    """The messages of a folder, in their order."""
    for stream, is_mbox in files.files(folder):
        for lines in _split(stream) if is_mbox else [list(_first(stream))]:
            yield _message(lines, quoted=is_mbox)


def _first(stream: t.BinaryIO) -> t.Iterator[bytes]:
    """The lines of a file, up to what shows that it is too large."""
    size = 0
    for line in _bounded(stream):
        yield line
        size += len(line)
        if size > LARGEST:
            return


def _bounded(stream: t.BinaryIO) -> t.Iterator[bytes]:
    """The lines of a file, long ones in parts."""
    return iter(lambda: stream.readline(_LINE), b"")


def _split(stream: t.BinaryIO) -> t.Iterator[list[bytes]]:
    """The lines of each message of an mbox; of one that is too large, no more than shows that it is."""
    lines: list[bytes] | None = None
    size, blank = 0, True
    for line in _bounded(stream):
        if blank and line.startswith(b"From "):
            if lines is not None:
                yield lines
            lines, size, blank = [], 0, False
            continue
        blank = line in (b"\n", b"\r\n")
        if lines is not None and size <= LARGEST:
            lines.append(line)
            size += len(line)
    if lines is not None:
        yield lines


def _message(lines: list[bytes], *, quoted: bool) -> StoredMessage:
    header: list[bytes] = []
    status = 0
    place = 0
    dropped = False
    while place < len(lines) and lines[place].strip(b"\r\n"):
        line = lines[place].rstrip(b"\r\n")
        place += 1
        found = _STATUS.match(line)
        status |= int(found.group(1), 16) if found else 0
        dropped = bool(_ADDED.match(line)) or (dropped and line[:1] in b" \t")
        if not dropped:
            header.append(line)
    body = lines[place:]
    if quoted and len(body) > 1 and body[-1] in (b"\n", b"\r\n"):
        body.pop()  # what separates it from the next one
    if quoted:
        body = [line[1:] if _QUOTED.match(line) else line for line in body]
    text = b"".join(body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    data = b"".join(line + b"\r\n" for line in header) + text
    values = fields(header)
    return StoredMessage(
        data=b"" if len(data) > LARGEST else data,
        identity=identity(values),
        flags=tuple(flag for bit, flag in _FLAGS if status & bit),
        is_deleted=bool(status & _EXPUNGED),
        date=_date(values.get(b"date", b"")),
    )


def fields(lines: t.Iterable[bytes]) -> dict[bytes, bytes]:
    """The first value of each header field, its name in lower case, unfolded."""
    found: dict[bytes, bytes] = {}
    name = b""
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if name:
                found[name] += b" " + line.strip()
            continue
        name, colon, value = line.partition(b":")
        name = name.strip().lower()
        if not colon or name in found:
            name = b""
            continue
        found[name] = value.strip()
    return found


def identity(values: t.Mapping[bytes, bytes]) -> bytes:
    """What tells a message from others of the same size: its Message-ID, else date, sender and subject."""
    own = values.get(b"message-id")
    parts = [own] if own else [values.get(name, b"") for name in (b"date", b"from", b"subject")]
    return b"\n".join(b" ".join(part.split()) for part in parts)


def _date(value: bytes) -> datetime.datetime | None:
    try:
        return email.utils.parsedate_to_datetime(value.decode("ascii", "replace"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
