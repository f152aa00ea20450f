# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page shows without its script: the values of its template, as texts."""

from __future__ import annotations

import dataclasses
import typing as t

from ..finding_groups import FindingGroup
from ..fleet_report import About, AccountRow, FleetReport, HostRow, MailState, ShownCertificate
from ..wording import (
    CONFIDENCES,
    SCOPES,
    SOON,
    STAGES,
    STATES,
    counted,
    date,
    date_and_time,
    days_left,
    ending,
    first_seen,
    headline,
    moment,
    not_tested_label,
    outcome,
    outcome_words,
    state_words,
    way_words,
)

MOST_ROWS = 200  # rows of the table without the script, which is also printed
_MOST_CARDS = 60
_MOST_HOSTS = 60  # host names per finding or state; the table has the others
_MOST_CERTIFICATES = 60
_MOST_RUNS = 30
_VERY_SOON = 10  # days until a certificate expires
_BAR = 1000  # the width of the bar, in its own units
_GAP = 2
_RUN = 36  # the height of a run in the history strip

# The order in the table without the script, and from top to bottom in a run of the history strip.
_WORST_FIRST = (
    *(MailState.FAILED, MailState.NOT_TESTED, MailState.WARNING, MailState.NOT_REACHED),
    *(MailState.NO_ACCOUNTS, MailState.VERIFIED),
)


@dataclasses.dataclass(frozen=True)
class Part:
    """A state's part of the bar or of a run in the history strip."""

    state: str
    begin: float
    length: float


@dataclasses.dataclass(frozen=True)
class ShownRun:
    """A run in the history strip."""

    label: str
    parts: tuple[Part, ...]


@dataclasses.dataclass(frozen=True)
class Card:
    """A finding, or several of one kind.

    Attributes:
        number: among the groups of the table.
        scope: for display.
        kind: the scope as a CSS class.
        extent: the number of hosts and accounts concerned.
        details: since when, the confidence, and the code.
        hosts: the first names; ``more`` counts the others.
    """

    number: int
    scope: str
    kind: str
    title: str
    action: str
    extent: str
    details: tuple[str, ...]
    code: str
    evidence: tuple[str, ...]
    hosts: tuple[str, ...]
    more: int


@dataclasses.dataclass(frozen=True)
class Names:
    """Hosts without a finding."""

    label: str
    state: str
    count: int
    hosts: tuple[str, ...]
    more: int


@dataclasses.dataclass(frozen=True)
class CertificateRow:
    """A certificate, with its urgency: empty, ``soon`` or ``urgent``."""

    server: str
    names: str
    issuer: str
    end: str
    remaining: str
    urgency: str
    hosts: str


@dataclasses.dataclass(frozen=True)
class TableRow:
    """A row of the table without the script."""

    state: str
    label: str
    host: str
    site: str
    account: str
    tests: tuple[str, ...]  # one for each heading
    cause: str


_HEALTHY: t.Mapping[About, str] = {
    About.MAIL: "Every account that was tested works.",
    About.CLIENTS: "Every account is as it is listed. Whether mail works was not tested.",
}


_UNHEALTHY = (MailState.FAILED, MailState.NOT_TESTED, MailState.NOT_REACHED)
_EXPLAINED = (MailState.FAILED, MailState.NOT_TESTED)  # by findings, unless nothing is known of the accounts


