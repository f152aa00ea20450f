# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripted servers around one mailbox: what is sent comes in, sooner or later, once, often or never."""

from __future__ import annotations

import dataclasses
import email
import email.message
import threading
import typing as t

from .idle_clock import CLOCK
from .mail_servers import Answer, ImapSession, Pop3Session, Server, SmtpSession
from .scripted_server import Gone, Script, Talk

_ANSWERS = t.Mapping[bytes, t.Callable[[bytes], Answer]]


@dataclasses.dataclass(frozen=True)
class StoredMessage:
    """A message in the mailbox.

    Attributes:
        uid: its number for good.
        content: header and body, with CRLF.
        flags: IMAP's.
    """

    uid: int
    content: bytes
    flags: frozenset[bytes]

    def field(self, name: bytes) -> bytes:
        """A line of the header, with its CRLF; empty where there is none."""
        header = self.content.partition(b"\r\n\r\n")[0]
        lines = [line for line in header.split(b"\r\n") if line.lower().startswith(name.lower() + b":")]
        return lines[0] + b"\r\n" if lines else b""


class FakeMailbox:
    """The mailbox and how it misbehaves.

    Args:
        messages: what is in it.
        copies: how many of each message arrive.
        delay: seconds that they need.
        uidplus: IMAP offers UIDPLUS.
        new_validity: IMAP's UIDVALIDITY changes with each look.
        tells_next_uid: IMAP says which number comes next.
        goes_away: IMAP hangs up when it is asked for what came.
        top: POP3 knows TOP.
        uidl: POP3 knows UIDL.
        refusal: SMTP's answer to the message.
    """

    def __init__(
        self,
        messages: list[StoredMessage],
        *,
        copies: int = 1,
        delay: float = 0.0,
        uidplus: bool = True,
        new_validity: bool = False,
        tells_next_uid: bool = True,
        goes_away: bool = False,
        top: bool = True,
        uidl: bool = True,
        refusal: bytes = b"",
    ) -> None:
        self.sent: list[email.message.Message] = []
        self.commands: list[bytes] = []
        self.uidplus = uidplus
        self.new_validity = new_validity
        self.tells_next_uid = tells_next_uid
        self.goes_away = goes_away
        self.top = top
        self.uidl = uidl
        self.refusal = refusal
        self._messages = messages
        self._coming: list[tuple[float, bytes]] = []
        self._copies = copies
        self._delay = delay
        self._lock = threading.Lock()

    @property
    def messages(self) -> list[StoredMessage]:
        """What is in the mailbox now."""
        with self._lock:
            here = [content for moment, content in self._coming if moment <= CLOCK.monotonic()]
            self._coming = [entry for entry in self._coming if entry[1] not in here]
            for content in here:
                self._messages.append(StoredMessage(self.next_uid, content, frozenset()))
            return list(self._messages)

    @property
    def next_uid(self) -> int:
        """Of the next message."""
        return max([stored.uid for stored in self._messages], default=10) + 1

    def take(self, content: bytes) -> None:
        """A message was sent."""
        self.sent.append(email.message_from_bytes(content))
        moment = CLOCK.monotonic() + self._delay
        with self._lock:
            self._coming += [(moment, content)] * self._copies

    def change(self, uid: int, flags: frozenset[bytes] | None) -> None:
        """Give a message other flags, or remove it."""
        with self._lock:
            place = [stored.uid for stored in self._messages].index(uid)
            changed = [] if flags is None else [dataclasses.replace(self._messages[place], flags=flags)]
            self._messages[place : place + 1] = changed


def imap(server: Server, mailbox: FakeMailbox) -> Script:
    """The mailbox by IMAP."""
    return lambda talk: _Imap(server, talk, mailbox).run()


def pop3(server: Server, mailbox: FakeMailbox) -> Script:
    """The mailbox by POP3."""
    return lambda talk: _Pop3(server, talk, mailbox).run()


def smtp(server: Server, mailbox: FakeMailbox) -> Script:
    """Where its mail comes from."""
    return lambda talk: _Smtp(server, talk, mailbox).run()


