# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inbox of an account as a round trip needs it: look for messages with a mark, and delete those.

Nothing else in it changes: flags are left alone (IMAP with PEEK, POP3 with TOP), and only marked messages are deleted.
"""

from __future__ import annotations

import contextlib
import typing as t

from .endpoint_walk import Context
from .findings.endpoint import Endpoint, MailService
from .findings.failure import Failure
from .login import Login
from .protocols.imap import ImapDialogue
from .protocols.pop3 import Pop3Dialogue
from .session import signed_in
from .wire.connection import Deadline

MARK = b"Charter-Mail-Test"
_NEWEST = 50  # how many messages of a POP3 mailbox are looked at: what has just come is the last


class Mailbox(t.Protocol):
    """The inbox, from a moment before the message is sent."""

    def look(self, value: bytes) -> int:
        """How many messages there are now whose field MARK has this value."""

    def delete(self, value: bytes) -> str:
        """Delete them; what could not be done, as a sentence, or nothing."""

    @property
    def pauses(self) -> t.Iterator[float]:
        """How many seconds to wait before each further look, without end."""


@contextlib.contextmanager
def mailbox(endpoint: Endpoint, login: Login, kit: Context) -> t.Iterator[Mailbox]:
    """Open the inbox of an incoming endpoint. Each of its steps may take as long as a test."""
    if endpoint.service is MailService.POP3:
        yield Pop3Mailbox(endpoint, login, kit)
        return
    deadline = Deadline(kit.options.timeout, kit.world.clock)
    with signed_in(ImapDialogue, endpoint, login, kit, deadline) as dialogue:
        yield ImapMailbox(dialogue, deadline)


class ImapMailbox:
    """Over one connection. The inbox is open for reading only until something is to be deleted."""

    def __init__(self, dialogue: ImapDialogue, deadline: Deadline) -> None:
        self._dialogue = dialogue
        self._deadline = deadline
        dialogue.ask_again()
        self._before = dialogue.inbox(writable=False)
        self._others: set[int] = set()

    @property
    def pauses(self) -> t.Iterator[float]:
        return _growing(0.25, 2.0)

    def look(self, value: bytes) -> int:
        self._deadline.restart()
        return len(self._marked(value))

    def delete(self, value: bytes) -> str:
        self._deadline.restart()
        now = self._dialogue.inbox(writable=True)
        if now.validity != self._before.validity:
            raise Failure(
                "has given all messages new numbers meanwhile",
                f"UIDVALIDITY {now.validity} after {self._before.validity}",
                "The inbox was made anew during the test. Run it again.",
            )
        gone = [self._dialogue.delete(uid) for uid in self._marked(value)]
        if all(gone):
            return ""
        return (
            "It is marked as deleted and goes with the next expunge: the server lacks UIDPLUS, and other messages that "
            "are marked would have gone with it."
        )

    def _marked(self, value: bytes) -> list[int]:
        """Among the messages that came since; the others need not be asked twice."""
        arrived = [uid for uid in self._dialogue.arrived(self._before.next_uid) if uid not in self._others]
        marked = [uid for uid in arrived if self._dialogue.has(uid, MARK, value)]
        self._others.update(set(arrived).difference(marked))
        return marked


class Pop3Mailbox:
    """A session for each look: within one, POP3 shows no new mail (RFC 1939 3)."""

    def __init__(self, endpoint: Endpoint, login: Login, kit: Context) -> None:
        self._endpoint = endpoint
        self._login = login
        self._kit = kit
        with self._session() as dialogue:
            count = dialogue.count()
            self._last = dialogue.uid(count) if count else b""
            dialogue.finish()

    @property
    def pauses(self) -> t.Iterator[float]:
        return _growing(1.0, 10.0)  # each look is a sign-in, and servers count those

    def look(self, value: bytes) -> int:
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
        deadline = Deadline(self._kit.options.timeout, self._kit.world.clock)
        return signed_in(Pop3Dialogue, self._endpoint, self._login, self._kit, deadline)

    def _marked(self, dialogue: Pop3Dialogue, value: bytes) -> list[int]:
        """Among the messages that came after the one that was the last before."""
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
