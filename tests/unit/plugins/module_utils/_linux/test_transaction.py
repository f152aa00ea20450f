# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of files: what a failure takes back, what a later run completes, and what it leaves alone."""

from __future__ import annotations

import errno
import os
import pathlib
import signal
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._host.file_write import FileWrite, LockedError
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

JOURNAL = ".charter-mail-test.journal"


def files(home: pathlib.Path) -> LocalFiles:
    return LocalFiles(str(home / JOURNAL))


def write(home: pathlib.Path, **contents: str) -> list[FileWrite]:
    return [FileWrite(str(home / name), content.encode()) for name, content in contents.items()]


def contents(home: pathlib.Path) -> dict[str, str]:
    return {str(path.relative_to(home)): path.read_text() for path in home.rglob("*") if path.is_file()}


def settle(home: pathlib.Path) -> bool:
    """What the next run does first; whether there was anything."""
    run = files(home)
    run.undisturbed(lambda: None)
    with run.exclusive():
        run.recover()
    return run.interrupted


def killed_before(call: str, number: int, action: t.Callable[[], object]) -> None:
    """Do something in a child process that is killed before the call of that number."""
    child = os.fork()
    if child == 0:
        real = getattr(os, call)
        left = number

        def dying(*arguments: t.Any, **options: t.Any) -> t.Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        setattr(os, call, dying)
        action()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def failing(monkeypatch: pytest.MonkeyPatch, call: str, numbers: t.Container[int], error: int) -> None:
    real: t.Any = getattr(os, call)
    seen = 0

    def call_it(*arguments: t.Any, **options: t.Any) -> t.Any:
        nonlocal seen
        seen += 1
        if seen in numbers:
            raise OSError(error, os.strerror(error))
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, call_it)


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "a").write_text("old a")
    (tmp_path / "b").write_text("old b")
    return tmp_path


OLD = {"a": "old a", "b": "old b"}
NEW = {"a": "new a", "b": "new b", "deep/er/c": "new c"}


def test_a_strict_write_refuses_a_link_and_sets_the_mode(home: pathlib.Path) -> None:
    program = home / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    files(home).replace([FileWrite(str(program), b"text", strict=True)])
    assert (program.read_text(), program.stat().st_mode & 0o777) == ("text", 0o600)
    link = home / "link"
    link.symlink_to(program)
    with pytest.raises(HostError, match="symbolic link"):
        files(home).replace([FileWrite(str(home / "other"), b"x"), FileWrite(str(link), b"new", strict=True)])
    assert link.is_symlink()
    assert program.read_text() == "text"
    assert not (home / "other").exists()


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("rename", [1, 2, 3])
def test_a_rename_that_fails_puts_back_the_others(
    home: pathlib.Path, monkeypatch: pytest.MonkeyPatch, rename: int, links: bool
) -> None:
    if not links:
        failing(monkeypatch, "link", range(100), errno.EPERM)
    failing(monkeypatch, "rename", [rename], errno.EBUSY)
    with pytest.raises(HostError, match=r"busy.*; nothing was changed") as raised:
        files(home).replace(write(home, **NEW))
    assert not raised.value.changed
    assert contents(home) == OLD
    assert sorted(os.listdir(home)) == ["a", "b"]


def test_where_nothing_can_be_put_back_the_message_says_what_was_changed(
    home: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "rename", [2, 3], errno.EIO)
    with pytest.raises(HostError, match=f"already changed, and could not be restored.*: {home}/a[.]") as raised:
        files(home).replace(write(home, a="new a", b="new b"))
    assert raised.value.changed
    assert "nothing was changed" not in str(raised.value)
    monkeypatch.undo()
    assert settle(home)
    assert contents(home) == {"a": "new a", "b": "new b"}


@pytest.mark.parametrize("rename", [1, 2, 3])
def test_the_next_run_completes_what_was_noted(home: pathlib.Path, rename: int) -> None:
    killed_before("rename", rename, lambda: files(home).replace(write(home, **NEW)))
    run = files(home)
    path = str(home / "b")
    # Who only reads sees it complete already, and writes nothing.
    assert run.undisturbed(lambda: run.read(path)) == b"new b"
    assert run.read(path) == (b"old b" if rename < 3 else b"new b")
    assert settle(home)
    assert contents(home) == NEW
    assert not settle(home)


