# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of Wine remains, however it ends, and nothing of it is outside its folder."""

from __future__ import annotations

import os
import pathlib
import select
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.tests.lab import cleanup
from ansible_collections.charter.mail.tests.wine import fixtures
from ansible_collections.charter.mail.tests.wine.prefix import Prefix

TESTS = pathlib.Path(__file__).resolve().parents[1]
TIMEOUT = 120.0
START = """
import runpy, sys
runpy.run_path(sys.argv[1] + "/conftest.py")
from ansible_collections.charter.mail.tests.wine.prefix import Prefix
with Prefix.start() as prefix:
    print(prefix.directory, flush=True)
    sys.stdin.read()
"""


def below(folder: pathlib.Path) -> set[pathlib.Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


@pytest.mark.parametrize("killed", [False, True])
def test_nothing_remains(tmp_path: pathlib.Path, killed: bool) -> None:
    temporary, home = tmp_path / "tmp", tmp_path / "home"
    temporary.mkdir()
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(temporary)}
    pipe: dict[str, t.Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", START, str(TESTS)], env=environment, **pipe) as owner:
        assert owner.stdin is not None
        assert owner.stdout is not None
        wine = Prefix(pathlib.Path(owner.stdout.readline().strip()))
        assert wine.drive.is_dir()
        handles = {process: os.pidfd_open(process) for process in wine.namespace.processes()}
        try:
            assert handles  # the server, and Windows' services
            if killed:
                owner.kill()
                owner.wait(TIMEOUT)
                cleanup.remove_stale()
            else:
                owner.stdin.close()
                assert owner.wait(TIMEOUT) == 0
            for process, handle in handles.items():
                dead = select.select([handle], [], [], TIMEOUT)[0]
                assert dead, pathlib.Path(f"/proc/{process}/status").read_text()
        finally:
            for handle in handles.values():
                os.close(handle)
    assert below(tmp_path) == {pathlib.Path("home"), pathlib.Path("tmp")}
    assert not wine.namespace.exists()
    assert not cleanup.record_of(wine.directory.name).exists()


@pytest.mark.parametrize(("in_ci", "outcome"), [(None, pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_machine_without_wine(
    monkeypatch: pytest.MonkeyPatch, in_ci: str | None, outcome: type[BaseException]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    if in_ci is not None:
        monkeypatch.setenv("CI", in_ci)
    monkeypatch.setattr("shutil.which", lambda _program: None)
    with pytest.raises(outcome, match="ip, wine, wineserver"):
        fixtures.require()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(outcome, match="needs root"):
        fixtures.require()
