# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds, from the records of a run, the report that the summary, the page and the files show."""

from __future__ import annotations

import dataclasses
import typing as t

from .earlier_results import EarlierHost, earlier_host
from .failure_kinds import meaning
from .fleet_report import (
    About,
    AccountRow,
    Confidence,
    Finding,
    FleetReport,
    HostRow,
    MailState,
    RunCounts,
    Scope,
    ShownCertificate,
    StageResult,
)
from .host_record import ACCOUNT, CLIENT, AccountRecord, HostRecord
from .site_of_host import site_of_host
from .verdict import Verdict, verdict

FAILS_NOW, WORKS_AGAIN = "fails now", "works again"
_NOT_REACHED = "Ansible did not reach it, or its test did not run."
_WITHOUT_RECORD: t.Mapping[About, str] = {
    About.MAIL: "It was not tested in this run.",
    About.CLIENTS: "It was not compared in this run.",
}
_NOT_TESTED = "Its mail was not tested in this run."
_WORST_FIRST = (MailState.FAILED, MailState.NOT_TESTED, MailState.WARNING, MailState.VERIFIED)
# These problems are not the account's: its own sentence would mislead.
_OTHERS = (Scope.PROVIDER, Scope.PROVIDER_PART, Scope.SITE, Scope.SITE_OR_PROVIDER, Scope.MACHINE)


@dataclasses.dataclass(frozen=True)
class Reported:
    """The report on a run, and what results from it.

    Attributes:
        report: the report to show.
        messages: by host name, the message about a host on which mail does not work, that was not reached, or whose
            accounts could not be compared.
        for_later_runs: what later runs need to know about each tested host.
    """

    report: FleetReport
    messages: t.Mapping[str, str]
    for_later_runs: t.Mapping[str, EarlierHost]


# The tests of all accounts that share endpoint objects.
_Shared = dict[tuple[int, ...], tuple[StageResult, ...]]


def build_report(
    run: str,
    started_at: str,
    ended_at: str,
    records: t.Sequence[HostRecord],
    meant: t.Collection[str],
    earlier: t.Mapping[str, EarlierHost],
    earlier_runs: t.Sequence[RunCounts] = (),
    reached: t.Collection[str] = (),
) -> Reported:
    """Build the report on a run.

    Args:
        run: the run's ID.
        started_at, ended_at: UTC.
        records: one per reached host.
        meant: the hosts of the run; those without a record were not reached or not tested.
        earlier: the last earlier result of hosts, by name.
        earlier_runs: earlier runs for the history, the oldest first.
        reached: the hosts that Ansible still reaches; without a record, they were not tested.
    """
    judged = verdict(records, earlier, started_at)
    by_host = {record.host: record for record in records}
    shared: _Shared = {}
    compared = any(record.compared for record in records)
    about = About.CLIENTS if compared and not any(record.verified for record in records) else About.MAIL
    rows = tuple(
        _row(host, record, earlier.get(host), judged, shared)
        if (record := by_host.get(host))
        else _without_record(host, host in reached, earlier.get(host), about)
        for host in sorted({*meant, *by_host})
    )
    counts = dict.fromkeys(MailState, 0)
    for row in rows:
        counts[row.state] += 1
    report = FleetReport(
        run=run,
        started_at=started_at,
        ended_at=ended_at,
        counts=counts,
        findings=judged.findings,
        hosts=rows,
        certificates=_certificates(records),
        earlier=tuple(earlier_runs),
        check_mode=any(record.check_mode for record in records),
        about=about,
    )
    unknown = {record.host for record in records if record.is_unreached or record.is_not_compared}
    messages = {
        row.host: _message(row, judged.findings) for row in rows if row.state is MailState.FAILED or row.host in unknown
    }
    later = {
        row.host: earlier_host(by_host[row.host], row.state, earlier.get(row.host))
        for row in rows
        if row.host in by_host and by_host[row.host].verified
    }
    return Reported(report, messages, later)


def _without_record(host: str, reached: bool, before: EarlierHost | None, about: About) -> HostRow:
    last_state, last_tested = (None, "") if before is None else (before.state, before.tested_at)
    state, reason = MailState.NOT_REACHED, _NOT_REACHED
    if reached:
        state, reason = MailState.NOT_TESTED, _WITHOUT_RECORD[about]
    return HostRow(host, state, reason=reason, last_state=last_state, last_tested_at=last_tested)