def template_values(report: FleetReport, groups: t.Sequence[FindingGroup]) -> dict[str, t.Any]:
    """The values of the template by name."""
    entries = _attention(report)
    changes = [(row, account) for row in report.hosts for account in row.accounts if account.changed]
    return {
        "headline": headline(report),
        "lead": _lead(report),
        "when": _period(report),
        "run": report.run,
        "check_mode": report.check_mode,
        "total": counted(sum(report.counts.values()), "host"),
        "counts": [
            (state.value, f"{report.counts[state]:,}", words, report.counts[state])
            for state, words in state_words(report).items()
        ],
        "bar": _parts(report.counts, _BAR, tuple(STATES), gap=_GAP),
        "runs": _runs(report),
        "run_height": _RUN,
        "cards": [_card(report, number, group) for number, group in enumerate(groups[:_MOST_CARDS])],
        "more_cards": max(0, len(groups) - _MOST_CARDS),
        "others": _others(report),
        "changes": [change for change in (_change("fails now", changes), _change("works again", changes)) if change],
        "certificates": [_certificate(one, report.ended_at) for one in report.certificates[:_MOST_CERTIFICATES]],
        "more_certificates": max(0, len(report.certificates) - _MOST_CERTIFICATES),
        "headings": [way_words(report)[endpoint] for endpoint in _ENDPOINTS[report.about]],
        "rows": [_row(report, *entry) for entry in entries[:MOST_ROWS]],
        "row_count": len(entries),
    }


def _lead(report: FleetReport) -> str:
    """A sentence below the headline of a run that found nothing wrong; empty for others."""
    counts = report.counts
    if report.findings or any(counts[state] for state in _UNHEALTHY):
        return ""
    if counts[MailState.VERIFIED] + counts[MailState.WARNING]:
        return _HEALTHY[report.about]
    return "Nothing was tested. List accounts in the variable mail_accounts." if counts[MailState.NO_ACCOUNTS] else ""


def _period(report: FleetReport) -> str:
    start, end = moment(report.started_at), moment(report.ended_at)
    if start is None or end is None or start.date() != end.date():
        return f"{date_and_time(report.started_at)} to {date_and_time(report.ended_at)}"
    return f"{date(report.started_at)}, {start:%H:%M} to {end:%H:%M} UTC"


def _parts(
    counts: t.Mapping[MailState, int], length: float, order: t.Sequence[MailState], gap: float = 0
) -> tuple[Part, ...]:
    """The states in sequence, in proportion, none too small to be visible."""
    total = sum(counts.values())
    if not total:
        return ()
    least = length / 150
    lengths = {state: max(least, length * counts[state] / total) for state in order if counts.get(state)}
    scale = (length + gap) / sum(lengths.values())
    parts, begin = [], 0.0
    for state, part in lengths.items():
        parts.append(Part(state.value, round(begin, 2), round(part * scale - gap, 2)))
        begin += part * scale
    return tuple(parts)


def _runs(report: FleetReport) -> list[ShownRun]:
    """The last runs, this one last."""
    earlier = [(run.started_at, run.counts) for run in report.earlier[1 - _MOST_RUNS :]]
    return [
        ShownRun(f"{date_and_time(started)}: {_listed(report, counts)}", _parts(counts, _RUN, _WORST_FIRST))
        for started, counts in [*earlier, (report.started_at, report.counts)]
    ]


def _listed(report: FleetReport, counts: t.Mapping[MailState, int]) -> str:
    shown = [f"{counts[state]:,} {words}" for state, words in state_words(report).items() if counts.get(state)]
    return ", ".join(shown) or "no hosts"


def _card(report: FleetReport, number: int, group: FindingGroup) -> Card:
    accounts = counted(group.accounts, "account") if group.accounts > len(group.hosts) else ""
    return Card(
        number=number,
        scope=SCOPES[group.scope],
        kind=group.scope.value,
        title=group.title.rstrip("."),
        action=group.action,
        extent=", ".join(filter(None, (counted(len(group.hosts), "host"), accounts))),
        details=tuple(filter(None, (first_seen(group.since, report.started_at), CONFIDENCES[group.confidence]))),
        code=group.code,
        evidence=group.evidence,
        hosts=group.hosts[:_MOST_HOSTS],
        more=max(0, len(group.hosts) - _MOST_HOSTS),
    )


