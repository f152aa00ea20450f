# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups findings for display: the provider's first, and the same problem of many machines or accounts as one."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._verify.findings.failure import Code
from .fleet_report import Confidence, Finding, FleetReport, Scope

_FIRST = (Scope.PROVIDER, Scope.PROVIDER_PART, Scope.SITE_OR_PROVIDER)
_SINGLE = {Scope.MACHINE: "each of these machines", Scope.ACCOUNT: "each of these accounts"}
_SURE = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)
_MOST_EVIDENCE = 5  # sentences


@dataclasses.dataclass(frozen=True)
class FindingGroup:
    """A finding, or several that differ only in their subject.

    Attributes:
        scope, title, code, confidence, action, evidence, hosts, accounts, since: as in ``Finding``; for several, the
            lowest confidence, all hosts and the earliest time.
        findings: their indices in ``FleetReport.findings``.
    """

    scope: Scope
    title: str
    code: str
    confidence: Confidence
    action: str
    evidence: tuple[str, ...]
    hosts: tuple[str, ...]
    accounts: int
    since: str
    findings: tuple[int, ...]


def finding_groups(report: FleetReport) -> tuple[FindingGroup, ...]:
    """The findings of a report, grouped, in display order."""
    members: dict[t.Hashable, list[int]] = {}
    for index, finding in enumerate(report.findings):
        members.setdefault(_kind(index, finding), []).append(index)
    groups = [_group(report.findings, indices) for indices in members.values()]
    return tuple(sorted(groups, key=lambda group: group.scope not in _FIRST))


def _kind(index: int, finding: Finding) -> t.Hashable:
    """A key that is equal for findings shown as one."""
    if finding.scope not in _SINGLE:
        return index
    return finding.scope, finding.code, _for_each(finding)


def _for_each(finding: Finding) -> str:
    """The action, worded for every subject of its kind."""
    return finding.action.replace(finding.subject, _SINGLE[finding.scope]) if finding.subject else finding.action


def _group(findings: t.Sequence[Finding], indices: t.Sequence[int]) -> FindingGroup:
    members = [findings[index] for index in indices]
    first = members[0]
    alone = len(members) == 1
    return FindingGroup(
        scope=first.scope,
        title=first.title if alone else _meaning(first.code) or first.title,
        code=first.code,
        confidence=max((member.confidence for member in members), key=_SURE.index),
        action=first.action if alone else _for_each(first),
        evidence=tuple(dict.fromkeys(text for member in members for text in member.evidence))[:_MOST_EVIDENCE],
        hosts=first.hosts if alone else tuple(sorted({host for member in members for host in member.hosts})),
        accounts=sum(member.accounts for member in members),
        since=min((member.since for member in members if member.since), default=""),
        findings=tuple(indices),
    )


def _meaning(code: str) -> str:
    return next((known.meaning for known in Code if known.value == code), "")
