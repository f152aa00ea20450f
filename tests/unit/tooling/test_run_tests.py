# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runner of the steps: what fails must be seen to fail."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import textwrap
import threading
import typing as t

import pytest

from ansible_collections.charter.mail.tests.step_runner import command_line, pytest_runs, steps
from ansible_collections.charter.mail.tests.step_runner.commands import prepare, script
from ansible_collections.charter.mail.tests.step_runner.machine import ROOT
from ansible_collections.charter.mail.tests.step_runner.results import Counts, Failed, Missing
from ansible_collections.charter.mail.tests.unit import amount as amount_of


def _fails() -> Counts:
    """A step that fails."""
    raise Failed("exit code 1", Counts(passed=2, failed=1))


def _lacks() -> Counts:
    """A step that lacks something."""
    raise Missing("only root may")


def _passes() -> Counts:
    """A step that passes."""
    return Counts(passed=5)


ALL_STEPS = dict(steps.STEPS)
STEPS = {"fails": _fails, "lacks": _lacks, "passes": _passes}


@pytest.fixture(autouse=True)
def _steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "STEPS", STEPS)
    monkeypatch.delenv("CI", raising=False)


def _main(monkeypatch: pytest.MonkeyPatch, *names: str) -> bool:
    monkeypatch.setattr(sys, "argv", ["run_tests.py", *names])
    with pytest.raises(SystemExit) as end:
        command_line.main()
    return end.value.code in (0, False)


def test_one_failed_step_fails_the_run_and_the_rest_still_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not _main(monkeypatch)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3:] == ["tests: 7 passed, 1 failed, 0 skipped", "", "fails FAILED: exit code 1"]
    assert any(line.split()[:2] == ["fails", "FAILED"] for line in lines)
    assert any(line.split()[:2] == ["passes", "passed"] for line in lines)


def test_the_fast_loop_is_only_for_those_who_ask(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "STEPS", {"unit": _fails, "unit-full": _passes})
    assert _main(monkeypatch)
    assert "unit-full     passed" in capsys.readouterr().out
    assert not _main(monkeypatch, "unit")


@pytest.mark.parametrize(
    ("step", "in_ci", "amount"),
    [
        ("unit", False, "fast"),
        ("unit", True, "full"),
        ("unit-full", False, "full"),
        ("unit-3.8", True, "sample"),
        ("real", False, "full"),
    ],
)
def test_where_a_sample_is_enough(monkeypatch: pytest.MonkeyPatch, step: str, in_ci: bool, amount: str) -> None:
    seen: list[str] = []

    def run(command: list[str], *, env: dict[str, str], **options: object) -> subprocess.CompletedProcess[bytes]:
        seen.append(env[amount_of.VARIABLE])
        return subprocess.CompletedProcess(command, 0)

    if in_ci:
        monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(steps, "environment", lambda name: None)
    monkeypatch.setattr(steps, "need_root", lambda why: None)
    monkeypatch.setattr(steps, "ansible_for_targets", lambda: "")
    monkeypatch.setattr(subprocess, "run", run)
    ALL_STEPS[step]()
    assert seen == [amount]


