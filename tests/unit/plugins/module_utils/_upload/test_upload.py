# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the local messages go on a server, and how they are counted."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._upload import upload
from ansible_collections.charter.mail.plugins.module_utils._upload.imap_responses import Namespace, ServerFolder
from ansible_collections.charter.mail.plugins.module_utils._verify.context import Context
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import endpoints
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Login
from ansible_collections.charter.mail.plugins.module_utils._verify.options import VerifyOptions
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.desk import request


@dataclasses.dataclass
class Session:
    """Stands for an IMAP session: has folders and messages, and may refuse more of them."""

    namespace: Namespace
    listed: dict[bytes, bool]
    refusal: str = ""
    created: list[bytes] = dataclasses.field(default_factory=list)
    appended: list[bytes] = dataclasses.field(default_factory=list)

    def folders(self) -> tuple[list[ServerFolder], Namespace]:
        return [ServerFolder(*one) for one in self.listed.items()], self.namespace

    def keys(self, folder: bytes) -> t.Iterator[tuple[bytes, int]]:
        assert self.listed[folder]
        return iter(())

    def create(self, folder: bytes) -> None:
        self.created.append(folder)

    def append(self, folder: bytes, data: bytes, flags: t.Any, date: t.Any, progress: t.Callable[[], None]) -> str:
        progress()
        self.appended.append(folder)
        return self.refusal


class Files:
    """Two messages in a folder, and one of them once more in the folder below it."""

    def folders(self, root: str) -> t.Iterator[tuple[tuple[str, ...], str]]:
        yield ("Inbox",), "one two"
        yield ("Inbox", "A.B/C & Ä"), "two"

    def files(self, folder: str) -> t.Iterator[tuple[t.BinaryIO, bool]]:
        for name in folder.split():
            yield io.BytesIO(f"Message-ID: <{name}@x>\n\n{name}\n".encode()), False


def run(monkeypatch: pytest.MonkeyPatch, session: Session) -> upload.Counts:
    monkeypatch.setattr(upload, "signed_in", lambda *_arguments: contextlib.nullcontext(session))
    incoming, _outgoing = endpoints(request().account)
    job = upload.Upload(
        incoming,
        Login("mario", Secret("synthetic"), ""),
        Context.of(VerifyOptions(attempts=1)),
        "Local mail",
        check_mode=False,
        files=Files(),
        progress=lambda _counts: None,
    )
    counts = upload.Counts()
    job.run(["/root"], counts)
    return counts


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        (Namespace(b"", b"/"), [b"Local mail", b"Local mail/Inbox"]),
        (Namespace(b"INBOX.", b"."), [b"INBOX.Local mail", b"INBOX.Local mail.Inbox"]),
        (Namespace(b"", b""), [b"Local mail.Inbox"]),
    ],
)
def test_folders_are_made_where_the_server_has_them(
    monkeypatch: pytest.MonkeyPatch, namespace: Namespace, expected: list[bytes]
) -> None:
    session = Session(namespace, {b"INBOX": True})
    counts = run(monkeypatch, session)
    assert session.created == expected
    assert session.appended == [expected[-1]] * 2
    assert (counts.found, counts.uploaded, counts.there) == (3, 2, 1)


def test_a_folder_that_only_has_folders_is_made_one_with_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(Namespace(b"", b"/"), {b"Local mail": False, b"Local mail/Inbox": False})
    run(monkeypatch, session)
    assert session.created == [b"Local mail/Inbox"]


def test_a_message_that_the_server_refuses_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(Namespace(b"", b"/"), {}, refusal="NO [OVERQUOTA] full")
    counts = run(monkeypatch, session)
    assert (counts.uploaded, counts.there, counts.refused) == (0, 0, 3)
    assert session.appended[-1] == b"Local mail/Inbox/A.B_C &- &AMQ-"
    assert "OVERQUOTA" in counts.reason
