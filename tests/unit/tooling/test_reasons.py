# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last lines of a run tell of a failed step."""

from __future__ import annotations

import json
import pathlib
import textwrap
import typing as t

import pytest

from ansible_collections.charter.mail.tests.step_runner import pytest_runs, steps
from ansible_collections.charter.mail.tests.step_runner.commands import script
from ansible_collections.charter.mail.tests.step_runner.reasons import LINES, telling
from ansible_collections.charter.mail.tests.step_runner.results import Counts, Failed, Result, summary
from ansible_collections.charter.mail.tests.step_runner.schedule import run_into

RED, OFF = "\x1b[0;31m", "\x1b[0m"


def fatal(result: t.Mapping[str, object], host: str = "desk-1") -> str:
    return f"fatal: [{host}]: FAILED! => {json.dumps(result)}"


def boxed(line: str) -> list[str]:
    """As Molecule shows a line of what it runs."""
    wrapped = textwrap.wrap(line, 76, subsequent_indent="  ", break_on_hyphens=False)
    return [f"  \x1b[2m{RED}│{OFF} {RED}{part}{OFF}" for part in wrapped]


def action(name: str, state: str) -> str:
    return f"\x1b[36mINFO    {OFF} \x1b[32mverify{OFF} ➜ \x1b[33m{name}{OFF}: \x1b[32m{state}{OFF}"


def test_a_failed_task_is_shown_by_its_message_and_what_its_command_said() -> None:
    output = "the fleet does not start: desk-2 does not start:\nmount: cannot mount overlay\n\n"
    result = {
        "cmd": ["up"] * 100,
        "msg": "non-zero\nreturn code",
        "stderr": output,
        "stderr_lines": output.splitlines(),
        "stdout": "many words " * 500,
    }
    log = [
        action("create", "Executing"),
        *boxed("[ERROR]: Task failed: Module failed: non-zero return code"),
        *boxed(fatal(result)),
        *boxed("PLAY RECAP ****"),
        *boxed("desk-1                     : ok=0    changed=0    unreachable=0    failed=1    skipped=0    rescued=0"),
        "CRITICAL Ansible return code was 2, command was: ansible-playbook",
        f"{RED}ERROR   {OFF} verify ➜ create: Executed: Failed",
        action("destroy", "Executing"),
        action("destroy", "Executed: Successful"),
        f"{RED}ERROR   {OFF} Ansible return code was 2, command was: ansible-playbook",
        f"{RED}ERROR   {OFF} Molecule executed 1 scenario (1 failed)",
        "== molecule: FAILED after 200.0 s",
    ]
    assert telling("\n".join(log)) == [
        "fatal: [desk-1]: FAILED! non-zero return code",
        "  the fleet does not start: desk-2 does not start:",
        "  mount: cannot mount overlay",
        "ERROR    verify ➜ create: Executed: Failed",
    ]


def test_of_a_run_within_a_task_its_failed_tasks_are_shown() -> None:
    inner = "\n".join(["PLAY [Site]", fatal({"msg": "no route"}, "desk-3"), "PLAY RECAP ****", "desk-3 : failed=1"])
    assert telling(fatal({"msg": "failed", "rc": 4, "stderr": "", "stdout": inner}, "localhost")) == [
        "fatal: [localhost]: FAILED! failed",
        "  PLAY [Site]",
        "  fatal: [desk-3]: FAILED! no route",
    ]


def test_expected_failures_in_what_succeeded_are_left_out() -> None:
    log = [
        action("converge", "Executing"),
        *boxed(fatal({"msg": "not supported"})),
        action("converge", "Executed: Successful"),
        action("idempotence", "Executing"),
        *boxed(fatal({"msg": "not supported"})),
        "CRITICAL Idempotence test failed because of the following tasks:",
        "* [desk-1] => Write the file",
    ]
    assert telling("\n".join(log)) == [
        "fatal: [desk-1]: FAILED! not supported",
        "CRITICAL Idempotence test failed because of the following tasks:",
        "* [desk-1] => Write the file",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'failed: [desk-1] (item=[1, 2]) => {"msg": "cut off',
        'fatal: [desk-1]: FAILED! => {"censored": "hidden"}',
        "[ERROR]: YAML parsing failed: here",
        "ERROR: plugins/modules/mail_test.py:1:2: no good",
        "mypy          FAILED: mypy plugins",
        "plugins/modules/mail_test.py:7: error: Missing return statement  [return]",
        "plugins/modules/mail_test.py:1:8: F401 `os` imported but unused",
        "E   AssertionError: no mail",
        "tests.lab.errors.LabError: Dovecot does not listen",
    ],
)
def test_other_lines_that_tell(line: str) -> None:
    assert telling(f"before\n{line}\nafter\n== lint: FAILED after 1.0 s\n") == [line]


def test_each_line_is_shown_once_and_cut_and_the_last_ones_only() -> None:
    lines = [f"ERROR {number}" for number in range(20)]
    shown = telling("\n".join([*lines, "CRITICAL 19", f"ERROR {'x' * 500}"]))
    assert shown == ["ERROR 13", "ERROR 14", "ERROR 15", "ERROR 16", "ERROR 17", "ERROR 18", "CRITICAL 19", shown[-1]]
    assert len(shown[-1]) == 200


def test_where_no_line_tells_the_last_ones_are_shown() -> None:
    output = "".join(f"line {number}\n\n" for number in range(20))
    assert telling(f"{output}== demo: FAILED after 1.0 s\n") == [f"line {number}" for number in range(20 - LINES, 20)]
    assert telling("") == []


def test_what_a_step_printed_into_its_file_is_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    def fails() -> Counts:
        """A step that fails."""
        return script("sh", "-c", r"printf 'much\nERROR \377: the reason\nmore\n'; exit 2")

    monkeypatch.setattr(steps, "STEPS", {"fails": fails})
    result = run_into(tmp_path / "fails", "fails")
    assert result.reasons == ["ERROR \ufffd: the reason"]
    assert summary([result]).endswith("\n\nfails FAILED: exit code 2\n  ERROR \ufffd: the reason")


def test_a_test_is_named_with_the_first_line_of_its_message(tmp_path: pathlib.Path) -> None:
    report = tmp_path / "report.xml"
    failure = '<failure message="&#10;assert 1 == 2&#10;  where">long</failure>'
    good = '<testcase classname="tests.a" name="test_good"/>'
    bad = f'<testcase classname="tests.a.TestB" name="test_bad[1]">{failure}</testcase>'
    report.write_text(f"<testsuites><testsuite>{good}{bad * 20}</testsuite></testsuites>")
    assert pytest_runs.failed_tests(report) == ["tests.a.TestB::test_bad[1]: assert 1 == 2"] * LINES


@pytest.mark.parametrize("failed", [1, 2, 3])
def test_all_of_it_is_short(failed: int) -> None:
    reasons = [f"{number} {'x' * 198}" for number in range(LINES)]
    results = [Result(f"step{number}", "FAILED", 1.0, "exit code 1", Counts(), reasons) for number in range(failed)]
    end = summary(results).partition("\ntests: ")[2]
    assert len(end) < 1100
    assert all(f"step{number} FAILED: exit code 1\n" in end for number in range(failed))
    assert end.endswith(reasons[-1])


def test_reasons_that_are_known_are_not_searched_for(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    def fails() -> Counts:
        """A step that fails."""
        script("echo", "ERROR: another one")
        raise Failed("exit code 1", reasons=["the reason"])

    monkeypatch.setattr(steps, "STEPS", {"fails": fails})
    assert run_into(tmp_path / "fails", "fails").reasons == ["the reason"]
