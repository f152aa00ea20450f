# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a fleet: what is wrong, how far it reaches, since when, and what to do.

A pure function. Each failure is in exactly one finding. Previous results are part of the evidence: other settings or
passwords do not fix what has worked until now.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .confidence import confidence, highest_confidence
from .control_tests import control_observations
from .earlier_results import EarlierHost
from .failing_since import failing_since
from .failure_kinds import Kind
from .finding_texts import action, subject_text, title
from .fleet_report import Confidence, Finding, Scope
from .host_record import ACCOUNT, HostRecord
from .observations import Observation, observations
from .reachability_scope import ReachabilityScope
from .rulings import Advice, Ruling, hosts_of, merged
from .sign_in_scope import SignInScope

AccountOnHost = tuple[str, tuple[str, str, str]]  # the host's name, and ``AccountRecord.key``

_CLIENTS = "mail clients"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The findings of a fleet.

    Attributes:
        findings: the most important first.
        of_account: by account, the index of the finding that explains why it does not work.
        of_observation: by failed observation, the index of its finding.
    """

    findings: tuple[Finding, ...]
    of_account: t.Mapping[AccountOnHost, int]
    of_observation: tuple[tuple[Observation, int], ...] = ()


def verdict(
    records: t.Sequence[HostRecord],
    earlier: t.Mapping[str, EarlierHost],
    now: str,
) -> Verdict:
    """The verdict on a run.

    Args:
        records: the records of one run, one per host. Their controls are evidence, but get no verdict.
        earlier: the last earlier result of hosts, by name.
        now: UTC: the start of the run.
    """
    seen = observations(records, earlier)
    extra = control_observations(records, seen)
    rulings = [*_about_accounts(seen), *ReachabilityScope([*seen, *extra], now).rulings(), *SignInScope(seen).rulings()]
    if extra:
        rulings = [_without_controls(ruling) for ruling in rulings]
    joined = [ruling for ruling in merged(rulings) if ruling.observations]
    joined.sort(key=lambda ruling: (_importance(ruling), ruling.subject, ruling.kind.value))
    cap = highest_confidence(len(records), seen)
    findings = tuple(_finding(ruling, cap, now) for ruling in joined)
    numbered = [(one, number) for number, ruling in enumerate(joined) for one in ruling.observations]
    return Verdict(findings, _of_accounts(records, numbered), tuple(numbered))


def _about_accounts(seen: t.Sequence[Observation]) -> t.Iterator[Ruling]:
    """The rulings about a client's settings, the options, or a message that was sent."""
    for one in seen:
        if one.kind is None or (one.role != ACCOUNT and one.kind is not Kind.OPTIONS):
            continue
        if one.kind is Kind.CLIENT:
            yield Ruling(Scope.SETTINGS, _CLIENTS, one.kind, Advice.CLIENT, Confidence.HIGH, (one,))
        elif one.kind is Kind.UNREAD_CLIENT:
            yield Ruling(Scope.SETTINGS, _CLIENTS, one.kind, Advice.UNREAD_CLIENT, Confidence.HIGH, (one,))
        elif one.kind is Kind.OPTIONS:
            yield Ruling(Scope.SETTINGS, one.server_host, one.kind, Advice.SETTINGS, Confidence.HIGH, (one,))
        else:
            yield Ruling(Scope.ACCOUNT, "", one.kind, Advice.ACCOUNT, Confidence.MEDIUM, (one,))


def _without_controls(ruling: Ruling) -> Ruling:
    return dataclasses.replace(ruling, observations=tuple(one for one in ruling.observations if not one.is_control))


def _importance(ruling: Ruling) -> tuple[int, int]:
    """A sort key: what explains the most failures with the fewest fixes comes first."""
    single = ruling.scope in (Scope.MACHINE, Scope.ACCOUNT)
    return (1 if single else 0, -len(ruling.observations))


def _finding(ruling: Ruling, cap: Confidence, now: str) -> Finding:
    hosts = tuple(sorted(hosts_of(ruling.observations)))
    accounts = {(one.host, one.account) for one in ruling.observations}
    codes = collections.Counter(one.code for one in ruling.observations)
    return Finding(
        scope=ruling.scope,
        subject=subject_text(ruling, hosts),
        code=codes.most_common(1)[0][0] or "other",
        confidence=confidence(ruling, cap),
        title=title(ruling, hosts),
        action=action(ruling),
        evidence=ruling.evidence[:6],
        hosts=hosts,
        accounts=len(accounts),
        since=failing_since(ruling.observations, now),
        change=_change(ruling.advice),
    )


def _change(advice: Advice) -> str:
    if advice in (Advice.SETTINGS, Advice.CLIENT):
        return "settings"
    if advice in (Advice.PASSWORD, Advice.PASSWORD_LIST, Advice.NEW_PASSWORD):
        return "password"
    return ""


def _of_accounts(
    records: t.Sequence[HostRecord], numbered: t.Sequence[tuple[Observation, int]]
) -> dict[AccountOnHost, int]:
    causes = {
        (record.host, account.key): account.cause.endpoint
        for record in records
        for account in record.accounts
        if account.cause is not None
    }
    found: dict[AccountOnHost, int] = {}
    for one, number in numbered:
        key = (one.host, one.account)
        if key not in found or causes.get(key) == one.role:
            found[key] = number
    return found
