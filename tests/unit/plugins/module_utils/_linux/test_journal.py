# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time for one user's client, and what may stand in the place of the lock."""

from __future__ import annotations

import errno
import os
import pathlib
import signal
import stat
import time
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._host.file_write import FileWrite
from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import AnotherRunError, HostError


class Other(t.NamedTuple):
    """Another run that holds the lock."""

    process: int

    def end(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


@pytest.fixture
def path(tmp_path: pathlib.Path) -> str:
    return str(tmp_path / ".charter-mail-test.journal")


def other(path: str, seconds: float = 60) -> Other:
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        with LocalFiles(path).exclusive():
            os.write(writing, b".")
            time.sleep(seconds)
        os._exit(0)
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    return Other(process)


def test_the_second_run_waits_and_then_works(path: str) -> None:
    first = other(path, seconds=0.5)
    with LocalFiles(path, 30).exclusive():
        assert os.waitpid(first.process, os.WNOHANG)[0] in {0, first.process}
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert not os.path.exists(path)


def test_a_run_that_gives_up_says_that_another_one_is_at_work(path: str) -> None:
    first = other(path)
    try:
        words = f"another run of this collection [(]process {first.process}[)]"
        with pytest.raises(AnotherRunError, match=words), LocalFiles(path, 0.2).exclusive():
            pytest.fail("the lock was given twice")
        with pytest.raises(AnotherRunError, match=words):
            LocalFiles(path).undisturbed(lambda: "read")
    finally:
        first.end()
    assert LocalFiles(path).undisturbed(lambda: "read") == "read"


def test_who_only_reads_leaves_no_trace(path: str, tmp_path: pathlib.Path) -> None:
    run = LocalFiles(path)
    before = os.stat(tmp_path)
    assert run.undisturbed(lambda: os.listdir(tmp_path)) == []
    assert not run.interrupted
    after = os.stat(tmp_path)
    assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)  # it was read: st_atime


def test_what_was_read_beside_another_run_is_read_again(path: str) -> None:
    seen: list[str] = []

    def read() -> str:
        seen.append("read")
        if len(seen) == 1:  # another run begins and ends
            with LocalFiles(path).exclusive():
                pass
            raise HostError(path, "half of the files", "read them again")
        return "whole"

    assert LocalFiles(path).undisturbed(read) == "whole"
    assert len(seen) == 2


def test_an_error_of_undisturbed_reading_is_raised(path: str) -> None:
    def read() -> str:
        raise HostError(path, "damaged", "mend it")

    with pytest.raises(HostError, match="damaged"):
        LocalFiles(path).undisturbed(read)


@pytest.mark.parametrize("kind", ["fifo", "link", "folder", "dangling link", "another user's"])
def test_anything_else_in_its_place_is_refused(
    path: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    outside = tmp_path / "outside"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        os.mkdir(path)
    elif kind == "another user's":
        pathlib.Path(path).touch()
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    else:
        os.symlink(outside, path)
        if kind == "link":
            outside.touch()
    with pytest.raises(HostError, match=path), LocalFiles(path).exclusive():
        pytest.fail("it was taken")
    with pytest.raises(HostError, match=path):
        LocalFiles(path).undisturbed(list)
    assert not outside.exists() or outside.read_bytes() == b""
    assert outside.exists() == (kind == "link")


def test_what_is_made_is_the_users_alone_whatever_the_umask(path: str, tmp_path: pathlib.Path) -> None:
    before = os.umask(0o777)
    try:
        with local_user.acting_as(local_user.find(None)):
            run = LocalFiles(path)
            with run.exclusive():
                assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
                run.make_directory(str(tmp_path / "a/b"))
        assert os.umask(0o777) == 0o777
    finally:
        os.umask(before)
    assert [stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in ("a", "a/b")] == [0o700, 0o700]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_home_that_cannot_be_written_is_no_reason_not_to_try(
    path: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = os.open

    def refusing(name: str, flags: int, mode: int = 0o777) -> int:
        if name == path and flags & os.O_CREAT:
            raise OSError(number, os.strerror(number))
        return real(name, flags, mode)

    monkeypatch.setattr(os, "open", refusing)
    run = LocalFiles(path)
    assert run.undisturbed(lambda: "read") == "read"
    with run.exclusive():
        run.recover()
        run.replace([FileWrite(str(tmp_path / "x"), b"x")])
    assert os.listdir(tmp_path) == ["x"]
