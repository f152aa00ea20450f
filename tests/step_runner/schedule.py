# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs steps one after the other, or side by side where each keeps only one core busy."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import itertools
import os
import pathlib
import sys
import tempfile
import time
import typing as t

from . import steps
from .commands import OUTPUT
from .machine import in_ci
from .reasons import telling
from .results import Counts, Failed, Missing, Result


def run(step: str) -> Result:
    """Run one step, with its name above what it prints."""
    output = OUTPUT.get()
    print(f"\n== {step}: {(steps.STEPS[step].__doc__ or '').splitlines()[0]}", file=output, flush=True)
    start = time.monotonic()
    reasons: t.Sequence[str] = ()
    try:
        outcome, note, tests = "passed", "", steps.STEPS[step]()
    except Failed as error:
        outcome, note, tests, reasons = "FAILED", str(error), error.tests, error.reasons
    except Missing as error:
        outcome, note, tests = "FAILED" if in_ci() else "skipped", str(error), Counts()
    note = note or (str(tests) if tests != Counts() else "")
    result = Result(step, outcome, time.monotonic() - start, note, tests, reasons)
    print(f"== {step}: {outcome} after {result.seconds:.1f} s", file=output, flush=True)
    return result


def run_into(file: pathlib.Path, step: str) -> Result:
    """Run one step in a thread of its own, with all that it prints in a file."""
    with file.open("w", errors="replace") as output:
        token = OUTPUT.set(output)
        try:
            result = run(step)
        finally:
            OUTPUT.reset(token)
    if result.outcome == "FAILED" and not result.reasons:
        return dataclasses.replace(result, reasons=telling(file.read_text(errors="replace")))
    return result


def run_side_by_side(names: t.Sequence[str]) -> t.Iterator[Result]:
    """Run steps that need one core each, and print in order what they printed."""
    print(f"\n== side by side: {', '.join(names)}", flush=True)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pools = [stack.enter_context(concurrent.futures.ThreadPoolExecutor(1)) for _ in steps.ONE_CORE]
        for pool in pools:  # after Ctrl-C, what has not begun does not begin any more
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        runs = {step: pools[_list_of(step)].submit(run_into, folder / step, step) for step in names}
        for step, running in runs.items():
            try:
                result = running.result()
            finally:  # also after Ctrl-C, as far as it has come
                show(folder / step)
            yield result


def show(file: pathlib.Path) -> None:
    """Print a file, if there is one, to the byte."""
    sys.stdout.flush()
    if file.exists():
        sys.stdout.buffer.write(file.read_bytes())
        sys.stdout.flush()


def _list_of(step: str) -> int:
    """Which of the lists of ``steps.ONE_CORE`` the step is in; -1 if it is in none."""
    return next((number for number, names in enumerate(steps.ONE_CORE) if step in names), -1)


def run_all(names: t.Sequence[str]) -> t.Iterator[Result]:
    """Run steps; those next to each other that need one core each, side by side where there are several cores."""
    for one_core, group in itertools.groupby(names, lambda step: _list_of(step) >= 0):
        adjacent = list(group)
        if one_core and len({_list_of(name) for name in adjacent}) > 1 and (os.cpu_count() or 1) > 1:
            yield from run_side_by_side(adjacent)
        else:
            yield from map(run, adjacent)