class _Imap(ImapSession):
    """Has no command that reads a message without PEEK, and none that changes a flag but the one for deletion."""

    def __init__(self, server: Server, talk: Talk, mailbox: FakeMailbox) -> None:
        super().__init__(server, talk)
        self.mailbox = mailbox
        self.writable = False
        self.visible: list[int] = []
        self.looks = 0

    def offers(self) -> Answer:
        extra = (b"UIDPLUS",) if self.signed_in and self.mailbox.uidplus else ()
        return (*super().offers(), *extra)

    def commands(self) -> _ANSWERS:
        return {
            **super().commands(),
            b"EXAMINE": lambda argument: self.open(argument, writable=False),
            b"SELECT": lambda argument: self.open(argument, writable=True),
            b"NOOP": lambda _: self.notice(),
            b"UID": self.uid_command,
            b"EXPUNGE": lambda _: self.expunge(None),
        }

    def open(self, argument: bytes, writable: bool) -> Answer:
        if argument != b"INBOX" or not self.signed_in:
            return (b"TAG NO no",)
        self.writable = writable
        self.looks += 1
        self.notice()
        validity = 17 + (self.looks if self.mailbox.new_validity else 0)
        return (
            b"* %d EXISTS" % len(self.visible),
            b"* OK [UIDVALIDITY %d] valid" % validity,
            *((b"* OK [UIDNEXT %d] next" % self.mailbox.next_uid,) if self.mailbox.tells_next_uid else ()),
            b"TAG OK [READ-WRITE] done" if writable else b"TAG OK [READ-ONLY] done",
        )

    def notice(self) -> Answer:
        self.visible = [stored.uid for stored in self.mailbox.messages]
        return (b"* %d EXISTS" % len(self.visible), b"TAG OK done")

    def shown(self) -> list[StoredMessage]:
        return [stored for stored in self.mailbox.messages if stored.uid in self.visible]

    def uid_command(self, argument: bytes) -> Answer:
        self.mailbox.commands.append(argument)
        command, _space, rest = argument.partition(b" ")
        return {b"SEARCH": self.search, b"FETCH": self.fetch, b"STORE": self.store, b"EXPUNGE": self.expunge}[command](
            rest
        )

    def search(self, criteria: bytes) -> Answer:
        if self.mailbox.goes_away:
            self.talk.say(b"* BYE maintenance")
            raise Gone
        if criteria == b"DELETED":
            uids = [stored.uid for stored in self.shown() if b"\\Deleted" in stored.flags]
        else:
            keyword, first, *last = criteria.replace(b":", b" ").split(b" ")
            assert keyword == b"UID"
            newest = max(self.visible, default=0)
            # "*" is the last message, whatever its number.
            lowest = newest if first == b"*" else min(int(first), newest)
            assert last in ([], [b"*"])
            uids = [stored.uid for stored in self.shown() if stored.uid >= lowest]
        return (b" ".join((b"* SEARCH", *(b"%d" % uid for uid in uids))), b"TAG OK done")

    def fetch(self, argument: bytes) -> Answer:
        number, _space, items = argument.partition(b" ")
        assert items.startswith(b"(BODY.PEEK[HEADER.FIELDS ("), "only PEEK leaves the flags as they are"
        name = items.partition(b"FIELDS (")[2].partition(b")")[0]
        (stored,) = [stored for stored in self.shown() if stored.uid == int(number)]
        text = stored.field(name) + b"\r\n"
        begin = b"* 1 FETCH (UID %s BODY[HEADER.FIELDS (%s)] {%d}\r\n" % (number, name, len(text))
        return (begin + text + b")", b"TAG OK done")

    def store(self, argument: bytes) -> Answer:
        number, _space, rest = argument.partition(b" ")
        assert self.writable
        assert rest == b"+FLAGS.SILENT (\\Deleted)"
        (stored,) = [stored for stored in self.shown() if stored.uid == int(number)]
        self.mailbox.change(stored.uid, stored.flags | {b"\\Deleted"})
        return (b"TAG OK done",)

    def expunge(self, argument: bytes | None) -> Answer:
        assert self.writable
        assert argument is None or self.mailbox.uidplus
        if argument is None:
            self.mailbox.commands.append(b"EXPUNGE")
        for stored in self.shown():
            if b"\\Deleted" in stored.flags and argument in (None, b"%d" % stored.uid):
                self.mailbox.change(stored.uid, None)
        return (b"TAG OK done",)


class _Pop3(Pop3Session):
    """Shows what was there when the session began; deletes at its end. Has no RETR, which would change a flag."""

    def __init__(self, server: Server, talk: Talk, mailbox: FakeMailbox) -> None:
        super().__init__(server, talk)
        self.mailbox = mailbox
        self.messages: list[StoredMessage] = []
        self.doomed: list[StoredMessage] = []

    def signs_in(self, right: bool) -> Answer:
        self.messages = self.mailbox.messages
        return super().signs_in(right)

    def commands(self) -> _ANSWERS:
        found: dict[bytes, t.Callable[[bytes], Answer]] = {
            **super().commands(),
            b"STAT": lambda _: (b"+OK %d 4711" % len(self.messages),),
            b"DELE": self.dele,
            b"QUIT": lambda _: self.quit(),
        }
        if self.mailbox.uidl:
            found[b"UIDL"] = lambda number: (b"+OK %s uid%d" % (number, self.stored(number).uid),)
        if self.mailbox.top:
            found[b"TOP"] = self.top
        return found

    def stored(self, number: bytes) -> StoredMessage:
        return self.messages[int(number) - 1]

    def top(self, argument: bytes) -> Answer:
        number, _space, lines = argument.partition(b" ")
        assert lines == b"0"
        header = self.stored(number).content.partition(b"\r\n\r\n")[0]
        return (b"+OK", *header.split(b"\r\n"), b"", b".")

    def dele(self, number: bytes) -> Answer:
        self.doomed.append(self.stored(number))
        return (b"+OK",)

    def quit(self) -> Answer:
        for stored in self.doomed:
            self.mailbox.change(stored.uid, None)
        return (b"+OK bye",)


class _Smtp(SmtpSession):
    def __init__(self, server: Server, talk: Talk, mailbox: FakeMailbox) -> None:
        super().__init__(server, talk)
        self.mailbox = mailbox

    def data(self, argument: bytes) -> Answer:
        self.talk.say(b"354 go on")
        lines = []
        while True:
            line = self.talk.hear()
            if line == b".":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.mailbox.refusal:
            return (self.mailbox.refusal,)
        self.mailbox.take(b"\r\n".join(lines) + b"\r\n")
        return (b"250 2.0.0 Ok: queued as 4711",)
