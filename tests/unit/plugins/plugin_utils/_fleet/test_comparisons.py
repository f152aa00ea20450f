# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mail_drift found is in the report: as a run of its own, and beside the tests of mail."""

from __future__ import annotations

import dataclasses
import json
import random
import re
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible.drift import Drift
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.build_report import build_report
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import (
    About,
    FleetReport,
    MailState,
    RunCounts,
    Scope,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.junit import junit
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.page.page import page
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.record_json import as_json, from_json
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.record_of_result import compared_accounts
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.report_json import report_data
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.summary import summary, text
from ansible_collections.charter.mail.tests.unit.simulation.world import CHARTER, Account, Host, World, simulate

RUN, NOW = "20261128T033000Z-1", "2026-11-28T03:30:00Z"
EMAIL = "mario@charter.net"
# With a sentence, and a finding.
_IS_DRIFT = (Drift.CHANGED, Drift.NEVER_OURS, Drift.MISSING, Drift.NOT_REMOVED, Drift.EXTRA, Drift.UNREADABLE)


def drifted(*found: tuple[str, Drift], user: str = "") -> dict[str, t.Any]:
    """A result of mail_drift: how one account stands in each client."""
    return {
        "accounts": [
            {
                "client": client,
                "user": user,
                "email": EMAIL,
                "protocol": "imap",
                "drift": drift.value,
                "differences": [],
                "reason": "",
                "sentence": f"{client}: it differs." if drift in _IS_DRIFT else "",
            }
            for client, drift in found
        ]
    }


def compared(host: str, *found: tuple[str, Drift]) -> HostRecord:
    return HostRecord(host, RUN, NOW, compared=True, accounts=compared_accounts(drifted(*found)))


def mail_works(host: str, **values: t.Any) -> HostRecord:
    """Mail works on it."""
    world = World([Host(host, "10.1.2.0/24", [Account(EMAIL, CHARTER)])], first_run=True)
    (record,) = simulate(random.Random(1), world).records
    return dataclasses.replace(record, run=RUN, **values)


def reported(*records: HostRecord) -> FleetReport:
    return build_report(RUN, NOW, NOW, records, [record.host for record in records], {}).report


def lines(report: FleetReport) -> str:
    return "\n".join(text(line) for line in summary(report, plain=True))


def test_every_kind_of_drift_is_shown_as_what_it_is() -> None:
    for drift in Drift:
        record = compared("desk-1", ("thunderbird", drift))
        assert from_json(as_json(record)) == record
        report = reported(record)
        assert report.about is About.CLIENTS
        is_drift = drift in _IS_DRIFT
        states = {Drift.UNREADABLE: MailState.NOT_TESTED, **dict.fromkeys(_IS_DRIFT[:-1], MailState.FAILED)}
        assert report.counts[states.get(drift, MailState.VERIFIED)] == 1
        assert [finding.scope for finding in report.findings] == ([Scope.SETTINGS] if is_drift else [])


def test_a_run_that_compares_says_nothing_about_mail() -> None:
    good = reported(*(compared(f"desk-{number}", ("evolution", Drift.NONE)) for number in range(3)))
    assert "Mail clients have the listed accounts on all 3 hosts" in lines(good)
    bad = reported(
        compared("desk-1", ("evolution", Drift.NONE)),
        compared("desk-2", ("thunderbird", Drift.NONE), ("evolution", Drift.MISSING)),
    )
    shown = lines(bad)
    assert "Mail clients differ from the list on 1 of 2 hosts" in shown
    assert "1 as listed" in shown
    assert "1 different" in shown
    assert "Run charter.mail.configure, or correct the list." in shown
    for report in (good, bad):
        assert "Mail works" not in lines(report)
        assert "does not work" not in page(report)
        assert "Every account that was tested works" not in page(report)
    (row,) = (row for row in bad.hosts if row.host == "desk-2")
    (account,) = row.accounts
    assert [(stage.stage, stage.status) for stage in account.stages] == [("client", "ok"), ("client", "failed")]


def test_the_table_of_a_comparison_speaks_of_mail_clients() -> None:
    both = compared("desk-1", ("thunderbird", Drift.NONE), ("evolution", Drift.MISSING))
    shown = page(reported(both))
    assert re.findall('<th scope="col">(.*?)</th>', shown) == ["State", "Host", "Account", "Mail clients", "Cause"]
    assert "<td>as listed, different</td>" in shown
    data = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', shown, re.DOTALL)[0])
    assert (data["tests"], data["compared"], data["ways"]["account"]) == ("Mail clients", True, "Mail clients")
    words = {"ok": "as listed", "failed": "different", "skipped": "not compared", "unreadable": "could not be compared"}
    assert data["outcomes"] == words
    of_mail = page(reported(mail_works("desk-1").merged(both)))
    assert re.findall('<th scope="col">(.*?)</th>', of_mail)[-3:] == ["Receiving", "Sending", "Cause"]


def test_earlier_comparisons_are_counted_in_the_words_of_a_comparison() -> None:
    now = reported(compared("desk-1", ("evolution", Drift.MISSING)))
    counts = {**dict.fromkeys(MailState, 0), MailState.VERIFIED: 1}
    shown = page(dataclasses.replace(now, earlier=(RunCounts("20261127T033000Z-1", "2026-11-27T03:30:00Z", counts),)))
    assert "27 Nov 2026, 03:30 UTC: 1 as listed" in shown
    assert "28 Nov 2026, 03:30 UTC: 1 different" in shown


def test_a_comparison_stands_beside_the_tests_of_mail_whichever_came_first() -> None:
    difference = compared("desk-1", ("thunderbird", Drift.CHANGED))
    works = mail_works("desk-1")
    assert works.accounts[0].ok
    orders = [difference.merged(works), works.merged(difference)]
    for record in orders:
        report = reported(record)
        assert report.about is About.MAIL
        ((account,),) = (row.accounts for row in report.hosts)
        assert account.state is MailState.FAILED
        assert {stage.endpoint for stage in account.stages} == {"incoming", "outgoing", "account"}
        (finding,) = report.findings
        assert (finding.scope, finding.code, finding.change) == (Scope.SETTINGS, "client_differs", "settings")
        assert record.networks == works.networks
    again = orders[0].merged(compared("desk-1", ("thunderbird", Drift.CHANGED)))
    assert len(again.accounts) == 1


def test_a_drift_does_not_mean_that_mail_stopped() -> None:
    works = mail_works("desk-1", tested_at=NOW)
    first = build_report(RUN, NOW, NOW, [works], ["desk-1"], {})
    record = works.merged(compared("desk-1", ("thunderbird", Drift.CHANGED)))
    report = build_report(RUN, NOW, NOW, [record], ["desk-1"], first.for_later_runs).report
    ((account,),) = (row.accounts for row in report.hosts)
    assert (account.state, account.changed) == (MailState.FAILED, "")


UNREADABLE = ("thunderbird", Drift.UNREADABLE)


def test_what_could_not_be_compared_is_neither_different_nor_as_listed() -> None:
    good, unknown = compared("desk-1", ("evolution", Drift.NONE)), compared("desk-2", UNREADABLE)
    built = build_report(RUN, NOW, NOW, [good, unknown], ["desk-1", "desk-2"], {})
    report = built.report
    assert (report.counts[MailState.VERIFIED], report.counts[MailState.NOT_TESTED]) == (1, 1)
    assert report.counts[MailState.FAILED] == 0
    shown = lines(report)
    assert shown.startswith("  Mail clients could not be compared with the list on 1 of 2 hosts\n")
    assert "  # 1 as listed   ? 1 could not be compared\n" in shown
    assert (
        "  SETTINGS  Mail clients could not be compared with the list\n    -> Each account's result says why." in shown
    )
    assert "configure" not in shown
    first = summary(report)[0]
    assert [span.colour for span in first] == ["bright purple"]
    assert (unknown.is_not_compared, good.is_not_compared) == (True, False)
    assert list(built.messages) == ["desk-2"]
    assert built.messages["desk-2"].startswith("thunderbird: it differs.")


def test_a_difference_comes_first_and_does_not_hide_what_could_not_be_compared() -> None:
    for found in ([UNREADABLE, ("evolution", Drift.MISSING)], [("evolution", Drift.MISSING), UNREADABLE]):
        record = compared("desk-1", *found)
        report = reported(record)
        assert report.counts[MailState.FAILED] == 1
        assert record.is_not_compared
        titles = sorted(finding.title for finding in report.findings)
        assert titles == [
            "Mail clients could not be compared with the list.",
            "Mail clients have other settings than the list.",
        ]
    as_listed = reported(compared("desk-1", ("evolution", Drift.NONE), UNREADABLE))
    assert as_listed.counts[MailState.NOT_TESTED] == 1


def test_a_host_that_could_not_be_compared_at_all_is_named_with_the_reason() -> None:
    reason = "The module failed to start."
    failed = HostRecord("desk-2", RUN, NOW, compared=True, uncompared=reason)
    assert from_json(as_json(failed)) == failed
    good = compared("desk-1", ("evolution", Drift.NONE))
    built = build_report(RUN, NOW, NOW, [good, failed], ["desk-3"], {}, (), ["desk-3"])
    report = built.report
    assert report.counts[MailState.NOT_TESTED] == 2
    assert "  Not compared    desk-2, desk-3\n" in lines(report) + "\n"
    assert built.messages == {"desk-2": reason}
    rows = {row["host"]: row for row in report_data(report)["hosts"]}
    assert (rows["desk-2"]["state"], rows["desk-2"]["reason"]) == ("not_tested", reason)
    assert rows["desk-3"]["reason"].startswith("It was not compared in this run.")
    shown = page(report)
    assert "Could not be compared" in shown
    assert f"<td>{reason}</td>" in shown
    assert ">Not compared<" in shown
    xml = junit(report).decode()
    assert f'<error message="{reason}" type="not_tested" />' in xml
    # Where mail was tested in the same run, that says nothing about the clients.
    both = reported(mail_works("desk-1").merged(dataclasses.replace(failed, host="desk-1")))
    assert (both.counts[MailState.FAILED], both.hosts[0].reason) == (1, reason)


def test_an_account_that_could_not_be_compared_is_an_error_in_junit_and_named_in_the_page() -> None:
    report = reported(compared("desk-1", ("evolution", Drift.NONE), UNREADABLE))
    xml = junit(report).decode()
    assert 'errors="1"' in xml
    assert 'failures="0"' in xml
    assert 'type="client_unreadable"' in xml
    shown = page(report)
    assert "<td>as listed, could not be compared</td>" in shown
    assert ">different<" not in shown.lower().replace('"different"', "")
    (account,) = report_data(report)["hosts"][0]["accounts"]
    assert (account["state"], account["code"]) == ("not_tested", "client_unreadable")


def test_later_comparisons_of_a_run_replace_what_failed() -> None:
    failed = HostRecord("desk-1", RUN, NOW, compared=True, uncompared="No.")
    good = compared("desk-1", ("evolution", Drift.NONE))
    assert failed.merged(good).uncompared == ""
    assert good.merged(failed).uncompared == "No."
    assert failed.merged(mail_works("desk-1")).uncompared == "No."
