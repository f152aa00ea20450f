# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on a run. The documentation is in plugins/modules/mail_report.py.

This is an action, because only the controller sees the records of all hosts. Unlike the output of a collection's
callback, what an action displays appears without configuration.
"""

from __future__ import annotations

import gc
import sys
import time
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.color import ANSIBLE_COLOR, stringc
from ansible.utils.display import Display

from ..module_utils._model.printable import printable
from ..plugin_utils._fleet.build_report import Reported, build_report
from ..plugin_utils._fleet.control_tests import control_accounts, control_hosts
from ..plugin_utils._fleet.files.report_files import write_json, write_junit, write_page
from ..plugin_utils._fleet.fleet_report import FleetReport, MailState
from ..plugin_utils._fleet.host_record import HostRecord
from ..plugin_utils._fleet.report_json import verdict_data
from ..plugin_utils._fleet.summary import Line, summary
from ..plugin_utils._fleet_run import old_runs, past_runs
from ..plugin_utils._fleet_run.past_runs import Past
from ..plugin_utils._fleet_run.record_files import RecordFiles
from ..plugin_utils._fleet_run.recorder import records_folder
from ..plugin_utils._fleet_run.report_options import OPTIONS
from ..plugin_utils._fleet_run.run_folder import run_folder
from ..plugin_utils._fleet_run.run_id import Run, started_at, this_run

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_MOST_WARNINGS = 5
# Ansible imports this file in its main process. The workers, which run the task, have no terminal.
_IS_TERMINAL = sys.stdout.isatty()

_display = Display()


class ActionModule(ActionBase):
    """The action plugin."""

    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """See plugins/modules/mail_report.py."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(dict(OPTIONS))[1]  # type: ignore[no-untyped-call]
        if options["failure"] is not None:
            ending = "unreachable" if options["unreachable"] else "failed"
            return {**result, "changed": False, ending: True, "msg": printable(options["failure"])}
        if options["latest"] and not options["records"]:
            return _without_records(result, "No folder with records is named.")
        warnings: list[str] = []
        # The records stay in memory until the end. Repeated garbage collection would take a quarter of the time.
        collects = gc.isenabled()
        gc.disable()
        try:
            reported, records = _report(self, options, task_vars or {}, warnings)
            written = _write_all(options, reported.report, warnings)
        except OSError as error:
            missing = f"There is no report: the records cannot be read ({error})."
            return {**result, "changed": False, "msg": missing, "warnings": [printable(missing)]}
        finally:
            if collects:
                gc.enable()
        if options["latest"] and not records:
            return _without_records(result, f"{options['records']} has no records.")
        report = reported.report
        unreached = [record.host for record in records if record.is_unreached]
        not_compared = [record.host for record in records if record.is_not_compared]
        unknown = (MailState.NOT_REACHED, MailState.NOT_TESTED)
        recorded = {row.host for row in report.hosts if row.state not in unknown}.union(unreached, not_compared)
        asked = control_hosts(report.findings, records)
        alive = [] if options["latest"] else list((task_vars or {}).get("ansible_play_hosts") or ())
        unrecorded = [host for host in alive if host not in recorded]
        works = not report.counts[MailState.FAILED] and not unrecorded
        if options["summary"] and (works or not options["defer_summary"]):
            # Blank lines separate it from Ansible's output.
            page = options["page"] if "page" in written else ""
            for line in ((), *summary(report, columns=_columns(), plain=_is_plain(), page=page), ()):
                _display.display(_coloured(line))
        verdict = verdict_data(report)
        shown = {name: verdict[name] for name in ("run", "started_at", "counts", "findings")}
        return {
            **result,
            **shown,
            "changed": False,
            "failing_hosts": [row.host for row in report.hosts if row.state is MailState.FAILED],
            "unreached_hosts": sorted(unreached),
            "not_compared_hosts": sorted(not_compared),
            "unrecorded_hosts": unrecorded,
            "messages": dict(reported.messages),
            "control_hosts": list(asked),
            "control_accounts": control_accounts() if asked else [],
            "warnings": [printable(warning) for warning in _few(warnings)],
            "ansible_stats": {"data": {"charter_mail": verdict}, "per_host": False, "aggregate": False},
        }


def _without_records(result: t.Mapping[str, t.Any], reason: str) -> dict[str, t.Any]:
    """The failed result if a report on earlier runs is requested and there are none."""
    advice = "Name the folder that the earlier runs had in mail_records."
    return {**result, "failed": True, "changed": False, "msg": printable(f"{reason} {advice}")}


def _report(
    action: ActionBase, options: t.Mapping[str, t.Any], task_vars: t.Mapping[str, t.Any], warnings: list[str]
) -> tuple[Reported, list[HostRecord]]:
    """The report with its records. Also writes what later runs need of it into the folder.

    Raises:
        OSError: the records cannot be read.
    """
    files = RecordFiles(records_folder(action, options["records"]))
    now = time.strftime(_TIME, time.gmtime())
    if options["latest"]:
        records, before = past_runs.newest(files, warnings)
        newest = max((record.run for record in records), default="")
        began = started_at(newest) if newest else now
        return build_report(newest, began, now, records, (), before.hosts, before.runs), records
    run = this_run(run_folder(action), task_vars)
    records = list(files.hosts(run.id, warnings))
    meant = [*map(str, task_vars.get("ansible_play_hosts_all") or ()), *past_runs.meant_before(files, run.id)]
    before = past_runs.past(files, run.id, {*meant, *(record.host for record in records)})
    alive = map(str, task_vars.get("ansible_play_hosts") or ())
    reached = frozenset((*alive, *past_runs.not_tested_before(files, run.id)))
    reported = _built(run, now, records, meant, before, reached)
    try:
        past_runs.keep(files, reported, before.hosts)
        old_runs.forget(files, options["keep"])
        old_runs.pack_ended(files, time.time())
    except OSError as error:
        warnings.append(f"The folder of records cannot be updated: {error}.")
    return reported, records


def _built(
    run: Run,
    now: str,
    records: t.Sequence[HostRecord],
    meant: t.Sequence[str],
    before: Past,
    reached: t.Collection[str],
) -> Reported:
    return build_report(run.id, run.started_at, now, records, meant, before.hosts, before.runs, reached)


def _write_all(options: t.Mapping[str, t.Any], report: FleetReport, warnings: list[str]) -> set[str]:
    """Write the files and return the options whose file could be written."""
    written = set()
    writers: t.Mapping[str, t.Callable[[FleetReport, str], None]] = {
        "page": write_page,
        "json": write_json,
        "junit": write_junit,
    }
    for name, write in writers.items():
        if options[name]:
            try:
                write(report, options[name])
                written.add(name)
            except OSError as error:
                warnings.append(f"The report cannot be written to {options[name]} ({error}). Check the folder.")
    return written


def _few(warnings: t.Sequence[str]) -> list[str]:
    more = len(warnings) - _MOST_WARNINGS
    return [*warnings[:_MOST_WARNINGS], *([f"{more} more records cannot be read."] if more > 0 else [])]


def _columns() -> int:
    return int(getattr(_display, "columns", 0) or 80)


def _is_plain() -> bool:
    """Whether the output does not go to a terminal and colours are not forced."""
    return not (_IS_TERMINAL or ANSIBLE_COLOR)


def _coloured(line: Line) -> str:
    return "".join(stringc(span.text, span.colour) if span.colour else span.text for span in line)
