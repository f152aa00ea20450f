# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IMAP over implicit TLS (RFC 3501), built on Twisted's protocol.

All users have the same folders, which cannot be created, renamed or deleted. A session is notified of new messages at
once, but not of messages that another session expunges.
"""

# Twisted is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import collections.abc
import email
import email.message
import email.policy
import email.utils
import io
import typing as t

from twisted.internet import defer
from twisted.internet.protocol import ServerFactory, connectionDone
from twisted.mail import imap4
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped]

from .login import portal_for
from .mailboxes import DELETED, FOLDERS, SEEN, Folder, Message, User

_FLAGS = (SEEN, DELETED, "\\Answered", "\\Flagged", "\\Draft")
_SPECIAL = {"Drafts": "\\Drafts", "Sent": "\\Sent", "Trash": "\\Trash"}  # RFC 6154
_MECHANISMS = {b"PLAIN": imap4.PLAINCredentials, b"LOGIN": imap4.LOGINCredentials}
_CRLF = email.policy.compat32.clone(linesep="\r\n")


class ImapFactory(ServerFactory):
    """Creates a protocol for each connection."""

    noisy = False

    def __init__(self, users: collections.abc.Mapping[str, User]) -> None:
        self._portal = portal_for("IMAP", users, imap4.IAccount, _Account)

    def buildProtocol(self, addr: object) -> _Imap:
        protocol = _Imap(_MECHANISMS)
        protocol.factory = self
        protocol.portal = self._portal
        return protocol


class _Imap(imap4.IMAP4Server):
    IDENT = b"charter.mail test server IMAP ready"
    portal: t.Any

    def capabilities(self) -> dict[bytes, list[bytes] | None]:
        return {b"AUTH": list(_MECHANISMS), b"IDLE": None}

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.mbox is not None:
            self.mbox.removeListener(self)
            self.mbox = None
        super().connectionLost(reason)

    def _cbSelectWork(self, mbox: _Mailbox | None, cmdName: bytes, tag: bytes) -> None:
        # RFC 3501, 6.3.1 requires these two as well.
        if mbox is not None:
            kept = _FLAGS if mbox.isWriteable() else ()
            self.sendPositiveResponse(None, b"[UIDNEXT %d]" % mbox.getUIDNext())
            self.sendPositiveResponse(None, b"[PERMANENTFLAGS (%s)]" % " ".join(kept).encode())
        super()._cbSelectWork(mbox, cmdName, tag)

    # Twisted's own methods fail if the folder does not exist or no flags are given (RFC 3501, 6.3.11).

    def _cbAppendGotMailbox(
        self, mbox: _Mailbox | None, tag: bytes, flags: list[bytes] | None, date: bytes | None, message: t.BinaryIO
    ) -> None:
        if mbox is None:
            self.sendNegativeResponse(tag, b"[TRYCREATE] No such folder")
        else:
            super()._cbAppendGotMailbox(mbox, tag, flags or [], date, message)

    def _cbCopySelectedMailbox(
        self, mbox: _Mailbox | None, tag: bytes, messages: imap4.MessageSet, mailbox: str, uid: bool
    ) -> None:
        if mbox is None:
            self.sendNegativeResponse(tag, b"[TRYCREATE] No such folder")
        else:
            super()._cbCopySelectedMailbox(mbox, tag, messages, mailbox, uid)


@implementer(imap4.IAccount)
class _Account:
    """A user's folders."""

    def __init__(self, user: User) -> None:
        self._folders = user.folders

    def select(self, name: str, rw: bool = True) -> _Mailbox | None:
        folder = self._folders.get("INBOX" if name.upper() == "INBOX" else name)
        return None if folder is None else _Mailbox(folder, bool(rw))

    def listMailboxes(self, ref: str, wildcard: str) -> list[tuple[str, _Listed]]:
        pattern = imap4.wildcardToRegexp(ref + wildcard, "/")
        return [(name, _Listed(name)) for name in FOLDERS if pattern.match(name)]

    def isSubscribed(self, name: str) -> bool:
        return name in self._folders

    def subscribe(self, name: str) -> None:
        if name not in self._folders:
            raise imap4.NoSuchMailbox(name)

    def unsubscribe(self, name: str) -> None:
        raise imap4.MailboxException("every folder of this server is subscribed")

    def addMailbox(self, name: str, mbox: object = None) -> bool:
        return self.create(name)

    def create(self, pathspec: str) -> bool:
        raise imap4.MailboxException("the folders of this server are fixed")

    def delete(self, name: str) -> bool:
        raise imap4.MailboxException("the folders of this server are fixed")

    def rename(self, oldname: str, newname: str) -> bool:
        raise imap4.MailboxException("the folders of this server are fixed")


@implementer(imap4.IMailboxInfo)
class _Listed:
    """A folder in a LIST response, with its attributes instead of the flags of its messages."""

    def __init__(self, name: str) -> None:
        self._name = name

    def getFlags(self) -> list[str]:
        special = _SPECIAL.get(self._name)
        return [] if special is None else [special]

    def getHierarchicalDelimiter(self) -> str:
        return "/"


