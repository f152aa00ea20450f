# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an IMAP server says of its folders and messages, in every form that the protocol allows, and what it is told."""

from __future__ import annotations

import dataclasses
import datetime
import socket
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._upload import imap_responses, imap_upload
from ansible_collections.charter.mail.plugins.module_utils._upload.imap_responses import Namespace, ServerFolder
from ansible_collections.charter.mail.plugins.module_utils._upload.imap_upload import ImapUpload
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import endpoints
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Failure
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.interruptions import (
    ConnectionEnded,
    TooMuchData,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.clock import Clock
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.connection import Connection, Deadline
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.desk import request


@dataclasses.dataclass
class Server:
    """Stands for a connection: answers each command by the first words that it begins with, in lines."""

    answers: dict[bytes, list[bytes]]
    sent: list[bytes] = dataclasses.field(default_factory=list)
    waiting: bytes = b""
    renewed: int = 0

    def renew(self) -> None:
        self.renewed += 1

    def send_line(self, line: bytes) -> None:
        assert not {*b"\r\n\0"} & {*line}
        self.sent.append(line)
        tag, _blank, command = line.partition(b" ")
        for start, lines in self.answers.items():
            if command.startswith(start):
                self.waiting += b"".join(one.replace(b"TAG", tag) + b"\r\n" for one in lines)
                return
        self.waiting += tag + b" OK done\r\n"

    def send(self, data: bytes) -> None:
        self.sent.append(data)
        if data.endswith(b"\r\n"):
            self.waiting += b"a%d OK appended\r\n" % sum(line.startswith(b"a") for line in self.sent[:-1])

    def read_line(self) -> bytes:
        line, end, self.waiting = self.waiting.partition(b"\r\n")
        assert end, "the session waits for a line that does not come"
        return line

    def read_bytes(self, count: int) -> bytes:
        assert len(self.waiting) >= count, "the session waits for bytes that do not come"
        data, self.waiting = self.waiting[:count], self.waiting[count:]
        return data


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
        Namespace(b"", b"/"),
    )


@pytest.mark.parametrize(
    "name",
    [
        b'"Ein" "Ordner" "zu viel"',
        b"a\\b\\c\\d\\e\\f",
        b'a1 OK """""',  # looks like the end of the command
        b"+ go on",
        b'* LIST () "/" Other',
        b'""""" {3}',  # looks like another literal
        b"two\r\nlines",
        b"",
    ],
)
@pytest.mark.parametrize("rest", [b"", b' ("CHILDINFO" ("SUBSCRIBED"))', b' ("OLDNAME" ({3}\r\nold))'])
def test_a_folder_whose_name_is_a_literal(name: bytes, rest: bytes) -> None:
    made, server = session(
        LIST=[
            b'* LIST () "/" Archive',
            b'* LIST (\\HasNoChildren) "/" {%d}\r\n%s%s' % (len(name), name, rest),
            b'* LIST (\\Noselect) "/" "INBOX"',
            b"TAG OK {3}",
        ]
    )
    folders = [ServerFolder(b"Archive", True), ServerFolder(name, True), ServerFolder(b"INBOX", False)]
    assert made.folders() == (folders, Namespace(b"", b"/"))
    assert server.waiting == b""


@pytest.mark.parametrize("name", [b"a]b", b"a}b", b"NIL", b"%", b"&AOQ-", "ä".encode()])
def test_a_folder_whose_name_is_an_atom(name: bytes) -> None:
    made, _server = session(LIST=[b'* list (\\Marked) "\\\\" ' + name, b"TAG OK done"])
    assert made.folders() == ([ServerFolder(name, True)], Namespace(b"", b"\\"))


@pytest.mark.parametrize("text", [b"* OK it is {5}", b"* NO {5}", b"* BYE {5}"])
def test_text_for_people_has_no_literal(text: bytes) -> None:
    made, server = session(LIST=[text, b"TAG OK done {5}"])
    assert made.folders() == ([], Namespace(b"", b""))
    assert server.waiting == b""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b'* NAMESPACE (("" "/")) NIL NIL', Namespace(b"", b"/")),
        (b'* namespace (("INBOX." ".")) (("~" "/")) NIL', Namespace(b"INBOX.", b".")),
        (b'* NAMESPACE (("#old/" "/" "X-A" ("b" "c"))("" NIL)) NIL NIL', Namespace(b"#old/", b"/")),
        (b'* NAMESPACE (("#old/" "/")("" nil)) NIL NIL', Namespace(b"", b"")),
        (b'* NAMESPACE (({6}\r\nINBOX. ".")) NIL NIL', Namespace(b"INBOX.", b".")),
        (b'* NAMESPACE NIL NIL (("Public/" "/"))', Namespace(b"", b".")),
        (b"* NAMESPACE ((broken", Namespace(b"", b".")),
        (b"* NAMESPACE (", Namespace(b"", b".")),
        (b"* OK nothing", Namespace(b"", b".")),
    ],
)
@pytest.mark.parametrize("end", [b"TAG OK done", b"TAG BAD unknown"])
def test_where_the_users_folders_are_made(said: bytes, expected: Namespace, end: bytes) -> None:
    made, _server = session(LIST=[b'* LIST () "." INBOX', b"TAG OK done"], NAMESPACE=[said, end])
    assert made.folders() == ([ServerFolder(b"INBOX", True)], expected)


@pytest.mark.parametrize("size", [b"1048577", b"9999999999"])
def test_a_literal_that_is_too_long_is_not_waited_for(size: bytes) -> None:
    client, server = socket.socketpair()
    with server, Connection(client, Deadline(20, Clock())) as connection:
        server.sendall(b'* LIST () "/" {%s}\r\n' % size)
        with pytest.raises(TooMuchData):
            imap_responses.response(connection.read_line, connection.read_bytes)


