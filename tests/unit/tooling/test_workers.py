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

from ansible_collections.charter.mail.tests import run_tests
from ansible_collections.charter.mail.tests.unit import amount

pytestmark = pytest.mark.alike(1, "runs of pytest")

PLUGINS = ("-p", "tests.conftest", "-p", "tests.unit.conftest")
INTERRUPTED, TESTS_FAILED = pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED


def run(folder: pathlib.Path, body: str, *options: str) -> tuple[int, str]:
    """The exit code and the output of pytest with two workers."""
    path = folder / "test_sample.py"
    path.write_text("import gc, os, pytest, signal, sys, threading\n" + textwrap.dedent(body))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGINS, "--workers=2", *options, str(path)],
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(run_tests.ROOT),
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
        def shared():
            yield os.getpid()
            with open("ended", "a") as file:
                file.write(f"{os.getpid()}\\n")
        @pytest.mark.parametrize("number", range(40))
        def test_sample(shared, number):
            with open("began", "a") as file:
                file.write(f"{number}\\n")
            assert shared == os.getpid() != os.getppid()
            print(f"printed by {number}")
            os.system(f"echo printed by a program of {number}")
            assert number % 20 != 13
        """,
    )
    assert code == TESTS_FAILED
    assert sorted(map(int, (tmp_path / "began").read_text().split())) == list(range(40))
    ended = (tmp_path / "ended").read_text().split()
    assert len(ended) == len(set(ended)) <= 2
    assert "2 failed, 38 passed" in output
    for number in range(40):
        assert output.count(f"printed by {number}\n") == (number % 20 == 13)
        assert output.count(f"printed by a program of {number}\n") == (number % 20 == 13)


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
    assert "test_sample.py::test_bad" in output


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
    import time
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