def test_steps_of_one_core_run_side_by_side_and_print_in_order(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    begun = {name: threading.Event() for name in ("left", "right")}
    right_has_ended = threading.Event()

    def say(name: str) -> None:
        script("sh", "-c", f"echo {name} on stdout; echo {name} on stderr >&2")

    def left() -> Counts:
        """The first one, which ends last."""
        say("left")
        begun["left"].set()
        assert begun["right"].wait(60)  # neither ends before both have begun
        assert right_has_ended.wait(60)
        return Counts(passed=1)

    def right() -> Counts:
        """The second one, which fails."""
        begun["right"].set()
        assert begun["left"].wait(60)
        try:
            say("right")
            prepare("sh", "-c", "echo right prepares; exit 7")
        finally:
            right_has_ended.set()
        return Counts(passed=4)

    monkeypatch.setattr(steps, "STEPS", {"left": left, "right": right, "passes": _passes})
    monkeypatch.setattr(steps, "ONE_CORE", (("left",), ("right",)))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert not _main(monkeypatch, "left", "right", "passes")
    shown = capfd.readouterr()
    assert shown.err == ""
    lines = [re.sub(r"[0-9.]+ s$", "N s", line) for line in shown.out.splitlines() if line]
    assert lines[: lines.index("== passes: passed after N s")] == [
        "== side by side: left, right",
        "== left: The first one, which ends last.",
        "left on stdout",
        "left on stderr",
        "== left: passed after N s",
        "== right: The second one, which fails.",
        "right on stdout",
        "right on stderr",
        "right prepares",
        "== right: FAILED after N s",
        "== passes: A step that passes.",
    ]
    end = lines[lines.index("== passes: passed after N s") + 2 :]
    table = [line.split()[:2] for line in end[:4]]
    assert table == [["left", "passed"], ["right", "FAILED"], ["passes", "passed"], ["tests:", "6"]]
    assert end[4:] == [
        "right FAILED: echo right prepares; exit 7: exit code 7",
        "  right on stdout",
        "  right on stderr",
        "  right prepares",
    ]


@pytest.mark.parametrize("cores", [1, 2])
def test_an_error_in_a_step_ends_the_run_and_what_it_printed_is_shown(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], cores: int
) -> None:
    def breaks() -> Counts:
        """A step with a mistake in it."""
        script("printf", "before the mistake, \\377\\n")
        raise ValueError("a mistake")

    monkeypatch.setattr(steps, "STEPS", {"breaks": breaks, "passes": _passes})
    monkeypatch.setattr(steps, "ONE_CORE", (("breaks",), ("passes",)))
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(sys, "argv", ["run_tests.py"])
    with pytest.raises(ValueError, match="a mistake"):
        command_line.main()
    assert b"== breaks: A step with a mistake in it.\nbefore the mistake, \xff\n" in capfdbinary.readouterr().out


def test_steps_of_one_list_run_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    running: set[str] = set()

    def alone(name: str) -> t.Callable[[], Counts]:
        def step() -> Counts:
            """A step that shares something with another one."""
            assert not running
            running.add(name)
            script("sleep", "0.1")
            running.remove(name)
            return Counts(passed=1)

        return step

    monkeypatch.setattr(steps, "STEPS", {"one": alone("one"), "beside": _passes, "two": alone("two")})
    monkeypatch.setattr(steps, "ONE_CORE", (("one", "two"), ("beside",)))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert _main(monkeypatch)
    assert capfd.readouterr().out.splitlines()[-1] == "tests: 7 passed, 0 failed, 0 skipped"


def test_each_step_that_runs_beside_others_is_a_step_and_in_one_list() -> None:
    names = [name for names in steps.ONE_CORE for name in names]
    assert len(names) == len(set(names))
    assert set(names) < set(ALL_STEPS)


def test_what_is_missing_is_skipped_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, "passes", "lacks")
    assert "1 of 2 steps skipped:\n  lacks: only root may\n" in capsys.readouterr().out


def test_nothing_may_be_missing_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert not _main(monkeypatch, "passes", "lacks")


def test_an_unknown_step_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _main(monkeypatch, "passes", "dances")


def test_the_program_needs_nothing_but_its_clone(tmp_path: pathlib.Path) -> None:
    program = [sys.executable, "-I", str(ROOT / "tests/run_tests.py"), "dances"]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"no such step: dances; there are: {', '.join(ALL_STEPS)}\n"


def test_a_changed_clone_fails_the_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(steps, "STEPS", {"passes": _passes})
    states = iter([" M README.md\n", " M README.md\n?? left_over.txt\n"])
    monkeypatch.setattr(command_line, "git_status", lambda: next(states))
    assert not _main(monkeypatch)
    row, why = (line for line in capsys.readouterr().out.splitlines() if line.startswith("clean clone"))
    assert row.split() == ["clean", "clone", "FAILED", "0.0", "??", "left_over.txt"]
    assert why == "clean clone FAILED: ?? left_over.txt"


