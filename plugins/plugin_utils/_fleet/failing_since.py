# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when tests fail, and whether they ever worked, by the results of earlier runs."""

from __future__ import annotations

import collections
import datetime
import typing as t

from .observations import Before, Observation


class History(t.NamedTuple):
    """The previous results of failed tests.

    Attributes:
        worked: how many are known to have worked.
        failed: how many failed before and are not known to have worked.
        changed: how many accounts worked with other settings.
        unknown: how many have no known result.
    """

    worked: int
    failed: int
    changed: int
    unknown: int

    @property
    def mostly_worked(self) -> bool:
        """Whether most known results worked."""
        return self.worked > self.failed + self.changed

    @property
    def never_worked(self) -> bool:
        """Whether most known results did not work with these settings."""
        return self.failed + self.changed > self.worked


def history(observations: t.Iterable[Observation]) -> History:
    """The previous results of the same tests."""
    counts = collections.Counter(one.before for one in observations)
    worked = counts[Before.WORKED] + counts[Before.STOPPED]
    return History(worked, counts[Before.FAILED], counts[Before.CHANGED], counts[Before.UNKNOWN])


def failing_since(observations: t.Iterable[Observation], now: str) -> str:
    """Since when the tests fail, at the median; empty if they were never seen to work.

    A few tests that have failed for long have their own problem, such as an old password. They must not date what
    failed today for all others.
    """
    since = sorted(
        one.since or now for one in observations if one.since or one.before in (Before.WORKED, Before.CHANGED)
    )
    return since[len(since) // 2] if since else ""


def days_failing(observations: t.Iterable[Observation], now: str) -> float:
    """For how many days the tests fail, at the median; 0 if they were never seen to work."""
    since = failing_since(observations, now)
    if not since:
        return 0.0
    try:
        return (_moment(now) - _moment(since)).total_seconds() / 86400
    except ValueError:
        return 0.0


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
