# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run as JSON, for programs. docs/report.md documents the keys, which are stable across releases."""

from __future__ import annotations

import json
import typing as t

from .fleet_report import AccountRow, Finding, FleetReport, HostRow, MailState, RunCounts, ShownCertificate

FORMAT = 1  # increased when a key is removed or changes its meaning, not for new keys


def report_json(report: FleetReport) -> str:
    """The whole run as JSON: ASCII, one line."""
    return json.dumps(report_data(report), separators=(",", ":"))


def verdict_data(report: FleetReport) -> dict[str, t.Any]:
    """The run without its hosts, small enough for ``set_stats`` even with 10,000 hosts."""
    findings = [{**_finding(finding), "hosts": len(finding.hosts)} for finding in report.findings]
    return {**_run(report), "findings": findings}


def report_data(report: FleetReport) -> dict[str, t.Any]:
    """The whole run."""
    return {
        **_run(report),
        "findings": [{**_finding(finding), "hosts": list(finding.hosts)} for finding in report.findings],
        "hosts": [_host(row) for row in report.hosts],
        "certificates": [_certificate(certificate) for certificate in report.certificates],
        "earlier_runs": [_earlier(run) for run in report.earlier],
    }


def _run(report: FleetReport) -> dict[str, t.Any]:
    return {
        "format": FORMAT,
        "run": report.run,
        "started_at": report.started_at,
        "ended_at": report.ended_at,
        "check_mode": report.check_mode,
        "about": report.about.value,
        "counts": _counts(report.counts),
    }


def _counts(counts: t.Mapping[MailState, int]) -> dict[str, int]:
    return {state.value: counts.get(state, 0) for state in MailState}


def _finding(finding: Finding) -> dict[str, t.Any]:
    return {
        "scope": finding.scope.value,
        "subject": finding.subject,
        "code": finding.code,
        "confidence": finding.confidence.value,
        "title": finding.title,
        "action": finding.action,
        "change": finding.change,
        "evidence": list(finding.evidence),
        "since": finding.since,
        "accounts": finding.accounts,
    }


def _host(row: HostRow) -> dict[str, t.Any]:
    return {
        "host": row.host,
        "state": row.state.value,
        "site": row.site,
        "tested_at": row.tested_at,
        "reason": row.reason,
        "last_state": row.last_state.value if row.last_state else "",
        "last_tested_at": row.last_tested_at,
        "accounts": [_account(account) for account in row.accounts],
    }


def _account(account: AccountRow) -> dict[str, t.Any]:
    return {
        "email": account.email,
        "user": account.user,
        "protocol": account.protocol,
        "state": account.state.value,
        "sentence": account.sentence,
        "server": account.server,
        "code": account.code,
        "finding": account.finding,
        "changed": account.changed,
        "stages": [
            {"endpoint": stage.endpoint, "stage": stage.stage, "status": stage.status, "code": stage.code}
            for stage in account.stages
        ],
    }


def _certificate(certificate: ShownCertificate) -> dict[str, t.Any]:
    return {
        "server": certificate.server,
        "names": list(certificate.names),
        "issuer": certificate.issuer,
        "not_after": certificate.not_after,
        "hosts": certificate.hosts,
    }


def _earlier(run: RunCounts) -> dict[str, t.Any]:
    return {"run": run.run, "started_at": run.started_at, "counts": _counts(run.counts)}
