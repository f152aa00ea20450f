# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that the summary and the page share: counts, names, times, the headline."""

from __future__ import annotations

import datetime
import typing as t

from ...module_utils._model.printable import printable
from ...module_utils._verify.findings.failure import Code
from .fleet_report import About, AccountRow, Confidence, FleetReport, MailState, Scope, StageResult

SCOPES: t.Mapping[Scope, str] = {
    Scope.PROVIDER: "Provider",
    Scope.PROVIDER_PART: "Part of the provider",
    Scope.SITE: "Site",
    Scope.SITE_OR_PROVIDER: "Site or provider",
    Scope.MACHINE: "Machine",
    Scope.ACCOUNT: "Account",
    Scope.SETTINGS: "Settings",
    Scope.PASSWORD_LIST: "Password list",
}

# In the order in which users want to read them.
STATES: t.Mapping[MailState, str] = {
    MailState.VERIFIED: "verified",
    MailState.WARNING: "with warnings",
    MailState.FAILED: "failed",
    MailState.NOT_TESTED: "not tested",
    MailState.NOT_REACHED: "not reached",
    MailState.NO_ACCOUNTS: "without accounts",
}

# For a run that compared accounts with mail clients and tested no mail.
_STATES_OF_CLIENTS: t.Mapping[MailState, str] = {
    **STATES,
    MailState.VERIFIED: "as listed",
    MailState.FAILED: "different",
    MailState.NOT_TESTED: "could not be compared",
}
_COMPARED = (MailState.VERIFIED, MailState.WARNING, MailState.FAILED, MailState.NOT_TESTED)
_NOT_TESTED: t.Mapping[About, str] = {About.MAIL: "Not tested", About.CLIENTS: "Not compared"}

STAGES: t.Mapping[str, str] = {
    "client": "mail client",
    "settings": "settings",
    "dns": "DNS",
    "tcp": "TCP",
    "first_bytes": "first bytes",
    "tls": "TLS",
    "greeting": "greeting",
    "starttls": "STARTTLS",
    "capability": "capabilities",
    "authentication": "signing in",
    "mailbox": "mailbox",
    "sending": "sending",
    "round_trip": "round trip",
}

WAYS: t.Mapping[str, str] = {"incoming": "Receiving", "outgoing": "Sending", "account": "Account"}
"""What is tested, by the endpoint of a stage."""

_WAYS_OF_CLIENTS: t.Mapping[str, str] = {**WAYS, "account": "Mail clients"}

OUTCOMES: t.Mapping[str, str] = {"ok": "ok", "failed": "failed", "skipped": "skipped"}
_UNREADABLE = "unreadable"  # in place of the status of a stage
_OUTCOMES_OF_CLIENTS: t.Mapping[str, str] = {
    "ok": "as listed",
    "failed": "different",
    "skipped": "not compared",
    _UNREADABLE: "could not be compared",
}

CONFIDENCES: t.Mapping[Confidence, str] = {
    Confidence.HIGH: "high confidence",
    Confidence.MEDIUM: "medium confidence",
    Confidence.LOW: "low confidence",
}

