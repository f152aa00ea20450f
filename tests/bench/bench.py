# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: measures, and prints the table with its conditions."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import typing as t

from ansible_collections.charter.mail.tests.lab.errors import LabError
from ansible_collections.charter.mail.tests.lab.lab import restore_signals

from . import growth, rows, settled, verification
from .measure import BenchError
from .table import Growth, Row, growth_table, table

_Measure = t.Callable[[pathlib.Path, int], t.Sequence[Row | Growth]]
_PARTS: t.Mapping[str, tuple[_Measure, int]] = {
    "one-task": (settled.one_task, 9),
    "site": (settled.site, 3),
    "tasks": (rows.tasks, 9),
    "look": (rows.look, 9),
    "cpu": (rows.cpu, 9),
    "clients": (rows.clients, 9),
    "evolution": (rows.evolution, 9),
    "session": (rows.session, 9),
    "accounts": (growth.many_accounts, 7),
    "growth": (growth.growth, 3),
    "verification": (verification.verification, 7),
    "distant": (verification.distant, 5),
    "black-holes": (rows.black_holes, 3),
}


def main(arguments: t.Sequence[str]) -> int:
    """Measure; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tests/bench", description="measures the speed of the collection")
    parser.add_argument("part", nargs="*", help=f"some of: {', '.join(_PARTS)}; otherwise all")
    parser.add_argument("--rounds", type=int, help="how often to measure, instead of each part's own number")
    parsed = parser.parse_args(arguments)
    names = parsed.part or list(_PARTS)
    if unknown := set(names) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(_PARTS)}")
    if os.geteuid() != 0:
        parser.error("only root makes network namespaces and users")
    restore_signals()
    found: list[Row | Growth] = []
    try:
        for name in names:
            print(f"measuring: {name} ...", file=sys.stderr, flush=True)
            measure, repetitions = _PARTS[name]
            with tempfile.TemporaryDirectory(prefix="charter-mail-bench-") as folder:
                found += measure(pathlib.Path(folder), parsed.rounds or repetitions)
    except (BenchError, LabError) as error:
        print(error, file=sys.stderr)
        return 1
    compared = [row for row in found if isinstance(row, Row)]
    grown = [row for row in found if isinstance(row, Growth)]
    tables = [*([table(compared)] if compared else []), *([growth_table(grown)] if grown else [])]
    print("\n" + "\n\n".join([*tables, conditions()]))
    return 0


def conditions() -> str:
    """Where it was measured."""
    target = subprocess.run(["/usr/bin/python3", "--version"], capture_output=True, text=True, check=True).stdout
    load = " ".join(f"{number:.1f}" for number in os.getloadavg())
    return (
        f"ansible-core {importlib.metadata.version('ansible-core')} on Python {platform.python_version()}, "
        f"{target.strip()} on the targets, Linux {platform.release()}, {os.cpu_count()} cores for controller, targets "
        f"and mail servers together, load {load} at the end. OpenSSH with ControlPersist, pipelining, 25 forks."
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
