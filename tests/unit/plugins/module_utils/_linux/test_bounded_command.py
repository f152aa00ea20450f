# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real programs that end, fail, hang, print without end, or leave others behind that do."""

from __future__ import annotations

import concurrent.futures
import subprocess
import time

import pytest

from ansible_collections.charter.mail.plugins.module_utils._linux import bounded_command
from ansible_collections.charter.mail.plugins.module_utils._linux.bounded_command import OUTPUT, run
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

SECONDS = 1
AT_MOST = 8.0  # seconds, also on a busy machine


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_command, "GRACE", 1)


def run_command(command: list[str]) -> tuple[int, str, str]:
    """Like AnsibleModule.run_command."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def shell(script: str) -> tuple[int, str]:
    return run(run_command, "the program", ["/bin/sh", "-c", script], SECONDS)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 0", (0, "")),
        ("exit 3", (3, "")),
        ("echo so; echo it >&2; echo is; exit 1", (1, "so it is")),
        ("cat", (0, "")),  # there is no input
        ("echo 0 >&3 || exit 5", (5, "/bin/sh: 1: 3: Bad file descriptor")),  # nor the exit code of another
    ],
)
def test_the_exit_code_and_what_is_printed(script: str, expected: tuple[int, str]) -> None:
    code, words = shell(script)
    assert code == expected[0]
    assert words == expected[1] or (code, "3: " in words.lower()) == (5, True)


def test_words_reach_the_program_as_they_are() -> None:
    words = ["a  b", "$HOME", "'", "*", "", "-n", "ä\n$(id)"]
    code, printed = run(run_command, "the program", ["/usr/bin/printf", "<%s>", *words])
    assert (code, printed) == (0, "<a b><$HOME><'><*><><-n><ä $(id)>")


ENDLESS = (
    "sleep 60",
    "trap '' TERM; while :; do sleep 1; done",
    "kill -STOP $$",
    "trap '' PIPE TERM; while :; do echo x; sleep 0.1; done",
)


def test_a_program_that_does_not_end_and_what_another_leaves_behind() -> None:
    """All at once, since each of them takes its time."""

    def error_of(script: str) -> str:
        with pytest.raises(HostError) as caught:
            shell(script)
        return str(caught.value)

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        errors = [pool.submit(error_of, script) for script in ENDLESS]
        left_behind = pool.submit(shell, "sleep 30 & echo started")
        for error in errors:
            assert error.result().startswith("the program: it did not end within 1 seconds")
        assert left_behind.result() == (0, "started")
    assert time.monotonic() - start < SECONDS + 2 + AT_MOST


def test_only_the_beginning_of_a_long_output_is_kept() -> None:
    code, words = shell("head -c 50000000 /dev/zero | tr '\\0' x; exit 1")
    assert code == 1
    assert words == "x" * OUTPUT


def test_an_output_without_end_ends_the_program() -> None:
    code, words = shell("while :; do echo no end; done")
    assert code > 0
    assert len(words) <= OUTPUT


def test_a_program_that_is_not_there() -> None:
    code, words = run(run_command, "the program", ["/nonexistent/program"])
    assert code == 127
    assert "/nonexistent/program" in words


def test_no_shell_can_be_started() -> None:
    def no_process(command: list[str]) -> tuple[int, str, str]:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with pytest.raises(HostError, match=r"^the program: resource temporarily unavailable"):
        run(no_process, "the program", ["/bin/true"])
