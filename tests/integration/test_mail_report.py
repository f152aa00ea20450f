# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report from records, and where it is written."""

from __future__ import annotations

import json
import pathlib

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run.record_files import RecordFiles
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible

RUN, NOW = "20261128T033000Z-1", "2026-11-28T03:30:00Z"


def test_the_summary_names_the_page_only_where_it_was_written(tmp_path: pathlib.Path) -> None:
    RecordFiles(str(tmp_path / "records")).add(HostRecord("desk-1", RUN, NOW, NOW, verified=True))
    ansible = Ansible(tmp_path)
    for page, is_written in ((tmp_path / "report.html", True), (tmp_path / "nowhere" / "report.html", False)):
        variables = {"mail_records": str(tmp_path / "records"), "mail_report": str(page)}
        done = ansible.command("ansible-playbook", "charter.mail.report", "--extra-vars", json.dumps(variables))
        assert done.code == 0, done.output
        assert "\n  No host has mail accounts\n" in done.output
        assert ("\n  Report  " in done.output) is is_written, done.output
        assert (f"The report cannot be written to {page}" in " ".join(done.output.split())) is not is_written
