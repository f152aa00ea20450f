# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How sure a finding can be: one that needs comparing is no surer than the number of hosts allows."""

from __future__ import annotations

import typing as t

from .failure_kinds import Kind
from .fleet_report import Confidence
from .observations import Observation
from .rulings import Ruling

_BY_HOSTS = ((2, Confidence.LOW), (5, Confidence.MEDIUM))  # with fewer hosts than that
_ORDER = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
_NOT_COMPARED = (Kind.CLIENT, Kind.UNREAD_CLIENT, Kind.OPTIONS)  # the provider's own words, or the options' own error


def highest_confidence(hosts: int, seen: t.Sequence[Observation]) -> Confidence:
    """The highest that a finding of a run can have.

    Args:
        hosts: how many were tested.
        seen: all tests.
    """
    highest = next((limit for below, limit in _BY_HOSTS if hosts < below), Confidence.HIGH)
    if sum(one.place == one.host for one in seen) * 2 > len(seen):  # no site of most hosts is known
        return _lower(highest, Confidence.MEDIUM)
    return highest


def confidence(ruling: Ruling, highest: Confidence) -> Confidence:
    """How sure a ruling is, in a run whose findings have at most that confidence."""
    return ruling.confidence if ruling.kind in _NOT_COMPARED else _lower(ruling.confidence, highest)


def _lower(one: Confidence, other: Confidence) -> Confidence:
    return min(one, other, key=_ORDER.index)