def _others(report: FleetReport) -> list[Names]:
    """The hosts in states that findings do not cover."""
    labels = {
        MailState.FAILED: "Other failures",
        MailState.WARNING: "With warnings",
        MailState.NOT_TESTED: not_tested_label(report),
        MailState.NOT_REACHED: "Not reached",
        MailState.NO_ACCOUNTS: "Without accounts",
    }
    listed: dict[MailState, list[str]] = {state: [] for state in labels}
    for row in report.hosts:
        explained = row.state in _EXPLAINED and any(account.finding is not None for account in row.accounts)
        if row.state in listed and not explained:
            listed[row.state].append(row.host)
    return [
        Names(labels[state], state.value, len(hosts), tuple(hosts[:_MOST_HOSTS]), max(0, len(hosts) - _MOST_HOSTS))
        for state, hosts in listed.items()
        if hosts
    ]


def _change(change: str, changes: t.Sequence[tuple[HostRow, AccountRow]]) -> dict[str, t.Any] | None:
    """The accounts that changed in this way, and their first hosts."""
    hosts = list(dict.fromkeys(row.host for row, account in changes if account.changed == change))
    if not hosts:
        return None
    accounts = sum(account.changed == change for _row, account in changes)
    state = MailState.FAILED if change == "fails now" else MailState.VERIFIED
    verb = {"fails now": ("fails now", "fail now"), "works again": ("works again", "work again")}[change]
    return {
        "state": state.value,
        "text": counted(accounts, f"account {verb[0]}", f"accounts {verb[1]}"),
        "on": counted(len(hosts), "host"),
        "hosts": hosts[:_MOST_HOSTS],
        "more": max(0, len(hosts) - _MOST_HOSTS),
    }


def _certificate(certificate: ShownCertificate, now: str) -> CertificateRow:
    days = days_left(certificate.not_after, now)
    urgency = "" if days is None or days > SOON else "urgent" if days <= _VERY_SOON else "soon"
    shown, more = certificate.names[:3], len(certificate.names[3:])
    return CertificateRow(
        server=certificate.server,
        names=", ".join(shown) + (f" and {more} more" if more else ""),
        issuer=certificate.issuer,
        end=date(certificate.not_after),
        remaining="" if days is None else ending(days),
        urgency=urgency,
        hosts=f"{certificate.hosts:,}",
    )


# The columns of the table without the script, by endpoint.
_ENDPOINTS: t.Mapping[About, tuple[str, ...]] = {About.MAIL: ("incoming", "outgoing"), About.CLIENTS: ("account",)}

_Entry = tuple[MailState, HostRow, "AccountRow | None"]


def _attention(report: FleetReport) -> list[_Entry]:
    """One row per account, and per host without accounts; those that need attention come first."""
    rows: list[_Entry] = []
    for row in report.hosts:
        if not row.accounts:
            rows.append((row.state, row, None))
        rows += [(account.state, row, account) for account in row.accounts]
    return sorted(rows, key=lambda entry: _WORST_FIRST.index(entry[0]))


def _row(report: FleetReport, state: MailState, row: HostRow, account: AccountRow | None) -> TableRow:
    label = state_words(report)[state].capitalize()
    endpoints = _ENDPOINTS[report.about]
    if account is None:
        return TableRow(state.value, label, row.host, row.site, "", ("",) * len(endpoints), row.reason)
    return TableRow(
        state=state.value,
        label=label,
        host=row.host,
        site=row.site,
        account=account.email,
        tests=tuple(_way(report, account, endpoint) for endpoint in endpoints),
        cause=" ".join(filter(None, (account.code, account.server))),
    )


def _way(report: FleetReport, account: AccountRow, endpoint: str) -> str:
    """How far receiving or sending got; for a comparison, the result of each mail client."""
    stages = [stage for stage in account.stages if stage.endpoint == endpoint]
    if report.about is About.CLIENTS:
        return ", ".join(outcome_words(report).get(outcome(report, stage), stage.status) for stage in stages)
    failed = next((stage.stage for stage in stages if stage.status == "failed"), None)
    if failed is not None:
        return f"fails: {STAGES.get(failed, failed)}"
    if not stages:
        return ""
    return "works" if any(stage.status == "ok" for stage in stages) else "not tested"
