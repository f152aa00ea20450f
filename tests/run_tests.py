# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the steps of `make test` and prints a table of their results.

    python3 tests/run_tests.py              all of them but unit, also when one fails
    python3 tests/run_tests.py lint unit    these

Steps that keep only one core busy run side by side where there are several. What such a step prints comes as one block
when it and those before it have ended.

What this machine lacks (root, a Python 3.8) is skipped, and the reason is in the table at the end. In CI, where the
variable CI is set, nothing may be missing: what would be skipped elsewhere fails there, a single skipped test included.

The last lines, after the table, say of each failed step why it failed.

Each step is a function in tests/step_runner/steps.py. Any Python from 3.11 on runs them.
"""

from __future__ import annotations

import pathlib
import runpy
import sys

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))  # -P and PYTHONSAFEPATH leave it out
    runpy.run_module("step_runner.command_line", run_name="__main__", alter_sys=True)
