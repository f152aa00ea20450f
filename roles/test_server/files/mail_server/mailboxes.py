# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mail store: users, their folders and messages, in memory and independent of any protocol.

IMAP, POP3 and submission are three views of it.
"""

from __future__ import annotations

import collections.abc
import datetime
import email.message
import email.policy
import email.utils

FOLDERS = ("INBOX", "Drafts", "Sent", "Trash")

DELETED = "\\Deleted"
SEEN = "\\Seen"

_WELCOME = """\
Hello,

a test server of charter.mail created this mailbox when it started and
removes it when it ends. If you can read this, receiving mail works.
"""


class Message:
    """A stored message.

    Attributes:
        uid: its unique identifier in its folder, which never changes and is never reused (RFC 3501, 2.3.1.1).
        content: the message as it arrived, with CRLF line endings.
        flags: IMAP flags, for example ``\\Seen``.
        received: the time at which it was stored.
    """

    def __init__(self, uid: int, content: bytes, flags: collections.abc.Iterable[str]) -> None:
        self.uid = uid
        self.content = content
        self.flags = set(flags)
        self.received = datetime.datetime.now(datetime.UTC)


class Folder:
    """A mail folder, oldest message first.

    Attributes:
        name: its IMAP name.
        messages: its messages.
        uid_next: the UID of the next message.
        watchers: functions to call, without arguments, after a message was added.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.messages: list[Message] = []
        self.uid_next = 1
        self.watchers: list[collections.abc.Callable[[], None]] = []

    def add(self, content: bytes, flags: collections.abc.Iterable[str] = ()) -> Message:
        """Store a message with CRLF line endings."""
        message = Message(self.uid_next, content, flags)
        self.uid_next += 1
        self.messages.append(message)
        for watcher in tuple(self.watchers):
            watcher()
        return message

    def remove(self, uids: collections.abc.Container[int]) -> None:
        """Remove the messages with these UIDs; unknown UIDs are ignored."""
        self.messages = [message for message in self.messages if message.uid not in uids]


class User:
    """A user with a mailbox.

    Attributes:
        address: the e-mail address in lower case, which is also the login name.
        password: the password for all protocols.
        folders: the folders by name, the same for all users.
    """

    def __init__(self, address: str, password: str) -> None:
        self.address = address
        self.password = password
        self.folders = {name: Folder(name) for name in FOLDERS}
        self.inbox.add(_welcome(address))

    @property
    def inbox(self) -> Folder:
        """The folder in which mail arrives."""
        return self.folders["INBOX"]


def _welcome(address: str) -> bytes:
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = "charter.mail test server <test-server@localhost>"
    message["To"] = address
    message["Subject"] = "Welcome"
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = email.utils.make_msgid(domain="localhost")
    message.set_content(_WELCOME, charset="us-ascii")
    return message.as_bytes()
