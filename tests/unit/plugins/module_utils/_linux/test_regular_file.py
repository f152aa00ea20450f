# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the place of a file that is read, and the scratch folder of a run."""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import stat
import tempfile

import pytest

from ansible_collections.charter.mail.plugins.module_utils._linux import regular_file
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

FILES = LocalFiles()


@pytest.mark.parametrize("kind", ["a FIFO", "a device", "a socket", "a directory"])
def test_only_regular_files_are_opened(tmp_path: pathlib.Path, kind: str) -> None:
    path = tmp_path / "prefs.js"
    if kind == "a FIFO":
        os.mkfifo(path)
    elif kind == "a device":
        path.symlink_to("/dev/zero")
    elif kind == "a directory":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
    words = "no such device" if kind == "a socket" else f"this is {kind} where a regular file is expected"
    with pytest.raises(HostError, match=f"^{path}: {words}"):
        FILES.read(str(path))
    with pytest.raises(HostError, match=f"^{path}: "):
        FILES.lock_holder(str(path))
    with pytest.raises(HostError, match=f"^{path}: "), FILES.lock(str(path)):
        pytest.fail("it was locked")


def test_a_file_without_an_end_is_not_read(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "logins.json"
    path.touch()
    os.truncate(path, 10 * 1000**3)
    with pytest.raises(
        HostError, match=f"^{path}: the file has at least 10000000000 bytes, .* [(]64 MiB[)] are read[.] Find out what"
    ):
        FILES.read(str(path))


@pytest.mark.parametrize("size", [0, 1, 4095, 3_000_000])
def test_whole_files_are_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * size)
    monkeypatch.setattr(regular_file, "LIMIT", 3_000_000)
    assert FILES.read(str(path)) == b"x" * size
    path.write_bytes(b"x" * 3_000_001)
    with pytest.raises(HostError, match="3000001 bytes"):
        FILES.read(str(path))


def test_files_that_say_nothing_of_their_size_are_read() -> None:
    assert b"Uid:" in (FILES.read("/proc/self/status") or b"")


@pytest.fixture
def base(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_dead_runs_folder_is_emptied_and_goes(base: pathlib.Path) -> None:
    child = os.fork()
    if child == 0:
        with FILES.scratch() as one, FILES.scratch() as other:
            for folder in (one, other):
                pathlib.Path(folder, "deep").mkdir()
                pathlib.Path(folder, "deep/key4.db").touch()
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(os.listdir(base)) == 2
    with FILES.scratch() as folder:
        assert os.listdir(folder) == []
    assert os.listdir(base) == []


def test_a_living_runs_folder_stays(base: pathlib.Path) -> None:
    with FILES.scratch() as mine:
        pathlib.Path(mine, "key4.db").touch()
        for _round in range(3):
            with FILES.scratch() as other:
                assert other != mine
        assert os.listdir(mine) == ["key4.db"]
        assert os.listdir(base) == [os.path.basename(mine)]


def test_what_others_have_put_there_is_left(base: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with FILES.scratch() as folder:
        name = os.path.basename(folder)[:-1]
    elsewhere = tmp_path_factory.mktemp("elsewhere", numbered=True)
    (elsewhere / "kept").touch()
    (base / f"{name}0").symlink_to(elsewhere)
    (base / f"{name}1").touch()
    (base / f"{name}2").mkdir(mode=0o755)
    os.chmod(base / f"{name}2", 0o755)
    os.mkfifo(base / f"{name}3")
    with FILES.scratch() as folder:
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        assert os.path.basename(folder)[:-1] != name
    assert sorted(os.listdir(base)) == [f"{name}{number}" for number in range(4)]
    assert (elsewhere / "kept").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(base: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, mode: int = 0o777) -> None:
        raise OSError(122, os.strerror(122))

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(HostError, match=f"^{base}/charter-mail-.*quota.*Raise the user's quota"), FILES.scratch():
        pytest.fail("it was made")
