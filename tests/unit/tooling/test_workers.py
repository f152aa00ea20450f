# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests in several processes: none is lost, and what each prints and reports is its own."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

from ansible_collections.charter.mail.tests.step_runner.machine import ROOT
from ansible_collections.charter.mail.tests.unit import amount

pytestmark = pytest.mark.alike(1, "a large program")

PLUGINS = ("-p", "tests.conftest", "-p", "tests.unit.conftest")
INTERRUPTED, TESTS_FAILED = pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED


def run(folder: pathlib.Path, body: str, *options: str, files: int = 1) -> tuple[int, str]:
    """The exit code and the output of pytest with two workers and so many equal files."""
    for number in range(files):
        text = "import gc, os, pathlib, pytest, signal, sys, time\n" + textwrap.dedent(body)
        (folder / f"test_sample{number}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGINS, "--workers=2", *options, str(folder)],
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(ROOT),
            amount.VARIABLE: "full",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_each_test_runs_once_and_has_its_own_output(tmp_path: pathlib.Path) -> None:
    code, output = run(
        tmp_path,
        """
        @pytest.fixture(scope="module")
        def worker():
            pathlib.Path(f"worker {os.getpid()}").touch()
            for _look in range(6000):  # until the other file runs beside this one
                if len(list(pathlib.Path().glob("worker *"))) == 2:
                    break
                time.sleep(0.01)
            yield os.getpid()
            pathlib.Path(f"ended {os.getpid()}").touch(exist_ok=False)
        @pytest.mark.parametrize("number", range(20))
        def test_sample(worker, number):
            pathlib.Path(f"ran {__name__} {number}").touch(exist_ok=False)
            assert worker == os.getpid() != os.getppid()
            print(f"printed by {__name__} {number}.")
            os.system(f"echo printed by a program of {__name__} {number}.")
            assert number != 13
        """,
        files=2,
    )
    assert code == TESTS_FAILED
    assert "2 failed, 38 passed" in output
    assert [len(list(tmp_path.glob(f"{what} *"))) for what in ("worker", "ended", "ran")] == [2, 2, 40]
    for number in range(20):
        for name in ("test_sample0", "test_sample1"):
            assert output.count(f"printed by {name} {number}.\n") == (number == 13)
            assert output.count(f"printed by a program of {name} {number}.\n") == (number == 13)


@pytest.mark.parametrize(
    "end",
    [
        "os._exit(0)",
        "os.kill(os.getpid(), signal.SIGKILL)",
        "pytest.exit('enough')",
        "raise KeyboardInterrupt",
    ],
)
def test_a_worker_that_ends_early_fails_the_run(tmp_path: pathlib.Path, end: str) -> None:
    code, output = run(tmp_path, f"def test_good(): pass\ndef test_bad(): {end}\ndef test_other(): pass\n")
    assert code == TESTS_FAILED
    assert "a worker ended with exit code" in output
    assert "test_sample0.py::test_bad" in output


def test_what_fails_after_the_last_test_fails_the_run(tmp_path: pathlib.Path) -> None:
    code, output = run(
        tmp_path,
        """
        class Bad:
            def __init__(self): self.itself = self
            def __del__(self): raise ValueError("only the collector of garbage sees it")
        def test_sample(): Bad()
        """,
        "-Werror",
    )
    assert code == TESTS_FAILED
    assert "only the collector of garbage sees it" in output


def test_the_first_failure_ends_the_run_if_asked(tmp_path: pathlib.Path) -> None:
    body = """
    @pytest.mark.parametrize("number", range(400))
    def test_sample(number):
        assert number
        time.sleep(0.01)
    """
    code, output = run(tmp_path, body, "-x")
    assert code == TESTS_FAILED
    assert "stopping after 1 failures" in output
    passed = output.rpartition(" passed")[0].rpartition(" ")[2]
    assert int(passed) < 300


def test_a_file_that_cannot_be_imported_fails_the_run(tmp_path: pathlib.Path) -> None:
    assert run(tmp_path, "import nothing_of_that_name\n")[0] == INTERRUPTED