@implementer(imap4.IMailbox)
class _Mailbox:
    """A folder that one session has selected or examined."""

    def __init__(self, folder: Folder, writeable: bool) -> None:
        self._folder = folder
        self._writeable = writeable
        self._listeners: list[imap4.IMAP4Server] = []

    def getFlags(self) -> list[str]:
        return list(_FLAGS)

    def getHierarchicalDelimiter(self) -> str:
        return "/"

    def getUIDValidity(self) -> int:
        return 1

    def getUIDNext(self) -> int:
        return self._folder.uid_next

    def getUID(self, message: int) -> int:
        return self._folder.messages[message - 1].uid

    def getMessageCount(self) -> int:
        return len(self._folder.messages)

    def getRecentCount(self) -> int:
        return 0

    def getUnseenCount(self) -> int:
        return sum(SEEN not in message.flags for message in self._folder.messages)

    def isWriteable(self) -> bool:
        return self._writeable

    def destroy(self) -> None:
        raise imap4.MailboxException("the folders of this server are fixed")

    def requestStatus(self, names: list[str]) -> dict[str, int]:
        counts: dict[str, int] = imap4.statusRequestHelper(self, names)
        return counts

    def addListener(self, listener: imap4.IMAP4Server) -> None:
        self._listeners.append(listener)
        if len(self._listeners) == 1:
            self._folder.watchers.append(self._announce)

    def removeListener(self, listener: imap4.IMAP4Server) -> None:
        self._listeners.remove(listener)
        if not self._listeners:
            self._folder.watchers.remove(self._announce)

    def addMessage(
        self, message: t.BinaryIO, flags: collections.abc.Iterable[str] = (), date: bytes | None = None
    ) -> defer.Deferred[int]:
        return defer.succeed(self._folder.add(message.read(), flags).uid)

    def expunge(self) -> list[int]:
        self._check_writeable()
        gone = {message.uid for message in self._folder.messages if DELETED in message.flags}
        numbers = [number for number, message in enumerate(self._folder.messages, 1) if message.uid in gone]
        self._folder.remove(gone)
        # Each expunge renumbers the messages that follow (RFC 3501, 7.4.1). From the highest down, no number changes.
        return numbers[::-1]

    def fetch(self, messages: imap4.MessageSet, uid: bool) -> list[tuple[int, _StoredMessage]]:
        return [(number, _StoredMessage(message)) for number, message in self._selected(messages, uid)]

    def store(
        self, messages: imap4.MessageSet, flags: collections.abc.Iterable[str], mode: int, uid: bool
    ) -> dict[int, list[str]]:
        self._check_writeable()
        selected = self._selected(messages, uid)
        for _number, message in selected:
            if mode > 0:
                message.flags.update(flags)
            elif mode < 0:
                message.flags.difference_update(flags)
            else:
                message.flags = set(flags)
        return {number: sorted(message.flags) for number, message in selected}

    def _selected(self, messages: imap4.MessageSet, uid: bool) -> list[tuple[int, Message]]:
        stored = self._folder.messages
        messages.last = (stored[-1].uid if stored else 0) if uid else len(stored)
        return [pair for pair in enumerate(stored, 1) if (pair[1].uid if uid else pair[0]) in messages]

    def _check_writeable(self) -> None:
        if not self._writeable:
            raise imap4.ReadOnlyMailbox(self._folder.name)

    def _announce(self) -> None:
        for listener in self._listeners:
            listener.newMessages(self.getMessageCount(), None)


@implementer(imap4.IMessagePart)
class _Part:
    """A MIME part."""

    def __init__(self, part: email.message.Message) -> None:
        self._part = part

    def getHeaders(self, negate: bool, *names: bytes | str) -> email.message.Message:
        # Message has the dictionary methods that Twisted uses, and keeps repeated headers.
        listed = {(name.decode("ascii", "replace") if isinstance(name, bytes) else name).lower() for name in names}
        chosen = email.message.Message()
        for name, value in self._part.items():
            if (name.lower() in listed) != negate:
                chosen[name] = str(value).encode("ascii", "replace").decode()
        return chosen

    def getBodyFile(self) -> t.BinaryIO:
        content = self._part.as_bytes(policy=_CRLF)
        return io.BytesIO(content.partition(b"\r\n\r\n")[2])

    def getSize(self) -> int:
        return len(self.getBodyFile().read())

    def isMultipart(self) -> bool:
        return self._part.is_multipart()

    def getSubPart(self, part: int) -> _Part:
        parts = self._part.get_payload()
        if not isinstance(parts, list):
            raise TypeError("not a multipart message")
        return _Part(t.cast(email.message.Message, parts[part]))


@implementer(imap4.IMessage, imap4.IMessageFile)
class _StoredMessage(_Part):
    """A whole message, as it was stored."""

    def __init__(self, message: Message) -> None:
        super().__init__(email.message_from_bytes(message.content))
        self._message = message

    def getUID(self) -> int:
        return self._message.uid

    def getFlags(self) -> list[str]:
        return sorted(self._message.flags)

    def getInternalDate(self) -> str:
        return email.utils.format_datetime(self._message.received)

    def getSize(self) -> int:
        return len(self._message.content)

    def getBodyFile(self) -> t.BinaryIO:
        return io.BytesIO(self._message.content.partition(b"\r\n\r\n")[2])

    def open(self) -> t.BinaryIO:
        return io.BytesIO(self._message.content)
