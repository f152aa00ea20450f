# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""POP3 over implicit TLS (RFC 1939, 2449), built on Twisted's protocol."""

# Twisted is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import collections.abc
import io
import typing as t

from twisted.internet.protocol import ServerFactory
from twisted.mail import pop3
from zope.interface import implementer  # type: ignore[import-untyped]

from .login import portal_for
from .mailboxes import Folder, Message, User


class Pop3Factory(ServerFactory):
    """Creates a protocol for each connection."""

    noisy = False

    def __init__(self, users: collections.abc.Mapping[str, User]) -> None:
        self._portal = portal_for("POP3", users, pop3.IMailbox, lambda user: _Mailbox(user.inbox))

    def buildProtocol(self, addr: object) -> t.Any:
        protocol: t.Any = _Pop3()
        protocol.factory = self
        protocol.portal = self._portal
        return protocol


class _Pop3(pop3.POP3):
    portal: t.Any

    def generateMagic(self) -> bytes:
        # Without a timestamp, the greeting does not offer APOP (RFC 1939, section 7).
        return b"charter.mail test server POP3 ready"

    def listCapabilities(self) -> list[bytes]:
        return [b"TOP", b"USER", b"UIDL", b"PIPELINING"]

    def state_COMMAND(self, line: bytes) -> object:
        try:
            return self.processCommand(*line.split(b" "))
        except pop3.POP3Error as error:
            self.failResponse(error.args[0])
        except (TypeError, ValueError):  # wrong number of arguments, or invalid ones
            self.failResponse(b"wrong arguments")
        return None

    def transformChunk(self, chunk: bytes) -> bytes:
        # Twisted's own does not escape a dot at the start of a chunk, so the mailbox returns escaped content.
        return chunk


@implementer(pop3.IMailbox)
class _Mailbox:
    """INBOX as it is at login (RFC 1939, section 8: a snapshot), numbered from 0."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._messages = tuple(folder.messages)
        self._deleted: set[int] = set()

    def listMessages(self, index: int | None = None) -> int | list[int]:
        if index is None:
            return [self._size(message) for message in self._messages]
        return self._size(self._message(index))

    def getMessage(self, index: int) -> t.BinaryIO:
        content = self._message(index).content.replace(b"\r\n.", b"\r\n..")
        return io.BytesIO(b"." + content if content.startswith(b".") else content)

    def getUidl(self, index: int) -> bytes:
        return b"%d" % self._message(index).uid

    def deleteMessage(self, index: int) -> None:
        self._deleted.add(self._message(index).uid)

    def undeleteMessages(self) -> None:
        self._deleted.clear()

    def sync(self) -> None:
        self._folder.remove(self._deleted)

    def _message(self, index: int) -> Message:
        if not 0 <= index < len(self._messages):
            raise ValueError("no such message")
        return self._messages[index]

    def _size(self, message: Message) -> int:
        return 0 if message.uid in self._deleted else len(message.content)
