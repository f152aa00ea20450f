# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of earlier runs, and what this run stores for later ones."""

from __future__ import annotations

import dataclasses
import typing as t

from .._fleet import earlier_results as short_form
from .._fleet.build_report import Reported
from .._fleet.earlier_results import EarlierHost, earlier_host
from .._fleet.fleet_report import About, MailState, RunCounts
from .._fleet.host_record import HostRecord
from .record_files import RecordFiles
from .run_id import started_at

_MOST_RUNS = 30  # runs in the history


@dataclasses.dataclass
class Past:
    """The results of earlier runs.

    Attributes:
        hosts: the last earlier result of each host, if any.
        runs: earlier runs, the oldest first.
    """

    hosts: dict[str, EarlierHost]
    runs: list[RunCounts]


def past(files: RecordFiles, before: str, hosts: t.Collection[str]) -> Past:
    """The results of the runs before one.

    Args:
        files: all records.
        before: the id of the run.
        hosts: the hosts whose earlier results are wanted.
    """
    found = Past({}, [])
    wanted = set(hosts)
    for run in reversed([run for run in files.runs() if run < before][-_MOST_RUNS:]):
        content = files.run_content(run)
        if isinstance(content, dict):
            if content.get("about", About.MAIL.value) == About.MAIL.value:
                found.runs.insert(0, RunCounts(run, started_at(run), _counts(content)))
            # A run stores only results of its own hosts, including all earlier results of these.
            own = wanted.intersection(_meant(content))
            if own:
                for host, known in files.known_hosts(run, own).items():
                    one = short_form.from_json(known)
                    if one is not None:
                        found.hosts[host] = one
            wanted -= own
        else:  # that run had no report
            for record in files.hosts(run, [], wanted):
                if record.verified:
                    found.hosts[record.host] = earlier_host(record, _state(record), None)
        wanted -= found.hosts.keys()
    return found


def keep(files: RecordFiles, reported: Reported, before: t.Mapping[str, EarlierHost]) -> None:
    """Store what later runs need to know, and which hosts this run covers.

    Args:
        files: all records.
        reported: the run and its report.
        before: the earlier results of its hosts, which are stored again for hosts that were not tested.

    Raises:
        OSError: a file cannot be written.
    """
    report = reported.report
    known = {host: one for host, one in before.items() if host not in reported.for_later_runs}
    files.keep_run(
        report.run,
        {
            "about": report.about.value,
            "counts": {state.value: number for state, number in report.counts.items()},
            "meant": [row.host for row in report.hosts],
            "not_tested": [row.host for row in report.hosts if row.state is MailState.NOT_TESTED],
        },
        {host: short_form.as_json(one) for host, one in {**known, **reported.for_later_runs}.items()},
    )


def meant_before(files: RecordFiles, run: str) -> list[str]:
    """The hosts that an earlier report of the same run covered."""
    content = files.run_content(run)
    return _meant(content) if isinstance(content, dict) else []


def not_tested_before(files: RecordFiles, run: str) -> list[str]:
    """The hosts that an earlier report of the same run called not tested: by now they may have failed for it."""
    content = files.run_content(run)
    return _hosts(content, "not_tested") if isinstance(content, dict) else []


def _meant(content: t.Mapping[str, t.Any]) -> list[str]:
    return _hosts(content, "meant")


def _hosts(content: t.Mapping[str, t.Any], name: str) -> list[str]:
    found = content.get(name)
    return [host for host in found if isinstance(host, str)] if isinstance(found, list) else []


def newest(files: RecordFiles, damaged: list[str]) -> tuple[list[HostRecord], Past]:
    """The newest record of each host, from any run, and its result before that."""
    records: dict[str, HostRecord] = {}
    found = Past({}, [])
    for run in reversed(files.runs()):
        for record in files.hosts(run, damaged):
            known = records.get(record.host)
            if known is None or known.is_unreached:
                records[record.host] = record
            elif record.verified != known.verified and record.compared != known.compared:
                # One run tested mail, the other compared accounts, so the records are merged.
                records[record.host] = record.merged(known)
            elif record.host not in found.hosts and record.verified:
                found.hosts[record.host] = earlier_host(record, _state(record), None)
    return list(records.values()), found


def _counts(content: t.Mapping[str, t.Any]) -> dict[MailState, int]:
    counts = content.get("counts")
    known = counts if isinstance(counts, dict) else {}
    return {state: number if isinstance(number := known.get(state.value), int) else 0 for state in MailState}


def _state(record: HostRecord) -> MailState:
    if record.failure or any(not account.ok for account in record.accounts):
        return MailState.FAILED
    return MailState.VERIFIED if record.accounts else MailState.NO_ACCOUNTS