def _write_test(folder: pathlib.Path, body: str) -> str:
    path = folder / "test_sample.py"
    path.write_text("import pytest\n" + textwrap.dedent(body))
    return str(path)


def _run(path: str, *options: str, second_try: t.Sequence[str] | None = None) -> Counts:
    environ = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    return pytest_runs.pytest(pathlib.Path(sys.executable), *options, path, second_try=second_try, **environ)


# As unit tests are run.
WORKERS = ("-p", "tests.conftest", "-p", "tests.unit.conftest", "--workers=2")


@pytest.mark.alike(1, "a large program")
class TestPytest:
    """Each starts it."""

    @pytest.mark.parametrize("options", [(), WORKERS], ids=["alone", "in workers"])
    def test_pytest_is_counted(self, tmp_path: pathlib.Path, options: t.Sequence[str]) -> None:
        path = _write_test(
            tmp_path,
            """
            def test_good(): pass
            def test_other_good(): pass
            def test_bad(): raise ValueError
            @pytest.fixture
            def broken(): raise ValueError
            def test_error(broken): pass
            @pytest.fixture
            def spoilt():
                yield
                raise ValueError
            def test_error_at_the_end(spoilt): pass
            @pytest.mark.skip(reason="no server")
            def test_skipped(): pass
            """,
        )
        with pytest.raises(Failed) as failed:
            _run(path, *options)
        assert failed.value.tests == Counts(passed=2, failed=3, skipped=1)
        assert {reason.partition("::")[2] for reason in failed.value.reasons} == {
            "test_bad: ValueError",
            'test_error: failed on setup with "ValueError"',
            'test_error_at_the_end: failed on teardown with "ValueError"',
        }

    def test_a_skipped_test_fails_in_ci_only(self, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
        path = _write_test(tmp_path, "def test_skipped(): pytest.skip('no server')\n")
        assert _run(path) == Counts(skipped=1)
        monkeypatch.setenv("CI", "true")
        with pytest.raises(Failed, match="skipped in CI: no server"):
            _run(path)

    def test_a_test_that_passes_when_it_runs_again_alone_is_named(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        body = f"""
            import pathlib
            RUNS = pathlib.Path({str(tmp_path)!r}, "runs")
            def test_good(): pass
            def test_unlucky():
                RUNS.write_text(RUNS.read_text() + "x" if RUNS.exists() else "x")
                assert len(RUNS.read_text()) == 2, "a busy machine"
            """
        path = _write_test(tmp_path, body)
        with pytest.raises(Failed):
            _run(path)
        (tmp_path / "runs").unlink()
        counts = _run(path, second_try=["-q"])
        assert (counts.passed, counts.failed) == (2, 0)

        def real() -> Counts:
            """A step with such a test."""
            return counts

        monkeypatch.setattr(steps, "STEPS", {"real": real})
        assert _main(monkeypatch)
        end = capsys.readouterr().out.splitlines()[-4:]
        assert end[:3] == [
            "tests: 2 passed, 0 failed, 0 skipped",
            "",
            "1 of them failed, and passed when run again alone:",
        ]
        assert "test_unlucky: AssertionError: a busy machine" in end[3]

    @pytest.mark.parametrize("number", [1, 3])
    def test_a_defect_fails_again_and_many_failures_are_not_tried_again(
        self, tmp_path: pathlib.Path, number: int
    ) -> None:
        body = f"""
            import pathlib
            @pytest.mark.parametrize("number", range({number}))
            def test_bad(number):
                with pathlib.Path({str(tmp_path)!r}, "runs").open("a") as runs: runs.write("x")
                raise ValueError
            """
        with pytest.raises(Failed) as failed:
            _run(_write_test(tmp_path, body), second_try=[])
        assert failed.value.tests == Counts(failed=number)
        assert len((tmp_path / "runs").read_text()) == (2 if number == 1 else number)

    def test_a_run_without_tests_fails(self, tmp_path: pathlib.Path) -> None:
        with pytest.raises(Failed):
            _run(str(tmp_path))