def _row(host: str, record: HostRecord, before: EarlierHost | None, judged: Verdict, shared: _Shared) -> HostRow:
    last_state, last_tested = (None, "") if before is None else (before.state, before.tested_at)
    if record.is_unreached:
        reason = record.unreached
        return HostRow(host, MailState.NOT_REACHED, reason=reason, last_state=last_state, last_tested_at=last_tested)
    accounts = tuple(_account(record, account, before, judged, shared) for account in record.accounts)
    state, reason = _state(record, accounts)
    return HostRow(
        host,
        state,
        site_of_host(record),
        record.tested_at,
        accounts,
        reason,
        last_state=last_state,
        last_tested_at=last_tested,
    )


def _state(record: HostRecord, accounts: t.Sequence[AccountRow]) -> tuple[MailState, str]:
    reasons = [reason for reason in (record.configuring, record.failure) if reason]
    if reasons:
        return MailState.FAILED, " ".join(reasons)
    if record.uncompared:
        return MailState.FAILED if record.verified else MailState.NOT_TESTED, record.uncompared
    if not record.verified and not record.compared:
        return MailState.NOT_TESTED, _NOT_TESTED
    if not accounts:
        return MailState.NO_ACCOUNTS, ""
    return min((account.state for account in accounts), key=_WORST_FIRST.index), ""


def _account(
    record: HostRecord, account: AccountRecord, before: EarlierHost | None, judged: Verdict, shared: _Shared
) -> AccountRow:
    then = None if before is None else before.accounts.get(account.key)
    changed = ""
    if then is not None and not account.is_comparison:
        failed_then = any(endpoint.code for endpoint in then.values())
        by_client = account.cause is not None and account.cause.stage == CLIENT  # mail itself works
        failed_now = not account.ok and (not by_client or ACCOUNT in then)
        if failed_now is not failed_then:
            changed = FAILS_NOW if failed_now else WORKS_AGAIN
    alike = tuple([id(endpoint) for endpoint in account.endpoints])  # accounts with the same results share endpoints
    stages = shared.get(alike)
    if stages is None:
        stages = shared[alike] = tuple(stage for endpoint in account.endpoints for stage in endpoint.stages)
    return AccountRow(
        email=account.email,
        user=account.user,
        protocol=account.protocol,
        state=_state_of(account),
        sentence=account.sentence if not account.warnings else f"{account.sentence} {' '.join(account.warnings)}",
        server=account.cause_server,
        code="" if account.cause is None else account.cause.code,
        stages=stages,
        finding=judged.of_account.get((record.host, account.key)),
        changed=changed,
    )


def _state_of(account: AccountRecord) -> MailState:
    if account.ok:
        return MailState.WARNING if account.warnings else MailState.VERIFIED
    return MailState.NOT_TESTED if account.is_not_compared else MailState.FAILED


def _certificates(records: t.Iterable[HostRecord]) -> tuple[ShownCertificate, ...]:
    hosts: dict[tuple[str, tuple[str, ...], str, str], set[str]] = {}
    for record in records:
        for account in record.accounts:
            for endpoint in account.endpoints:
                seen = endpoint.certificate
                if seen is not None:
                    key = (endpoint.server, seen.names, seen.issuer, seen.not_after)
                    hosts.setdefault(key, set()).add(record.host)
    found = [
        ShownCertificate(server, names, issuer, not_after, len(seen_by))
        for (server, names, issuer, not_after), seen_by in hosts.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.not_after, one.server)))


def _message(row: HostRow, findings: t.Sequence[Finding]) -> str:
    """The message about a host on which mail does not work."""
    failing = [account for account in row.accounts if account.state in (MailState.FAILED, MailState.NOT_TESTED)]
    return " ".join([row.reason, *dict.fromkeys(_about(account, findings) for account in failing)]).strip()


def _about(account: AccountRow, findings: t.Sequence[Finding]) -> str:
    finding = None if account.finding is None else findings[account.finding]
    if finding is None:
        return account.sentence
    sure = finding.confidence is not Confidence.LOW or bool(finding.since)
    if finding.scope in _OTHERS and not finding.change and sure:
        return f"{account.email}: {account.server}: {meaning(account.code)} {finding.title} {finding.action}"
    tells = sure or finding.scope not in _OTHERS
    return f"{account.sentence} {finding.action}" if tells else account.sentence
