# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulings about failures with one cause."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .failure_kinds import Kind
from .fleet_report import Confidence, Scope
from .observations import Observation


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
