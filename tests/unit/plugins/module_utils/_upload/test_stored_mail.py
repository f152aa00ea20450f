# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages in local folders of Thunderbird: where one ends, what is undone, what is left out."""

from __future__ import annotations

import os
import pathlib
import random
import tracemalloc

import pytest

from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.mail_to_upload import LocalMail
from ansible_collections.charter.mail.plugins.module_utils._upload import stored_mail
from ansible_collections.charter.mail.plugins.module_utils._upload.stored_mail import StoredMessage
from ansible_collections.charter.mail.tests.unit.amount import examples, size

HEADER = "From - Sat Nov 28 19:00:00 2026\n"
ADDED = (
    "X-Account-Key: account1\nX-UIDL: 42\nX-Mozilla-Status: {:04x}\nX-Mozilla-Status2: 00000000\nX-Mozilla-Keys:   \n"
)
MAIL = LocalMail(local_user.find(None))


def read(path: pathlib.Path) -> list[StoredMessage]:
    return list(stored_mail.messages(MAIL, str(path)))


def box(path: pathlib.Path, *messages: str, status: int = 1) -> pathlib.Path:
    path.write_bytes("".join(f"{HEADER}{ADDED.format(status)}{message}\n" for message in messages).encode())
    return path


def test_messages_are_as_they_were_received(tmp_path: pathlib.Path) -> None:
    one = "Message-ID: <1@x>\nDate: Sat, 28 Nov 2026 19:00:00 +0100\nSubject: One\n\nHello.\n\nBye.\n"
    other = "message-id:\n <2@x>\nSubject: Two\n folded\n\n>From here\n>>From there\n> From nowhere\n"
    found = read(box(tmp_path / "Inbox", one, other))
    assert [message.data for message in found] == [
        one.replace("\n", "\r\n").encode(),
        other.replace(">From", "From", 1).replace(">>From", ">From").replace("\n", "\r\n").encode(),
    ]
    assert [message.identity for message in found] == [b"<1@x>", b"<2@x>"]
    assert found[0].date is not None
    assert found[0].date.isoformat() == "2026-11-28T19:00:00+01:00"
    assert found[1].date is None


def test_line_breaks_of_every_kind_become_those_of_the_protocol(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "Inbox"
    path.write_bytes(f"{HEADER}Subject: x\n\na\nb\n\n".replace("\n", "\r\n").encode())
    (message,) = read(path)
    assert message.data == b"Subject: x\r\n\r\na\r\nb\r\n"


@pytest.mark.parametrize(
    ("status", "flags", "deleted"),
    [
        (0, (), False),
        (1, (b"\\Seen",), False),
        (7, (b"\\Seen", b"\\Answered", b"\\Flagged"), False),
        (9, (b"\\Seen",), True),
    ],
)
def test_flags(tmp_path: pathlib.Path, status: int, flags: tuple[bytes, ...], deleted: bool) -> None:
    (message,) = read(box(tmp_path / "Inbox", "Subject: x\n\nx\n", status=status))
    assert (message.flags, message.is_deleted) == (flags, deleted)


def test_what_looks_like_a_separator_is_none_within_a_paragraph(tmp_path: pathlib.Path) -> None:
    found = read(box(tmp_path / "Inbox", "Subject: x\n\none\nFrom me to you\n", "Subject: y\n\ny\n"))
    assert [message.data.splitlines()[0] for message in found] == [b"Subject: x", b"Subject: y"]


def test_a_message_without_an_id_is_known_by_date_sender_and_subject(tmp_path: pathlib.Path) -> None:
    (message,) = read(box(tmp_path / "Inbox", "Date:  today\nFrom: a@x\nSubject: One\n  and more\n\nx\n"))
    assert message.identity == b"today\na@x\nOne and more"


def test_a_message_that_is_too_large_is_named_and_the_next_one_is_read(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = size(64, 2)
    monkeypatch.setattr(stored_mail, "LARGEST", part << 14)
    path = box(tmp_path / "Inbox", "Subject: x\n\n" + "x" * 80 + "\n" * (part * 47_000), "Subject: y\n\ny\n")
    tracemalloc.start()
    found = read(path)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [bool(message.data) for message in found] == [False, True]
    assert most < part * 25 << 17


def test_generated_boxes(tmp_path: pathlib.Path) -> None:
    """What is quoted as Thunderbird does it comes out as it was."""
    chance = random.Random(4711)
    lines = ["Hello.", "", "From a", ">From b", ">>From c", "x" * 70_000, "From: not a header", "\u00e4"]
    for _example in range(examples(300)):
        bodies = [
            "\n".join(chance.choices(lines, k=chance.randrange(1, 8))) + "\n" for _each in range(chance.randrange(4))
        ]
        quoted = [
            "".join(
                f">{line}" if line.lstrip(">").startswith("From ") else line for line in body.splitlines(keepends=True)
            )
            for body in bodies
        ]
        found = read(box(tmp_path / "Inbox", *(f"Subject: x\n\n{body}" for body in quoted)))
        expected = [f"Subject: x\n\n{body}".replace("\n", "\r\n").encode() for body in bodies]
        assert [message.data for message in found] == expected


def test_folders(tmp_path: pathlib.Path) -> None:
    for name in (
        "Inbox",
        "Inbox.msf",
        "Trash",
        "Junk",
        "Unsent Messages",
        "popstate.dat",
        "msgFilterRules.dat",
        ".hidden",
    ):
        (tmp_path / name).write_text("")
    for name in ("Inbox.sbd/Bills.sbd", "Trash.sbd", "Maildir/cur", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("Inbox.sbd/Bills", "Inbox.sbd/Bills.sbd/2026", "Trash.sbd/Old", "Maildir/cur/1", "elsewhere/x"):
        (tmp_path / name).write_text("Subject: x\n\nx\n")
    (tmp_path / "link").symlink_to(tmp_path / "Inbox")
    (tmp_path / "link.sbd").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    found = list(MAIL.folders(str(tmp_path)))
    assert [names for names, _path in found] == [
        ("Inbox",),
        ("Inbox", "Bills"),
        ("Inbox", "Bills", "2026"),
        ("Maildir",),
    ]
    (message,) = read(tmp_path / "Maildir")
    assert message.data == b"Subject: x\r\n\r\nx\r\n"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_is_no_file_any_more_is_not_read(tmp_path: pathlib.Path, kind: str) -> None:
    path = tmp_path / "Inbox"
    if kind == "link":
        box(tmp_path / "secret", "Subject: x\n\nx\n")
        path.symlink_to(tmp_path / "secret")
    else:
        os.mkfifo(path)
    with pytest.raises(OSError, match="Inbox"):
        read(path)