SOON = 30
"""A certificate expires soon if at most so many days are left."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def state_words(report: FleetReport) -> t.Mapping[MailState, str]:
    """The name of each state in a report, in the order of ``STATES``."""
    return STATES if report.about is About.MAIL else _STATES_OF_CLIENTS


def way_words(report: FleetReport) -> t.Mapping[str, str]:
    """The name of each endpoint of a stage in a report."""
    return WAYS if report.about is About.MAIL else _WAYS_OF_CLIENTS


def outcome_words(report: FleetReport) -> t.Mapping[str, str]:
    """The name of each status of a stage in a report."""
    return OUTCOMES if report.about is About.MAIL else _OUTCOMES_OF_CLIENTS


def outcome(report: FleetReport, stage: StageResult) -> str:
    """The status of a stage, as ``outcome_words`` has it."""
    unreadable = stage.status == "failed" and stage.code == Code.CLIENT_UNREADABLE.value
    return _UNREADABLE if unreadable and report.about is About.CLIENTS else stage.status


def not_tested_label(report: FleetReport) -> str:
    """What stands before the names of the hosts of which nothing was found out."""
    return _NOT_TESTED[report.about]


def headline(report: FleetReport) -> str:
    """The run in one short sentence, without a full stop."""
    total = sum(report.counts.values())
    if total == 0:
        return "No hosts were in this run"
    counts = report.counts
    if report.about is About.CLIENTS and any(counts[state] for state in _COMPARED):
        return _headline_of_clients(counts, total)
    failed, unreached = counts[MailState.FAILED], counts[MailState.NOT_REACHED]
    working = counts[MailState.VERIFIED] + counts[MailState.WARNING]
    if failed:
        return f"Mail does not work on {_share(failed, total)}"
    if working == 0:
        return _headline_of_nothing(report, total, unreached)
    tested = sum(bool(row.stages) for row in _works(report))
    claim = "Mail servers answer" if tested and tested == not_signed_in(report) else "Mail works"
    return f"{claim} on {_share(working, total)}"


def not_signed_in(report: FleetReport) -> int:
    """The number of accounts whose servers work, but with which nobody signed in, usually for lack of a password."""
    if report.about is not About.MAIL:
        return 0
    sign_ins = ({stage.status for stage in row.stages if stage.stage == "authentication"} for row in _works(report))
    return sum("skipped" in found and "ok" not in found for found in sign_ins)


def _works(report: FleetReport) -> list[AccountRow]:
    """The accounts in which no test failed."""
    working = (MailState.VERIFIED, MailState.WARNING)
    return [row for host in report.hosts for row in host.accounts if row.state in working]


def _headline_of_clients(counts: t.Mapping[MailState, int], total: int) -> str:
    if counts[MailState.FAILED]:
        return f"Mail clients differ from the list on {_share(counts[MailState.FAILED], total)}"
    if counts[MailState.NOT_TESTED]:
        return f"Mail clients could not be compared with the list on {_share(counts[MailState.NOT_TESTED], total)}"
    working = counts[MailState.VERIFIED] + counts[MailState.WARNING]
    return f"Mail clients have the listed accounts on {_share(working, total)}"


def _headline_of_nothing(report: FleetReport, total: int, unreached: int) -> str:
    """Of a run that found nothing out about any host with accounts."""
    if report.counts[MailState.NO_ACCOUNTS] == total:
        return "No host has mail accounts"
    if unreached == total:
        return "No host was reached"
    if report.about is About.CLIENTS:
        return "No mail client was compared"
    return "No host was tested" if report.counts[MailState.NOT_TESTED] == total else "Mail was not verified on any host"


def _share(part: int, total: int) -> str:
    if part == total:
        return f"{'all ' if total > 1 else ''}{counted(total, 'host')}"
    return f"{part:,} of {counted(total, 'host')}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 host``, ``7,327 hosts``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moment(timestamp: str) -> datetime.datetime | None:
    """``2026-11-28T12:09:25Z`` as a datetime; None for anything else."""
    try:
        parsed = datetime.datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return parsed.replace(tzinfo=datetime.UTC) if parsed.tzinfo is None else parsed.astimezone(datetime.UTC)


def date(timestamp: str) -> str:
    """``28 Nov 2026``; text that is not a time is only made printable."""
    day = moment(timestamp)
    return printable(timestamp) if day is None else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def date_and_time(timestamp: str) -> str:
    """``28 Nov 2026, 12:09 UTC``; text that is not a time is only made printable."""
    day = moment(timestamp)
    return printable(timestamp) if day is None else f"{date(timestamp)}, {day:%H:%M} UTC"


def first_seen(since: str, this_run: str) -> str:
    """Since when a finding exists; empty if unknown.

    Args:
        since: the start of the first consecutive run that saw it.
        this_run: the start of this run.
    """
    if not since:
        return ""
    return "first seen in this run" if since == this_run else f"since {date_and_time(since)}"


def days_left(not_after: str, now: str) -> int | None:
    """Whole days from ``now`` to the end, negative if it is past; None if either is not a time."""
    end, start = moment(not_after), moment(now)
    return None if end is None or start is None else (end - start).days


def ending(days: int) -> str:
    """When a certificate expires: ``ends in 12 days``, ``ended 3 days ago``."""
    if days < 0:
        return f"ended {counted(-days, 'day')} ago"
    return "ends today" if days == 0 else f"ends in {counted(days, 'day')}"
