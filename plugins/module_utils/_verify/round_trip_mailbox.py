# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inbox of an account in a round trip. Test messages are found by their mark, and only those are deleted.

Nothing else in it changes: flags are kept (PEEK in IMAP, TOP in POP3).
"""

from __future__ import annotations

import contextlib
import typing as t

from .context import Context
from .findings.endpoint import Endpoint, MailService
from .findings.sign_in_and_mailbox import inbox_renumbered
from .login import Login
from .protocols.imap import ImapDialogue
from .protocols.pop3 import Pop3Dialogue
from .session import signed_in
from .wire.connection import Deadline

MARK = b"Charter-Mail-Test"
_NEWEST = 50  # messages of a POP3 mailbox to inspect; new ones are last


class Mailbox(t.Protocol):
    """The inbox, opened before the message is sent."""

    def count_marked(self, value: bytes) -> int:
        """How many messages there are now with this value of the field MARK."""

    def delete(self, value: bytes) -> str:
        """Delete them. Return a sentence about what failed; usually empty."""

    @property
    def pauses(self) -> t.Iterator[float]:
        """The seconds to wait before each further count, without end."""


@contextlib.contextmanager
def mailbox(endpoint: Endpoint, login: Login, context: Context) -> t.Iterator[Mailbox]:
    """Open the inbox of an incoming endpoint. Each step may take as long as a test."""
    if endpoint.service is MailService.POP3:
        yield Pop3Mailbox(endpoint, login, context)
        return
    deadline = Deadline(context.options.timeout, context.environment.clock)
    with signed_in(ImapDialogue, endpoint, login, context, deadline) as dialogue:
        yield ImapMailbox(dialogue, deadline)


class ImapMailbox:
    """Uses one connection. The inbox is read-only until a message is deleted."""

    def __init__(self, dialogue: ImapDialogue, deadline: Deadline) -> None:
        self._dialogue = dialogue
        self._deadline = deadline
        dialogue.refresh_capabilities()
        self._before = dialogue.inbox(writable=False)
        self._others: set[int] = set()

    @property
    def pauses(self) -> t.Iterator[float]:
        return _growing(0.25, 2.0)

    def count_marked(self, value: bytes) -> int:
        self._deadline.restart()
        return len(self._marked(value))

    def delete(self, value: bytes) -> str:
        self._deadline.restart()
        now = self._dialogue.inbox(writable=True)
        if now.validity != self._before.validity:
            raise inbox_renumbered(self._before.validity, now.validity)
        gone = [self._dialogue.delete(uid) for uid in self._marked(value)]
        if all(gone):
            return ""
        return (
            "It is marked as deleted, and the next expunge removes it: the server lacks UIDPLUS, and an expunge now "
            "would also have removed other messages that are marked."
        )

    def _marked(self, value: bytes) -> list[int]:
        """Marked messages among new ones; others are inspected only once."""
        arrived = [uid for uid in self._dialogue.arrived(self._before.next_uid) if uid not in self._others]
        marked = [uid for uid in arrived if self._dialogue.has(uid, MARK, value)]
        self._others.update(set(arrived).difference(marked))
        return marked


class Pop3Mailbox:
    """Uses a session per count: within a session, POP3 shows no new mail (RFC 1939 3)."""

    def __init__(self, endpoint: Endpoint, login: Login, context: Context) -> None:
        self._endpoint = endpoint
        self._login = login
        self._context = context
        with self._session() as dialogue:
            count = dialogue.count()
            self._last = dialogue.uid(count) if count else b""
            dialogue.finish()

    @property
    def pauses(self) -> t.Iterator[float]:
        return _growing(1.0, 10.0)  # each count is a sign-in, and servers limit those

    def count_marked(self, value: bytes) -> int:
        with self._session() as dialogue:
            found = self._marked(dialogue, value)
            dialogue.finish()
        return len(found)

    def delete(self, value: bytes) -> str:
        with self._session() as dialogue:
            for number in self._marked(dialogue, value):
                dialogue.delete(number)
            dialogue.finish()
        return ""

    def _session(self) -> t.ContextManager[Pop3Dialogue]:
        deadline = Deadline(self._context.options.timeout, self._context.environment.clock)
        return signed_in(Pop3Dialogue, self._endpoint, self._login, self._context, deadline)

    def _marked(self, dialogue: Pop3Dialogue, value: bytes) -> list[int]:
        """Marked messages among those after the formerly last one."""
        found = []
        count = dialogue.count()
        for number in range(count, max(0, count - _NEWEST), -1):
            if self._last and dialogue.uid(number) == self._last:
                break
            if dialogue.has(number, MARK, value):
                found.append(number)
        return found


def _growing(first: float, longest: float) -> t.Iterator[float]:
    pause = first
    while True:
        yield pause
        pause = min(pause * 1.5, longest)
