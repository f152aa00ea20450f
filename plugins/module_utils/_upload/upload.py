# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads local messages that a server does not have. Nothing is changed on this host or deleted on the server.

A run that ends early is resumed by the next one: what the server has by then is not sent again.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._formats import modified_utf7
from .._verify.context import Context
from .._verify.findings.endpoint import Endpoint
from .._verify.login import Login
from .._verify.session import signed_in
from .._verify.wire.connection import Deadline
from . import stored_mail
from .imap_upload import ImapUpload

_NEAR = range(-2, 3)  # bytes; a line break more or less at the end of a message makes no other one of it
_PROGRESS = 100  # messages


@dataclasses.dataclass
class Counts:
    """What became of the local messages.

    Attributes:
        found: all of them.
        uploaded: how many were added to the server, or would be in check mode.
        there: how many the server had.
        deleted: how many are marked as deleted, and were left out.
        refused: how many the server did not take, or were too large.
        reason: what the server said of the first that it did not take.
    """

    found: int = 0
    uploaded: int = 0
    there: int = 0
    deleted: int = 0
    refused: int = 0
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Upload:
    """What to do.

    Attributes:
        endpoint: the IMAP server.
        login: with a password.
        context: see there.
        folder: the folder of the server that gets the messages; below it, the local folders have their own names.
        check_mode: add nothing.
        files: have the mail.
        progress: told after every hundred messages.
    """

    endpoint: Endpoint
    login: Login
    context: Context
    folder: str
    check_mode: bool
    files: stored_mail.MailFiles
    progress: t.Callable[[Counts], None]

    def run(self, roots: t.Sequence[str], counts: Counts) -> None:
        """Upload all messages below some directories.

        Args:
            roots: directories of Thunderbird.
            counts: which grow with each message, so that an error leaves those up to it.

        Raises:
            Failure: the server cannot be used.
            OSError: a folder cannot be read.
        """
        deadline = Deadline(self.context.options.timeout, self.context.environment.clock)
        with signed_in(ImapUpload, self.endpoint, self.login, self.context, deadline) as session:
            server = _Server(session, deadline)
            for root in roots:
                for names, path in self.files.folders(root):
                    for message in stored_mail.messages(self.files, path):
                        self._message(server, names, message, counts)

    def _message(
        self, server: _Server, names: t.Sequence[str], message: stored_mail.StoredMessage, counts: Counts
    ) -> None:
        counts.found += 1
        if message.is_deleted:
            counts.deleted += 1
        elif not message.data or b"\0" in message.data:
            counts.refused += 1
            counts.reason = counts.reason or "it is too large, or not text"
        elif server.has(message):
            counts.there += 1
        else:
            refusal = "" if self.check_mode else server.add((self.folder, *names), message)
            if not refusal:
                server.note(message)
            counts.uploaded += not refusal
            counts.refused += bool(refusal)
            counts.reason = counts.reason or refusal
        if counts.found % _PROGRESS == 0:
            self.progress(counts)


class _Server:
    """What the server has, and what it gets."""

    def __init__(self, session: ImapUpload, deadline: Deadline) -> None:
        self._session = session
        self._deadline = deadline
        deadline.restart()
        folders, self._namespace = session.folders()
        self._names = {folder.name for folder in folders}
        self._closed = {folder.name for folder in folders if not folder.is_open}
        self._keys: set[tuple[bytes, int]] = set()
        for folder in folders:
            if folder.is_open:
                deadline.restart()
                for key in session.keys(folder.name):
                    self._keys.add(key)
                    deadline.restart()

    def has(self, message: stored_mail.StoredMessage) -> bool:
        size = len(message.data)
        return any((message.identity, size + more) in self._keys for more in _NEAR)

    def note(self, message: stored_mail.StoredMessage) -> None:
        self._keys.add((message.identity, len(message.data)))

    def add(self, names: t.Sequence[str], message: stored_mail.StoredMessage) -> str:
        self._deadline.restart()
        prefix, separator = self._namespace
        parts = [modified_utf7.encoded(name).encode("ascii") for name in names]
        parts = [part.replace(separator, b"_") if separator else part for part in parts]
        for depth in range(1, len(parts) + 1) if separator else (len(parts),):
            folder = prefix + (separator or b".").join(parts[:depth])
            # One that only has folders below it cannot have mail either.
            if folder not in self._names or (depth == len(parts) and folder in self._closed):
                self._session.create(folder)
                self._names.add(folder)
                self._closed.discard(folder)
        return self._session.append(folder, message.data, message.flags, message.date, self._deadline.restart)
