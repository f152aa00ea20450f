# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of ``make soak``: every scenario, killed and with an error at every point, and first runs side by side."""

from __future__ import annotations

import pathlib
import sys
import tempfile

from .runs import EIO
from .scenarios import SCENARIOS, Bench
from .side_by_side import ROUNDS, faults


def main(names: list[str]) -> int:
    """Print the table.

    Args:
        names: of scenarios; none for all of it.

    Returns:
        The exit code: 1 where something is wrong.
    """
    wrong = points = 0
    for name in names or SCENARIOS:
        for word, error in (("killed", None), ("EIO", EIO)):
            with tempfile.TemporaryDirectory() as folder:
                bench = Bench(SCENARIOS[name], pathlib.Path(folder))
                found = {call: bench.faults(call, error) for call in range(1, bench.calls + 1)}
            bad = {call: lines for call, lines in found.items() if lines}
            points, wrong = points + len(found), wrong + len(bad)
            print(f"{name:26} {word:7} {len(found):4} points {len(bad):4} wrong", flush=True)
            for call, lines in bad.items():
                print(f"    {call}: {'; '.join(lines)[:400]}")
    for module in () if names else ("thunderbird_account", "evolution_account"):
        with tempfile.TemporaryDirectory() as folder:
            lines = [line for number in range(ROUNDS) for line in faults(module, pathlib.Path(folder, str(number)))]
        wrong += len(lines)
        print(f"{module}: {ROUNDS} first runs side by side, {len(lines)} wrong", flush=True)
        print("".join(f"    {line}\n" for line in lines), end="")
    print(f"{points} points, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
