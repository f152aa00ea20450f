# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files whole or not at all, also when the process dies, the disk is full or the mount is read-only."""

from __future__ import annotations

import errno
import fcntl
import os
import pathlib
import stat
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._host.file_write import FileWrite, LockedError
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.tests.unit.amount import sample

FILES = LocalFiles()


def tree(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_new_files_are_private_and_old_ones_keep_their_mode(tmp_path: pathlib.Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"1")
    old.chmod(0o640)
    assert FILES.replace([FileWrite(str(old), b"2"), FileWrite(str(new), b"3")]) == []
    assert tree(tmp_path) == {"old": b"2", "new": b"3"}
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == 0o600


def test_directories_are_private(tmp_path: pathlib.Path) -> None:
    FILES.make_directory(str(tmp_path / "a/b"))
    FILES.make_directory(str(tmp_path / "a/b"))
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b")] == [0o700, 0o700]


def test_a_backup_is_what_was_there_with_its_mode(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "prefs.js"
    target.write_bytes(b"old")
    target.chmod(0o600)
    for content in (b"new", b"newer"):
        (backup,) = FILES.replace([FileWrite(str(target), content, backup=True)])
        assert pathlib.Path(backup).name.startswith("prefs.js.20")
        assert backup.endswith("~")
        assert stat.S_IMODE(os.stat(backup).st_mode) == 0o600
    assert sorted(tree(tmp_path).values()) == [b"new", b"newer", b"old"]
    assert FILES.replace([FileWrite(str(tmp_path / "fresh"), b"x", backup=True)]) == []


def test_a_link_is_kept_and_its_target_replaced(tmp_path: pathlib.Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"1")
    link.symlink_to(real)
    FILES.replace([FileWrite(str(link), b"2")])
    assert link.is_symlink()
    assert real.read_bytes() == b"2"


CHILD = """
import os, sys
sys.path[:0] = [sys.argv[1]]
import conftest
from ansible_collections.charter.mail.plugins.module_utils._linux import files
from ansible_collections.charter.mail.plugins.module_utils._host.file_write import FileWrite
calls = 0
def dying(name):
    real = getattr(os, name)
    def call(*arguments, **options):
        global calls
        calls += 1
        if calls == int(sys.argv[3]):
            os.kill(os.getpid(), 9)
        return real(*arguments, **options)
    return call
for name in ("open", "write", "fchmod", "fsync", "link", "rename", "unlink", "stat", "close"):
    setattr(files.os, name, dying(name))
folder = sys.argv[2]
writes = [FileWrite(folder + "/a", b"new a", backup=True), FileWrite(folder + "/b", b"new b")]
files.LocalFiles(folder + "/.journal").replace(writes)
print(calls)
"""


@pytest.mark.alike(1, "a run that is killed")
def test_a_kill_at_any_point_leaves_whole_files_and_the_next_run_succeeds(tmp_path: pathlib.Path) -> None:
    tests = pathlib.Path(__file__).resolve().parents[4]

    def killed_at(point: int) -> tuple[pathlib.Path, subprocess.CompletedProcess[bytes]]:
        folder = tmp_path / str(point)
        folder.mkdir()
        for name in ("a", "b"):
            (folder / name).write_bytes(b"old " + name.encode())
        command = [sys.executable, "-c", CHILD, str(tests), str(folder), str(point)]
        return folder, subprocess.run(command, stdout=subprocess.PIPE, check=False)

    _folder, unharmed = killed_at(0)
    assert unharmed.returncode == 0
    total = int(unharmed.stdout)
    assert total > 15
    for point in [*sample(range(1, total + 1)), total + 1]:
        folder, child = killed_at(point)
        assert child.returncode == (-9 if point <= total else 0)
        visible = {name: content for name, content in tree(folder).items() if name in {"a", "b"}}
        assert visible["a"] in {b"old a", b"new a"}
        assert visible["b"] in {b"old b", b"new b"}
        # In order: the second file is never ahead of the first.
        assert (visible["a"], visible["b"]) != (b"old a", b"new b")
        files = LocalFiles(str(folder / ".journal"))
        with files.exclusive():
            files.recover()
            # It was one set: both are old, or both are new.
            assert [(folder / name).read_bytes()[:3] for name in ("a", "b")] in ([b"old"] * 2, [b"new"] * 2)
            files.replace([FileWrite(str(folder / "a"), b"new a"), FileWrite(str(folder / "b"), b"new b")])
        assert sorted(name for name in os.listdir(folder) if not name.startswith("a.20")) == ["a", "b"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("call", ["open", "fsync"])
def test_a_refusal_leaves_everything_as_it_was(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    real: t.Any = getattr(os, call)
    seen = 0

    def refusing(*arguments: t.Any, **options: t.Any) -> t.Any:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, refusing)
    with pytest.raises(HostError, match=os.strerror(number).lower()) as raised:
        FILES.replace([FileWrite(str(tmp_path / "a"), b"new"), FileWrite(str(tmp_path / "b"), b"new")])
    assert raised.value.subject == str(tmp_path / "b")
    assert tree(tmp_path) == {"a": b"old"}


def test_a_lock_held_elsewhere_names_its_holder(tmp_path: pathlib.Path) -> None:
    path = tmp_path / ".parentlock"
    assert FILES.lock_holder(str(path)) is None
    path.touch()
    code = "import fcntl,sys;f=open(sys.argv[1],'w');fcntl.lockf(f,fcntl.LOCK_EX);print(flush=True);sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert FILES.lock_holder(str(path)) == child.pid
        with pytest.raises(LockedError) as raised, FILES.lock(str(path)):
            pytest.fail("the lock was given twice")
        assert raised.value.pid == child.pid
        child.communicate(b"")
    assert FILES.lock_holder(str(path)) is None
    with FILES.lock(str(path)), open(path, "a") as same:
        fcntl.lockf(same, fcntl.LOCK_EX | fcntl.LOCK_NB)  # our own process may


def test_reading_what_is_not_a_file(tmp_path: pathlib.Path) -> None:
    assert FILES.read(str(tmp_path / "missing")) is None
    assert FILES.names(str(tmp_path / "missing")) == []
    assert FILES.modified(str(tmp_path / "missing")) is None
    with pytest.raises(HostError, match="is a directory"):
        FILES.read(str(tmp_path))
    assert FILES.read(__file__ + "/x") is None
    assert FILES.modified(__file__ + "/x") is None
    assert FILES.names(__file__) == FILES.names(__file__ + "/x") == []


def test_deleting(tmp_path: pathlib.Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "x").touch()
    gone = tmp_path / "gone"
    gone.mkdir()
    (gone / "link").symlink_to(kept)
    FILES.replace([], [str(gone)])
    FILES.replace([], [str(gone)])
    assert sorted(os.listdir(tmp_path)) == ["kept"]
    (tmp_path / "link").symlink_to(kept)
    FILES.replace([], [str(tmp_path / "link")])
    assert os.listdir(kept) == ["x"]


def test_scratch_is_private_and_goes(tmp_path: pathlib.Path) -> None:
    with FILES.scratch() as folder:
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        mine = pathlib.Path(folder, "mine")
        mine.touch()
    assert not mine.exists()  # another process may have a folder of that name by now
