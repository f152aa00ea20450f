# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on simulated fleets: how often it is right, how often it would do harm, and how sure it may be.

The floors are those that docs/fleet-report.md states. The fast loop tries each scenario with one seed.
"""

from __future__ import annotations

import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Scope
from ansible_collections.charter.mail.tests.unit import amount
from ansible_collections.charter.mail.tests.unit.simulation.further import FURTHER
from ansible_collections.charter.mail.tests.unit.simulation.held_out import HELD_OUT
from ansible_collections.charter.mail.tests.unit.simulation.later_scenarios import SECOND_LOOK
from ansible_collections.charter.mail.tests.unit.simulation.scenarios import TUNING, Scenario, Size
from ansible_collections.charter.mail.tests.unit.simulation.score import Score, judge, pooled, score
from ansible_collections.charter.mail.tests.unit.simulation.world import simulate

pytestmark = pytest.mark.one_in(3)

HUNDRED, THIRTY, FIVE, ONE = Size(100, 4), Size(30, 1), Size(5, 1), Size(1, 1)


def scored(scenarios: t.Mapping[str, Scenario], size: Size, seeds: int, purpose: str) -> Score:
    """The score of all scenarios together; in the fast loop with one seed each."""
    scores = []
    for name in scenarios:
        for number in range(seeds if amount.FULL else 1):
            chance = random.Random(f"{purpose} {name} {size.hosts} {number}")
            scores.append(score(simulate(chance, scenarios[name](chance, size))))
    return pooled(scores)


@pytest.mark.parametrize(
    ("size", "seeds", "scope", "harmful", "sure"),
    [
        (HUNDRED, 6, 0.95, 0.005, 0.97),
        (THIRTY, 12, 0.95, 0.005, 0.97),
        (FIVE, 40, 0.90, 0.02, 0.97),
    ],
    ids=["100 hosts", "30 hosts", "5 hosts"],
)
@pytest.mark.parametrize("kept", ["tuning", "further", "second look", "held out"])
def test_the_verdict_is_right(kept: str, size: Size, seeds: int, scope: float, harmful: float, sure: float) -> None:
    scenarios = {"tuning": TUNING, "further": FURTHER, "second look": SECOND_LOOK, "held out": HELD_OUT}[kept]
    found = scored(scenarios, size, seeds, kept)
    assert found.failures > 0
    assert found.scope >= scope, found.wrong.most_common(5)
    assert found.harmful <= harmful, found.wrong.most_common(5)
    assert found.sure >= sure, found.wrong.most_common(5)


def test_tests_of_other_servers_tell_a_site_from_the_provider() -> None:
    found = []
    for with_controls in (False, True):
        open_cases = 0
        for name in TUNING:
            for number in range(amount.size(3, 2)):
                chance = random.Random(f"controls {name} {number}")
                judged = judge(simulate(chance, TUNING[name](chance, FIVE)), with_controls=with_controls)
                open_cases += sum(finding.scope is Scope.SITE_OR_PROVIDER for finding in judged.findings)
        found.append(open_cases)
    without, with_controls_too = found
    assert without >= amount.size(5, 2)
    assert with_controls_too <= without / 3


def test_one_host_is_never_sure() -> None:
    found = scored(TUNING, ONE, 20, "tuning")
    assert (found.high, found.failures > 0) == (0, True)


def test_a_large_fleet_is_judged_in_seconds() -> None:
    size = Size(10_000, 60) if amount.FULL else Size(200, 6)
    chance = random.Random("large")
    found = score(simulate(chance, TUNING["outage_and_site_firewall"](chance, size)))
    assert found.scope >= 0.95
