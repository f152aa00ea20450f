# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report from records, and where it is written."""

from __future__ import annotations

import json
import pathlib
import shutil
import typing as t

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run.record_files import RecordFiles
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun

RUN, NOW = "20261128T033000Z-1", "2026-11-28T03:30:00Z"


def report(ansible: Ansible, **variables: t.Any) -> AnsibleRun:
    done = ansible.command("ansible-playbook", "charter.mail.report", "--extra-vars", json.dumps(variables))
    assert done.code == 0, done.output
    return done


def test_the_summary_names_the_page_only_where_it_was_written(tmp_path: pathlib.Path) -> None:
    RecordFiles(str(tmp_path / "records")).add(HostRecord("desk-1", RUN, NOW, NOW, verified=True))
    ansible = Ansible(tmp_path)
    for page, is_written in ((tmp_path / "report.html", True), (tmp_path / "nowhere" / "report.html", False)):
        done = report(ansible, mail_records=str(tmp_path / "records"), mail_report=str(page))
        assert "\n  No host has mail accounts\n" in done.output
        assert ("\n  Report  " in done.output) is is_written, done.output
        assert (f"The report cannot be written to {page}" in " ".join(done.output.split())) is not is_written


def test_records_that_hosts_keep_themselves_are_collected_and_the_summary_can_be_left_out(
    tmp_path: pathlib.Path,
) -> None:
    """As hosts with ansible-pull have them: each a folder of its own, with runs of its own."""
    for number in (1, 2, 3):
        own = tmp_path / f"desk-{number}"
        for day in (27, 28):
            run, when = f"202611{day}T03300{number}Z-{number}", f"2026-11-{day}T03:30:0{number}Z"
            RecordFiles(str(own)).add(HostRecord(f"desk-{number}", run, when, when, verified=True))
        shutil.copytree(own, tmp_path / "collected", dirs_exist_ok=True)
    files = {"mail_report_json": str(tmp_path / "report.json"), "mail_report_junit": str(tmp_path / "report.xml")}
    done = report(Ansible(tmp_path), mail_records=str(tmp_path / "collected"), mail_summary=False, **files)
    assert "No host has mail accounts" not in done.output
    assert "No accounts" not in done.output
    rows = json.loads((tmp_path / "report.json").read_text())["hosts"]
    assert [(row["host"], row["tested_at"]) for row in rows] == [
        (f"desk-{number}", f"2026-11-28T03:30:0{number}Z") for number in (1, 2, 3)
    ]
    assert (tmp_path / "report.xml").read_text().count("<testsuite ") == 3


def test_a_host_without_a_record_is_not_called_unreachable_and_one_that_is_stays_so(tmp_path: pathlib.Path) -> None:
    """In a playbook of one's own, whose test runs on some of the hosts."""
    ansible = Ansible(tmp_path)
    inventory = ansible.local_host()
    (local,) = inventory["all"]["hosts"].values()
    lost = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
    inventory["all"]["hosts"] = {"desk-1": local, "desk-2": local, "gone": lost}
    (tmp_path / "hosts.json").write_text(json.dumps(inventory))
    test = {"charter.mail.mail_verify": {"accounts": [], "fail_on": []}, "when": "inventory_hostname != 'desk-2'"}
    reach = {"ansible.builtin.raw": "true"}
    files = {"json": str(tmp_path / "report.json"), "records": str(tmp_path / "records")}
    made = {"charter.mail.mail_report": files, "run_once": True, "delegate_to": "localhost"}
    plays = [
        {"hosts": "all", "gather_facts": False, "vars": {"mail_records": files["records"]}, "tasks": tasks}
        for tasks in ([reach, test], [made])
    ]
    (tmp_path / "own.yml").write_text(json.dumps(plays))
    done = ansible.command("ansible-playbook", "-i", str(tmp_path / "hosts.json"), str(tmp_path / "own.yml"))
    assert done.code == 4, done.output
    rows = json.loads((tmp_path / "report.json").read_text())["hosts"]
    assert {row["host"]: row["state"] for row in rows} == {
        "desk-1": "no_accounts",
        "desk-2": "not_tested",
        "gone": "not_reached",
    }
