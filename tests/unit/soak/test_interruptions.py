# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of ``make soak``: runs that are killed or meet an error, and two first runs at once."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.tests.soak.runs import EIO
from ansible_collections.charter.mail.tests.soak.scenarios import SCENARIOS, Bench
from ansible_collections.charter.mail.tests.soak.side_by_side import faults
from ansible_collections.charter.mail.tests.unit.amount import sample

SAMPLE = 4  # points of each scenario and kind, over all of its length


@pytest.mark.alike(1, "a run that is killed")
@pytest.mark.parametrize("name", sample(list(SCENARIOS), 2))
def test_a_later_run_puts_right_what_was_interrupted(tmp_path: pathlib.Path, name: str) -> None:
    bench = Bench(SCENARIOS[name], tmp_path)
    assert bench.calls > 15
    shift = sum(map(ord, name)) % 7  # not the same places in all scenarios
    calls = [max(1, (number * bench.calls + shift) // SAMPLE - 2) for number in range(1, SAMPLE + 1)]
    points = sample([(call, error) for error in (None, EIO) for call in calls], 1)
    assert {point: found for point in points if (found := bench.faults(*point))} == {}


@pytest.mark.parametrize("module", ["thunderbird_account", "evolution_account"])
def test_two_first_runs_at_once_lose_nothing(tmp_path: pathlib.Path, module: str) -> None:
    for number in sample(range(3), 1):
        assert faults(module, tmp_path / str(number)) == []
