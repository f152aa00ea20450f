# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an IMAP server says of its folders and messages, in every form that the protocol allows, and what it is told."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._upload import imap_upload
from ansible_collections.charter.mail.plugins.module_utils._upload.imap_upload import ImapUpload, ServerFolder
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import endpoints
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Failure
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.desk import request


@dataclasses.dataclass
class Server:
    """Stands for a connection: answers each command by the first words that it begins with."""

    answers: dict[bytes, list[bytes]]
    sent: list[bytes] = dataclasses.field(default_factory=list)
    waiting: list[bytes] = dataclasses.field(default_factory=list)
    renewed: int = 0

    def renew(self) -> None:
        self.renewed += 1

    def send_line(self, line: bytes) -> None:
        assert not {*b"\r\n\0"} & {*line}
        self.sent.append(line)
        tag, _blank, command = line.partition(b" ")
        for start, lines in self.answers.items():
            if command.startswith(start):
                self.waiting += [one.replace(b"TAG", tag) for one in lines]
                return
        self.waiting.append(tag + b" OK done")

    def send(self, data: bytes) -> None:
        self.sent.append(data)
        self.waiting.append(b"a%d OK appended" % sum(line.startswith(b"a") for line in self.sent[:-1]))

    def read_line(self) -> bytes:
        return self.waiting.pop(0)


def session(**answers: list[bytes]) -> tuple[ImapUpload, Server]:
    server = Server({name.encode(): lines for name, lines in answers.items()})
    incoming, _outgoing = endpoints(request().account)
    made = ImapUpload(t.cast(t.Any, server), incoming, t.cast(t.Any, lambda text: text.decode("ascii", "replace")))
    return made, server


def test_folders() -> None:
    made, _server = session(
        LIST=[
            b'* LIST (\\HasNoChildren) "/" "INBOX"',
            b'* LIST (\\HasChildren \\Noselect) "/" Archive',
            b'* LIST () "/" "A \\"quoted\\" \\\\ name"',
            b"* LIST (\\Sent) NIL Sent",
            b"* LIST broken",
            b"TAG OK done",
        ]
    )
    assert made.folders() == (
        [
            ServerFolder(b"INBOX", True),
            ServerFolder(b"Archive", False),
            ServerFolder(b'A "quoted" \\ name', True),
            ServerFolder(b"Sent", True),
        ],
        b"/",
    )


@pytest.mark.parametrize("size_first", [True, False])
def test_keys(size_first: bool) -> None:
    def message(number: int, size: int, *header: bytes) -> list[bytes]:
        literal = b"BODY[HEADER.FIELDS (MESSAGE-ID)]<0> {20}"
        if size_first:
            return [b"* %d FETCH (RFC822.SIZE %d %s" % (number, size, literal), *header, b"", b")"]
        return [b"* %d FETCH (%s" % (number, literal), *header, b"", b" RFC822.SIZE %d)" % size]

    made, server = session(
        EXAMINE=[b"* 3 EXISTS", b"TAG OK [READ-ONLY] done"],
        FETCH=[
            *message(1, 100, b"Message-ID: <1@x>"),
            *message(2, 200, b"message-id:", b"\t<2@x>"),
            b"* 9 EXISTS",
            *message(3, 300, b"Subject: None", b"Date: today"),
            b"TAG OK done",
        ],
    )
    assert list(made.keys(b"IN BOX")) == [(b"<1@x>", 100), (b"<2@x>", 200), (b"today\n\nNone", 300)]
    assert server.sent[0] == b'a1 EXAMINE "IN BOX"'
    assert server.sent[1].startswith(b"a2 FETCH 1:3 (RFC822.SIZE BODY.PEEK[")


def test_a_large_folder_is_read_in_parts() -> None:
    made, server = session(EXAMINE=[b"* 450 EXISTS", b"TAG OK done"])
    assert list(made.keys(b"INBOX")) == []
    assert [line.split()[2] for line in server.sent[1:]] == [b"1:200", b"201:400", b"401:450"]
    assert server.renewed == 4


def test_append() -> None:
    made, server = session(APPEND=[b"+ go on"])
    date = datetime.datetime(2026, 11, 8, 9, 5, 0, tzinfo=datetime.timezone(-datetime.timedelta(hours=3, minutes=30)))
    assert made.append(b"Local mail", b"Subject: x\r\n\r\nx\r\n", (b"\\Seen",), date) == ""
    head, data = server.sent
    assert head == b'a1 APPEND "Local mail" (\\Seen) " 8-Nov-2026 09:05:00 -0330" {17}'
    assert data == b"Subject: x\r\n\r\nx\r\n\r\n"
    refusing, refused = session(APPEND=[b"TAG NO [OVERQUOTA] The mailbox is full"])
    assert "OVERQUOTA" in refusing.append(b"Local mail", b"x\r\n", (), None)
    assert len(refused.sent) == 1  # the message itself was not sent


@pytest.mark.parametrize("name", [b"a\r\nb", b"a\0", "ä".encode()])
def test_a_name_that_is_more_than_one_string_is_refused(name: bytes) -> None:
    with pytest.raises(Failure):
        imap_upload.quoted(name)