def test_a_literal_comes_in_parts() -> None:
    client, server = socket.socketpair()
    with server, Connection(client, Deadline(20, Clock())) as connection:
        name = b"x" * 20_000 + b'"\n"'
        server.sendall(b'* LIST () "/" {%d}\r\n%s\r\n* next\r\n' % (len(name), name))
        whole = imap_responses.response(connection.read_line, connection.read_bytes)
        assert imap_responses.listed(whole) == (ServerFolder(name, True), b"/")
        assert connection.read_line() == b"* next"
        server.sendall(b'* LIST () "/" {9}\r\nonly')
        server.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionEnded):
            imap_responses.response(connection.read_line, connection.read_bytes)


@pytest.mark.parametrize("size_first", [True, False])
def test_keys(size_first: bool) -> None:
    def message(number: int, size: int, *header: bytes) -> list[bytes]:
        lines = b"".join(line + b"\r\n" for line in (*header, b""))
        literal = b"BODY[HEADER.FIELDS (MESSAGE-ID)]<0> {%d}\r\n%s" % (len(lines), lines)
        if size_first:
            return [b"* %d FETCH (RFC822.SIZE %d %s)" % (number, size, literal)]
        return [b"* %d FETCH (%s RFC822.SIZE %d)" % (number, literal, size)]

    made, server = session(
        EXAMINE=[b"* 3 EXISTS", b"TAG OK [READ-ONLY] done"],
        FETCH=[
            *message(1, 100, b"Message-ID: <1@x>"),
            *message(2, 200, b"message-id:", b"\t<2@x>"),
            b"* 9 EXISTS",
            b"* 3 FETCH (FLAGS (\\Seen))",
            *message(3, 300, b"Subject: None", b"Date: today"),
            *message(4, 400, b"Subject: * 5 FETCH (RFC822.SIZE 5)", b"a2 OK done", b"* 6 FETCH (RFC822.SIZE 6)"),
            b'* 7 FETCH (BODY[HEADER.FIELDS ("MESSAGE-ID")]<0> "" RFC822.SIZE 700 BODY[] NIL)',
            b"TAG OK done",
        ],
    )
    assert list(made.keys(b"IN BOX")) == [
        (b"<1@x>", 100),
        (b"<2@x>", 200),
        (b"today\n\nNone", 300),
        (b"\n\n* 5 FETCH (RFC822.SIZE 5)", 400),
        (b"\n\n", 700),
    ]
    assert server.sent[0] == b'a1 EXAMINE "IN BOX"'
    assert server.sent[1].startswith(b"a2 FETCH 1:3 (RFC822.SIZE BODY.PEEK[")


@pytest.mark.parametrize("code", [b"[NOPERM]", b"[nonexistent]"])
def test_a_folder_that_the_user_may_not_open_is_left_out(code: bytes) -> None:
    made, server = session(EXAMINE=[b"TAG NO %s no" % code])
    assert list(made.keys(b"shared/Boss")) == []
    assert len(server.sent) == 1


@pytest.mark.parametrize("answer", [b"NO later", b"NO [UNAVAILABLE] later", b"BAD [NOPERM] what"])
def test_no_mail_is_taken_for_missing_because_a_folder_does_not_open(answer: bytes) -> None:
    made, _server = session(EXAMINE=[b"TAG " + answer])
    with pytest.raises(Failure, match="open a folder"):
        list(made.keys(b"INBOX"))


@pytest.mark.parametrize("name", ["Entwürfe".encode(), b"two\r\nlines"])
def test_a_name_that_cannot_be_quoted_is_sent_as_it_came(name: bytes) -> None:
    made, server = session(EXAMINE=[b"+ go on"])
    assert list(made.keys(name)) == []
    assert server.sent == [b"a1 EXAMINE {%d}" % len(name), name + b"\r\n"]


def test_a_large_folder_is_read_in_parts() -> None:
    made, server = session(EXAMINE=[b"* 450 EXISTS", b"TAG OK done"])
    assert list(made.keys(b"INBOX")) == []
    assert [line.split()[2] for line in server.sent[1:]] == [b"1:200", b"201:400", b"401:450"]
    assert server.renewed == 4


def test_append() -> None:
    made, server = session(APPEND=[b"+ go on"])
    date = datetime.datetime(2026, 11, 8, 9, 5, 0, tzinfo=datetime.timezone(-datetime.timedelta(hours=3, minutes=30)))
    assert made.append(b"Local mail", b"Subject: x\r\n\r\nx\r\n", (b"\\Seen",), date, lambda: None) == ""
    head, *data = server.sent
    assert head == b'a1 APPEND "Local mail" (\\Seen) " 8-Nov-2026 09:05:00 -0330" {17}'
    assert b"".join(data) == b"Subject: x\r\n\r\nx\r\n\r\n"
    refusing, refused = session(APPEND=[b"TAG NO [OVERQUOTA] The mailbox is full"])
    assert "OVERQUOTA" in refusing.append(b"Local mail", b"x\r\n", (), None, lambda: None)
    assert len(refused.sent) == 1  # the message itself was not sent


def test_a_large_message_is_sent_in_parts_and_each_has_time_of_its_own() -> None:
    made, server = session(APPEND=[b"+ go on"])
    message = b"0123456789abcde\n" * 20_000
    parts: list[int] = []
    assert made.append(b"Local mail", message, (), None, lambda: parts.append(len(server.sent))) == ""
    assert b"".join(server.sent[1:]) == message + b"\r\n"
    assert parts == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("name", [b"a\r\nb", b"a\0", "ä".encode()])
def test_a_name_that_is_more_than_one_string_is_refused(name: bytes) -> None:
    with pytest.raises(Failure):
        imap_upload.quoted(name)
