# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs pytest and counts its tests."""

from __future__ import annotations

import os
import pathlib
import tempfile
import typing as t
from xml.etree import ElementTree

from .commands import exit_code_of
from .machine import in_ci
from .reasons import LINES, cut, first_line
from .results import Counts, Failed

AMOUNT = "CHARTER_MAIL_TESTS"  # see tests/unit/amount.py
_CORES = os.cpu_count() or 1
_TESTS_FAILED = 1  # pytest.ExitCode
_MOST_SECOND_TRIES = 2
# See tests/unit/workers.py. Some tests wait for processes and servers.
_UNIT_SIDE_BY_SIDE = ("-p", "no:xdist", f"--workers={min(8, _CORES + 2)}")
# These tests wait for servers and clients a third of the time. Each worker has a mail lab and a Windows of its own.
REAL_SIDE_BY_SIDE = (f"--numprocesses={min(4, _CORES + 1)}", "--dist=worksteal")


def unit_tests(python: pathlib.Path, *arguments: str, temporary: str | None = None, **variables: str) -> Counts:
    """Run unit tests side by side.

    Args:
        python: of an environment with pytest.
        arguments: pytest's.
        temporary: the folder for their temporary files, if not the usual one.
        variables: of the environment.
    """
    with tempfile.TemporaryDirectory(dir=temporary) as folder:
        os.chmod(folder, 0o711)  # some tests act as another user
        # Where Python may not keep what it has compiled, it compiles all tests: three seconds more.
        variables = {"PYTHONDONTWRITEBYTECODE": "", "TMPDIR": folder, **variables}
        return pytest(python, *_UNIT_SIDE_BY_SIDE, "-p", "no:logging", *arguments, **variables)


def pytest(
    python: pathlib.Path, *arguments: str, second_try: t.Sequence[str] | None = None, **variables: str
) -> Counts:
    """Run tests and count them; all that they can try, unless the variables say otherwise.

    Args:
        python: of an environment with pytest.
        arguments: pytest's.
        second_try: if only one or two tests fail, they run once more, with these further arguments; None if they do
            not. The result names those that pass then.
        variables: of the environment.
    """
    variables = {AMOUNT: "full", **variables}
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.xml")
        command = [str(python), "-m", "pytest", *arguments, "-o", f"cache_dir={folder}/cache"]
        code = exit_code_of([*command, f"--junit-xml={report}"], **variables)
        tests, reasons = read_report(report) if report.exists() else (Counts(), [])
        failures = failed_tests(report) if report.exists() else []
        if code == _TESTS_FAILED and second_try is not None and tests.failed <= _MOST_SECOND_TRIES:
            code = exit_code_of([*command, "--last-failed", "--last-failed-no-failures=none", *second_try], **variables)
            if code == 0:
                tests = Counts(tests.passed + tests.failed, 0, tests.skipped, tuple(failures))
    if code != 0:
        raise Failed(f"pytest's exit code {code}", tests, failures)
    if reasons and in_ci():
        raise Failed(f"skipped in CI: {'; '.join(reasons)}", tests)
    return tests


def read_report(report: pathlib.Path) -> tuple[Counts, list[str]]:
    """The numbers in pytest's JUnit report, and the reasons for what was skipped, each once."""
    failed = skipped = total = 0
    reasons = []
    for case in ElementTree.parse(report).iter("testcase"):
        total += 1
        failed += case.find("failure") is not None or case.find("error") is not None
        skip = case.find("skipped")
        if skip is not None:
            skipped += 1
            reasons.append(skip.get("message", "no reason given"))
    return Counts(total - failed - skipped, failed, skipped), sorted(set(reasons))


def failed_tests(report: pathlib.Path) -> list[str]:
    """The failed tests in pytest's JUnit report, each with the first line of its message; the last ones of many."""
    cases = ElementTree.parse(report).iter("testcase")
    return [cut(line) for case in cases for line in _failures(case)][-LINES:]


def _failures(case: ElementTree.Element) -> t.Iterator[str]:
    """A line for each part of a test that failed: it and its fixtures."""
    for found in (*case.iter("failure"), *case.iter("error")):
        yield f"{case.get('classname', '')}::{case.get('name', '')}: {first_line(found.get('message', ''))}"