def test_the_next_run_removes_what_was_only_staged(home: pathlib.Path) -> None:
    killed_before("link", 2, lambda: files(home).replace(write(home, **NEW)))
    run = files(home)
    assert run.undisturbed(lambda: run.read(str(home / "a"))) == b"old a"
    assert settle(home)
    assert sorted(os.listdir(home)) == ["a", "b"]


def test_what_somebody_changed_meanwhile_is_left_alone(home: pathlib.Path) -> None:
    killed_before("rename", 2, lambda: files(home).replace(write(home, a="new a", b="new b"), [str(home / "mail")]))
    (home / "b").write_text("the client's own")
    assert settle(home)
    assert contents(home) == {"a": "new a", "b": "the client's own"}
    assert sorted(os.listdir(home)) == ["a", "b"]


def test_mail_stays_where_the_client_has_written_its_settings_meanwhile(home: pathlib.Path) -> None:
    mail = home / "mail"
    mail.mkdir()
    (mail / "INBOX").write_text("mail")
    killed_before("rename", 2, lambda: files(home).replace(write(home, a="new a", b="new b"), [str(mail)]))
    (home / "b").write_text("the client's own")
    assert settle(home)
    assert (mail / "INBOX").exists()


@pytest.mark.parametrize("unlink", range(1, 6))
def test_a_deletion_is_completed(home: pathlib.Path, unlink: int) -> None:
    mail = home / "mail"
    mail.mkdir()
    for number in range(3):
        (mail / str(number)).write_text("mail")
    killed_before("unlink", unlink, lambda: files(home).replace(write(home, a="new a"), [str(home / "b"), str(mail)]))
    settle(home)
    if mail.exists():  # nothing had been noted yet
        assert contents(home) == {**OLD, **{f"mail/{number}": "mail" for number in range(3)}}
    else:
        assert contents(home) == {"a": "new a"}
    assert not settle(home)


def test_a_set_that_cannot_be_finished_is_taken_back(home: pathlib.Path) -> None:
    killed_before("rename", 2, lambda: files(home).replace(write(home, a="new a", b="new b")))
    (home / ".b.charter-mail-new").unlink()
    assert settle(home)
    assert contents(home) == OLD


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", b"{", b"[]\n", b'{"targets": 1}\n', b'{"targets": ["x"], "steps": [], "made": []}\n', b"1\n" * 9],
)
def test_a_journal_that_says_nothing_goes(home: pathlib.Path, content: bytes) -> None:
    (home / JOURNAL).write_bytes(content)
    assert settle(home)
    assert contents(home) == OLD


def test_what_a_client_uses_is_not_settled(home: pathlib.Path) -> None:
    lock = home / ".parentlock"

    def work() -> None:
        run = files(home)
        with run.lock(str(lock)):
            run.replace(write(home, a="new a", b="new b"))

    killed_before("rename", 2, work)
    held, ready = os.pipe(), os.pipe()
    client = os.fork()
    if client == 0:
        with LocalFiles().lock(str(lock)):
            os.write(ready[1], b".")
            os.read(held[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    with pytest.raises(LockedError) as raised:
        settle(home)
    assert (raised.value.pid, raised.value.path) == (client, str(lock))
    assert (home / "b").read_text() == "old b"
    os.write(held[1], b".")
    os.waitpid(client, 0)
    for pipe in (held, ready):
        for end in pipe:
            os.close(end)
    assert settle(home)
    assert (home / "b").read_text() == "new b"


def test_what_cannot_be_removed_does_not_stop_later_runs(home: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = home / "mail"
    mail.mkdir()
    failing(monkeypatch, "rmdir", range(2), errno.EACCES)
    with pytest.raises(
        HostError, match="everything was changed as wanted, but what was replaced could not be removed"
    ) as raised:
        files(home).replace(write(home, a="new a"), [str(mail)])
    assert raised.value.changed
    monkeypatch.undo()
    failing(monkeypatch, "rmdir", range(2), errno.EACCES)
    run = files(home)
    with run.exclusive():
        run.recover()
        monkeypatch.undo()
        run.replace(write(home, b="newer b"))
    assert contents(home) == {"a": "new a", "b": "newer b"}
    assert not mail.exists()
    assert not settle(home)
