# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What steps and the tests in them came to, and the table of it."""

from __future__ import annotations

import dataclasses
import typing as t

from .reasons import cut

_SHOWN = 900  # characters about why steps failed: CI shows about the last thousand of all that a run prints
_SHOWN_OF_ONE = 300  # at least, of one step


@dataclasses.dataclass(frozen=True)
class Counts:
    """How many tests passed, failed and were skipped.

    Attributes:
        again: of those that passed, a line for each that failed at first; see ``pytest_runs.pytest``.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    again: tuple[str, ...] = ()

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.again + other.again,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Failed(Exception):
    """A step went wrong; what it printed says how.

    Args:
        note: for the table.
        tests: those that it did run.
        reasons: the lines that tell why; without any, what it printed is searched for them.
    """

    def __init__(self, note: str, tests: Counts = Counts(), reasons: t.Sequence[str] = ()) -> None:
        super().__init__(note)
        self.tests = tests
        self.reasons = reasons


class Missing(Exception):
    """A step cannot run on this machine; ``str(error)`` is the reason."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One line of the table, and the lines that tell why the step failed."""

    step: str
    outcome: str
    seconds: float
    note: str
    tests: Counts
    reasons: t.Sequence[str] = ()


def summary(results: t.Sequence[Result]) -> str:
    """The table, what was skipped, the numbers of tests, and at the very end why steps failed."""
    lines = [f"{'step':14}{'result':9}{'seconds':>7}"]
    lines += [f"{one.step:14}{one.outcome:9}{one.seconds:7.1f}  {one.note}".rstrip() for one in results]
    skipped = [one for one in results if one.outcome == "skipped"]
    if skipped:
        lines += ["", f"{len(skipped)} of {len(results)} steps skipped:"]
        lines += [f"  {one.step}: {one.note}" for one in skipped]
    total = Counts()
    for one in results:
        total += one.tests
    lines += ["", f"tests: {total}"]
    if total.again:
        lines += ["", f"{len(total.again)} of them failed, and passed when run again alone:"]
        lines += [f"  {one}" for one in total.again]
    failed = [one for one in results if one.outcome == "FAILED"]
    for one in failed:
        lines += ["", *_why(one, max(_SHOWN // len(failed), _SHOWN_OF_ONE))]
    return "\n".join(["", *lines])


def _why(result: Result, most: int) -> list[str]:
    """Why a step failed: its last reasons, with not more characters than that."""
    reasons = list(result.reasons)
    while len(reasons) > 1 and sum(map(len, reasons)) > most:
        del reasons[0]
    return [f"{result.step} FAILED: {cut(result.note)}", *(f"  {reason}" for reason in reasons)]
