# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The confidence of findings, limited by the number of hosts if a finding depends on comparisons."""

from __future__ import annotations

import typing as t

from .failure_kinds import Kind
from .fleet_report import Confidence
from .observations import Observation
from .rulings import Ruling

_BY_HOSTS = ((2, Confidence.LOW), (5, Confidence.MEDIUM))  # with fewer hosts than this
_ORDER = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
_NOT_COMPARED = (Kind.CLIENT, Kind.UNREAD_CLIENT, Kind.OPTIONS)  # the provider's own words, or the options' own error


def highest_confidence(hosts: int, seen: t.Sequence[Observation]) -> Confidence:
    """The highest confidence that a finding of a run can have.

    Args:
        hosts: the number of tested hosts.
        seen: all tests.
    """
    highest = next((limit for below, limit in _BY_HOSTS if hosts < below), Confidence.HIGH)
    if sum(one.place == one.host for one in seen) * 2 > len(seen):  # the site of most hosts is unknown
        return _lower(highest, Confidence.MEDIUM)
    return highest


def confidence(ruling: Ruling, highest: Confidence) -> Confidence:
    """The confidence of a ruling, in a run with this highest confidence."""
    return ruling.confidence if ruling.kind in _NOT_COMPARED else _lower(ruling.confidence, highest)


def _lower(one: Confidence, other: Confidence) -> Confidence:
    return min(one, other, key=_ORDER.index)
