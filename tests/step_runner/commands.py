# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs commands in the clone's root. What they print goes where that of their step does."""

from __future__ import annotations

import contextvars
import os
import subprocess
import sys
import threading
import typing as t

from .machine import ROOT
from .reasons import telling
from .results import Counts, Failed, Missing

MISSING = 3  # how the scripts of tests/setup say that this machine lacks something; see there

# Where the step of this thread prints, and all that it starts; None is this program's own output.
OUTPUT: contextvars.ContextVar[t.IO[str] | None] = contextvars.ContextVar("output", default=None)
_ENVIRONMENTS = threading.Lock()  # steps share them


def script(*command: str, **variables: str) -> Counts:
    """Run a command in the clone's root; it prints for itself."""
    code = exit_code_of(command, **variables)
    if code != 0:
        raise Failed(f"exit code {code}")
    return Counts()


def exit_code_of(command: t.Sequence[str], **variables: str) -> int:
    """Run a command in the clone's root and return its exit code; it prints where this step does."""
    output = OUTPUT.get()
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        check=False,
    ).returncode


def prepare(*command: str) -> None:
    """Run a script of tests/setup, which may find that this machine lacks something."""
    output = OUTPUT.get()
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    print(done.stderr, end="", file=output or sys.stderr, flush=True)
    if done.returncode == MISSING:
        raise Missing(done.stderr.strip().splitlines()[-1])
    if done.returncode != 0:
        raise Failed(f"{command[-1]}: exit code {done.returncode}", reasons=telling(done.stderr))


def environment(name: str) -> None:
    """Make a Python environment, or bring it up to date."""
    with _ENVIRONMENTS:
        prepare(sys.executable, "tests/setup/environment.py", name)
