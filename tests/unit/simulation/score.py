# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores verdicts on simulated fleets."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.control_tests import control_hosts
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Confidence
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.verdict import Verdict, verdict

from .world import NOW, Simulated


@dataclasses.dataclass
class Score:
    """Counts of failures.

    Attributes:
        failures: all.
        right: those whose finding has a right scope.
        harm: those whose finding tells to change what is right.
        high, high_right: those whose finding is sure, and is right.
        wrong: what was taken for what, to read.
    """

    failures: int = 0
    right: int = 0
    harm: int = 0
    high: int = 0
    high_right: int = 0
    wrong: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    def __add__(self, other: Score) -> Score:
        return Score(
            self.failures + other.failures,
            self.right + other.right,
            self.harm + other.harm,
            self.high + other.high,
            self.high_right + other.high_right,
            self.wrong + other.wrong,
        )

    @property
    def scope(self) -> float:
        """The share of failures with a right scope."""
        return self.right / self.failures if self.failures else 1.0

    @property
    def harmful(self) -> float:
        """The share of failures with advice to change what is right."""
        return self.harm / self.failures if self.failures else 0.0

    @property
    def sure(self) -> float:
        """How often a sure finding is right."""
        return self.high_right / self.high if self.high else 1.0


def score(simulated: Simulated, *, with_controls: bool = True) -> Score:
    """Judge a fleet, and compare with the truth.

    Args:
        simulated: the fleet.
        with_controls: the hosts that the verdict asks test other servers, and it is found anew.
    """
    judged = judge(simulated, with_controls=with_controls)
    total = Score()
    seen = set()
    for one, number in judged.of_observation:
        finding = judged.findings[number]
        key = (one.host, one.account, one.role)
        truth = simulated.truths[key]
        assert key not in seen, "a failure is in two findings"
        seen.add(key)
        is_right = finding.scope in truth.scopes
        total.failures += 1
        total.right += is_right
        total.harm += bool(finding.change) and finding.change != truth.change
        if finding.confidence is Confidence.HIGH:
            total.high += 1
            total.high_right += is_right
        if not is_right:
            meant = "/".join(sorted(scope.value for scope in truth.scopes))
            total.wrong[f"{meant} -> {finding.scope.value} ({one.code}, {finding.confidence.value})"] += 1
    assert seen == set(simulated.truths), "a failure is in no finding"
    return total


def judge(simulated: Simulated, *, with_controls: bool = True) -> Verdict:
    """The verdict, as the playbooks find it."""
    now = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    judged = verdict(simulated.records, simulated.earlier, now)
    asked = control_hosts(judged.findings, simulated.records) if with_controls else ()
    if not asked:
        return judged
    records = [simulated.control(record) if record.host in asked else record for record in simulated.records]
    assert control_hosts(judged.findings, records) == (), "the same site is asked twice"
    return verdict(records, simulated.earlier, now)


def pooled(scores: t.Iterable[Score]) -> Score:
    """All of them."""
    return sum(scores, Score())
