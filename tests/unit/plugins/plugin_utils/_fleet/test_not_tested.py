# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that were not tested in a run are called that, and not unreachable."""

from __future__ import annotations

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.build_report import build_report
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import FleetReport
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.junit import junit
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.page.page import page
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.report_json import report_data
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.summary import summary, text

RUN, NOW = "20261128T033000Z-1", "2026-11-28T03:30:00Z"
REASON = "It was not tested in this run."


def report() -> FleetReport:
    """One host has no record, one is known not to be reached, and one has neither: Ansible has lost it on its way."""
    lost = HostRecord("desk-2", RUN, NOW, unreached="No route to host")
    return build_report(RUN, NOW, NOW, [lost], ["desk-1", "desk-2", "desk-3"], {}, (), ["desk-1"]).report


def lines(found: FleetReport) -> str:
    return "\n".join(text(line) for line in summary(found, plain=True))


def test_the_summary() -> None:
    shown = lines(report())
    assert "? 1 not tested   . 2 not reached" in shown
    assert "  Not tested      desk-1\n  Not reached     desk-2, desk-3" in shown
    alone = build_report(RUN, NOW, NOW, [], ["desk-1"], {}, (), ["desk-1"]).report
    assert lines(alone).startswith("  No host was tested\n")
    assert "reached" not in lines(alone)


def test_the_page() -> None:
    shown = page(report())
    assert '<td class="state not_tested">Not tested</td><th scope="row">desk-1</th>' in shown
    assert REASON in shown
    assert '<td class="state not_reached">Not reached</td><th scope="row">desk-2</th>' in shown


def test_the_files_for_programs() -> None:
    data = report_data(report())
    assert (data["counts"]["not_tested"], data["counts"]["not_reached"]) == (1, 2)
    assert [(row["state"], row["reason"]) for row in data["hosts"]] == [
        ("not_tested", REASON),
        ("not_reached", "No route to host"),
        ("not_reached", "Ansible did not reach it, or its test did not run."),
    ]
    xml = junit(report()).decode()
    assert f'<error message="{REASON}" type="not_tested" />' in xml
    assert '<error message="No route to host" type="not_reached" />' in xml
