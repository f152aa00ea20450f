# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the embedded mail server starts and ends, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import typing as t

import pytest

from ansible_collections.charter.mail.tests.demo.embedded import EmbeddedMailServer, ServerError
from ansible_collections.charter.mail.tests.unit.amount import sample

from .embedded_server_sessions import ADA

TESTS = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT = 30.0  # seconds; usually a moment


def wait_until(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.alike(1, "a mail server of its own")
class TestLifetime:
    def test_leaves_nothing_behind(self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        with EmbeddedMailServer([ADA]) as server:
            pid = server.pid
            assert list(tmp_path.iterdir()) == [server.ca_path.parent]
        assert not is_running(pid)
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(ServerError, match="not running"):
            _ = server.ports

    @pytest.mark.parametrize("number", sample([signal.SIGTERM, signal.SIGINT], 1))
    def test_a_signal_stops_it_and_removes_its_files(self, number: signal.Signals) -> None:
        with EmbeddedMailServer([ADA]) as server:
            folder = server.ca_path.parent
            os.kill(server.pid, number)
            wait_until(lambda: not is_running(server.pid))
            assert not folder.exists()

    @pytest.mark.parametrize("number", sample([signal.SIGTERM, signal.SIGINT], 1))
    def test_a_signal_that_the_parent_ignores_stops_it(self, number: signal.Signals) -> None:
        before = signal.signal(number, signal.SIG_IGN)
        try:
            with EmbeddedMailServer([ADA]) as server:
                os.kill(server.pid, number)
                wait_until(lambda: not is_running(server.pid))
        finally:
            signal.signal(number, before)

    def test_nothing_remains_when_it_is_killed(self) -> None:
        with EmbeddedMailServer([ADA]) as server:
            folder = server.ca_path.parent
            os.kill(server.pid, signal.SIGKILL)
            wait_until(lambda: not is_running(server.pid))
        assert not folder.exists()

    def test_it_ends_when_its_parent_is_killed(self) -> None:
        program = textwrap.dedent(f"""\
            import json, sys, time
            sys.path.insert(0, {str(TESTS)!r})
            from demo.embedded import EmbeddedMailServer
            with EmbeddedMailServer([{ADA!r}]) as server:
                print(json.dumps([server.pid, str(server.ca_path.parent)]), flush=True)
                time.sleep(600)
            """)
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
            assert parent.stdout is not None
            pid, folder = json.loads(parent.stdout.readline())
            assert is_running(pid)
            parent.kill()
        wait_until(lambda: not is_running(pid))
        assert not pathlib.Path(folder).exists()

    def test_an_error_in_the_block_stops_it(self) -> None:
        pids = []

        def fail() -> None:
            with EmbeddedMailServer([ADA]) as server:
                pids.append(server.pid)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert [is_running(pid) for pid in pids] == [False]

    def test_a_failed_start_is_reported(self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
        with pytest.raises(ServerError, match="cannot create its directory"), EmbeddedMailServer([ADA]):
            pass

    def test_works_with_spaces_in_every_path(self, tmp_path: pathlib.Path) -> None:
        clone, scratch = tmp_path / "a clone", tmp_path / "a scratch folder"
        shutil.copytree(TESTS / "demo", clone / "tests" / "demo")
        files = "roles/test_server/files"
        shutil.copytree(TESTS.parent / files, clone / files)
        scratch.mkdir()
        program = textwrap.dedent(f"""\
            import imaplib, pathlib, sys
            sys.path.insert(0, {str(clone / "tests")!r})
            from demo.embedded import EmbeddedMailServer
            with EmbeddedMailServer([{ADA!r}], log=pathlib.Path("the log")) as server:
                assert server.ca_path.parents[1] == pathlib.Path({str(scratch)!r}), server.ca_path
                tls = server.tls_context()
                with imaplib.IMAP4_SSL("localhost", server.ports["imap"], ssl_context=tls) as client:
                    print(client.login({ADA!r}, server.users[{ADA!r}])[0])
            """)
        environment = {**os.environ, "TMPDIR": str(scratch)}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=clone, env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout == "OK\n"
        assert "logged in" in (clone / "the log").read_text()
        assert list(scratch.iterdir()) == []
