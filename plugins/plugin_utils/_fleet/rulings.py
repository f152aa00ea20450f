# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulings about failures with one cause."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
import typing as t

from .failure_kinds import Kind
from .fleet_report import Confidence, Scope
from .observations import Before, Observation


class Advice(enum.Enum):
    """What to do, and whether it changes settings or passwords."""

    WAIT = "wait"
    SITE = "site"  # ask the network's administrator
    MACHINE = "machine"
    ALL_MACHINES = "all_machines"
    SETTINGS = "settings"
    SETTINGS_UNLESS_WORKED = "settings_unless_worked"
    PASSWORD = "password"
    PASSWORD_IF_CHANGED = "password_if_changed"
    PASSWORD_LIST = "password_list"
    NEW_PASSWORD = "new_password"
    ACCESS = "access"
    ACCOUNT = "account"  # neither settings nor password, but the mailbox or its rights
    CLIENT = "client"
    UNREAD_CLIENT = "unread_client"
    FIND_OUT = "find_out"


@dataclasses.dataclass(frozen=True)
class Ruling:
    """Failures with one cause.

    Attributes:
        scope: how far it reaches.
        subject: the server or site; empty for single machines and accounts.
        kind: the kind of the failures.
        advice: what to do.
        confidence: the confidence before the limit by the size of the fleet.
        observations: the failures.
        evidence: the reasons, as sentences.
    """

    scope: Scope
    subject: str
    kind: Kind
    advice: Advice
    confidence: Confidence
    observations: tuple[Observation, ...]
    evidence: tuple[str, ...] = ()


def merged(rulings: t.Iterable[Ruling]) -> list[Ruling]:
    """Merge rulings that users see as one: both ports of a server, all endpoints of a site, machines of a kind."""
    groups: dict[tuple[Scope, str, Kind | None, Advice], list[Ruling]] = {}
    for ruling in rulings:
        by_kind = ruling.scope not in (Scope.PROVIDER, Scope.SITE, Scope.SITE_OR_PROVIDER)
        key = (ruling.scope, ruling.subject, ruling.kind if by_kind else None, ruling.advice)
        groups.setdefault(key, []).append(ruling)
    return [_one(group) for group in groups.values()]


def _one(group: t.Sequence[Ruling]) -> Ruling:
    largest = max(group, key=lambda ruling: len(ruling.observations))
    together = tuple(one for ruling in group for one in ruling.observations)
    evidence = tuple(dict.fromkeys(text for ruling in group for text in ruling.evidence))
    return dataclasses.replace(largest, observations=together, evidence=evidence)


def hosts_of(observations: t.Iterable[Observation]) -> set[str]:
    """The hosts of observations."""
    return {one.host for one in observations}


def share(part: t.Sized, whole: t.Sized) -> float:
    """A part as a fraction of the whole; 0 if the whole is 0."""
    return len(part) / len(whole) if len(whole) else 0.0


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
