# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of tests/run_tests.py: runs steps, and sees that they leave the clone as it was."""

from __future__ import annotations

import subprocess
import sys

from . import steps
from .machine import ROOT
from .results import Counts, Result, summary
from .schedule import run_all


def git_status() -> str:
    """What git sees as changed or new; empty outside a git clone."""
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def unchanged(before: str) -> Result:
    """Whether the steps left the clone as it was."""
    left = sorted(set(git_status().splitlines()) - set(before.splitlines()))
    return Result("clean clone", "FAILED" if left else "passed", 0.0, "; ".join(left), Counts())


def main() -> None:
    """The command line."""
    names = sys.argv[1:] or [step for step in steps.STEPS if step not in steps.ONLY_WHEN_NAMED]
    unknown = set(names) - set(steps.STEPS)
    if unknown:
        raise SystemExit(f"no such step: {', '.join(sorted(unknown))}; there are: {', '.join(steps.STEPS)}")
    before = git_status()
    results = list(run_all(names))
    if not sys.argv[1:]:
        results.append(unchanged(before))
    print(summary(results))
    raise SystemExit(any(one.outcome == "FAILED" for one in results))


if __name__ == "__main__":
    main()
