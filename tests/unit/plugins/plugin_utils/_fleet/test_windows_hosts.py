# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows hosts in a report: tested from the controller, with or without the PC's own connections, or only staged."""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.build_report import build_report
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.control_tests import control_hosts
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Confidence, MailState, Scope
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.observations import observations
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.record_of_result import (
    accounts_of,
    compared_accounts,
    networks_of,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.site_of_host import CONTROLLER

RUN, NOW = "20261128T033000Z-1", "2026-11-28T03:30:00Z"
_STAGES = ("dns", "tcp", "tls", "authentication")


def checks(way: str, server: str, failed: str = "", code: str = "", **values: str) -> list[dict[str, t.Any]]:
    result, over = [], False
    for stage in _STAGES:
        status = "failed" if stage == failed else "skipped" if over else "ok"
        over = over or stage == failed
        result.append(
            {
                "endpoint": way,
                "service": "imap",
                "server": server,
                "stage": stage,
                "status": status,
                "code": code if stage == failed else "",
                "address": "192.0.2.1",
                **values,
            }
        )
    return result


def of_host(host: str, found: list[dict[str, t.Any]], **values: t.Any) -> HostRecord:
    failed = next((check for check in found if check["status"] == "failed"), None)
    account = {"email": f"{host}@charter.net", "protocol": "imap", "ok": failed is None, "checks": found}
    result = {"accounts": [{**account, "cause": failed}], **values}
    accounts = accounts_of(result)
    return HostRecord(host, RUN, NOW, NOW, networks=networks_of(result), verified=True, accounts=accounts)


def test_many_pcs_that_the_controller_tests_are_one_place() -> None:
    found = checks("incoming", "imap.charter.net:993", "tcp", "connection_timed_out")
    records = [of_host(f"pc-{number}", found, checked_from="controller", network=[]) for number in range(9)]
    assert {one.place for one in observations(records, {})} == {CONTROLLER}
    (finding,) = build_report(RUN, NOW, NOW, records, [], {}).report.findings
    # One network alone, the controller's, has been seen.
    assert (finding.scope, finding.confidence) == (Scope.SITE_OR_PROVIDER, Confidence.LOW)
    assert control_hosts([finding], records) == ()


def test_what_the_pc_sees_is_at_the_pc() -> None:
    from_both = [
        *checks("incoming", "imap.charter.net:993", checked_from="controller"),
        *checks("incoming", "imap.charter.net:993", "tcp", "connection_timed_out", checked_from="pc"),
    ]
    records = [of_host(f"pc-{number}", from_both, checked_from="both", network=["10.1.2.0/24"]) for number in range(6)]
    places = {(one.place, one.reached) for one in observations(records, {})}
    assert places == {(CONTROLLER, True), ("10.1.2.0/24", False)}
    (finding,) = build_report(RUN, NOW, NOW, records, [], {}).report.findings
    assert (finding.scope, finding.subject) == (Scope.SITE, "10.1.2.0/24")


def test_what_outlook_has_yet_to_take_is_no_difference() -> None:
    entry = {"client": "outlook", "user": "mario", "email": "m@charter.net", "protocol": "imap", "drift": "staged"}
    staged = compared_accounts(
        {"accounts": [{**entry, "differences": [], "reason": "Outlook is to start.", "sentence": ""}]}
    )
    record = HostRecord("pc-1", RUN, NOW, compared=True, accounts=staged)
    report = build_report(RUN, NOW, NOW, [record], ["pc-1"], {}).report
    assert (report.counts[MailState.VERIFIED], report.findings) == (1, ())
    ((account,),) = (row.accounts for row in report.hosts)
    assert ([stage.status for stage in account.stages], account.sentence) == (["skipped"], "Outlook is to start.")


def test_a_pc_that_is_configured_and_not_tested_is_not_called_working() -> None:
    record = HostRecord("pc-1", RUN, NOW, changed=True)
    report = build_report(RUN, NOW, NOW, [record], ["pc-1"], {}).report
    assert report.counts[MailState.NOT_TESTED] == 1
    assert report.hosts[0].reason == "Its mail was not tested in this run."
