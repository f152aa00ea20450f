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

from . import rows
from .measure import BenchError
from .table import Row, table

_PARTS: t.Mapping[str, tuple[t.Callable[[pathlib.Path, int], list[Row]], int]] = {
    "tasks": (rows.tasks, 9),
    "look": (rows.look, 9),
    "cpu": (rows.cpu, 9),
    "clients": (rows.clients, 9),
    "evolution": (rows.evolution, 9),
    "session": (rows.session, 9),
    "accounts": (rows.many_accounts, 7),
    "verification": (rows.verification, 7),
    "black-holes": (rows.black_holes, 3),
    "site": (rows.site, 3),
}


def main(arguments: t.Sequence[str]) -> int:
    """Measure; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tests/bench", description="measures the speed of the collection")
    parser.add_argument("part", nargs="*", help=f"some of: {', '.join(_PARTS)}; otherwise all")
    names = parser.parse_args(arguments).part or list(_PARTS)
    if unknown := set(names) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(_PARTS)}")
    if os.geteuid() != 0:
        parser.error("only root makes network namespaces and users")
    restore_signals()
    found: list[Row] = []
    try:
        for name in names:
            print(f"measuring: {name} ...", file=sys.stderr, flush=True)
            measure, repetitions = _PARTS[name]
            with tempfile.TemporaryDirectory(prefix="charter-mail-bench-") as folder:
                found += measure(pathlib.Path(folder), repetitions)
    except (BenchError, LabError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{table(found)}\n\n{conditions()}")
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
