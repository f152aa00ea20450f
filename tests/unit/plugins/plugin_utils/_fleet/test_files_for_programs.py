# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON and JUnit XML: every value is there, and any text makes a valid file."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t
from xml.etree import ElementTree

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import (
    FleetReport,
    HostRow,
    MailState,
    StageResult,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.junit import junit
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.report_json import (
    report_data,
    report_json,
    verdict_data,
)
from ansible_collections.charter.mail.tests.unit import sample_report
from ansible_collections.charter.mail.tests.unit.amount import size

pytestmark = pytest.mark.one_in(3)

_PAGE = pathlib.Path(__file__).resolve().parents[5] / "docs" / "report.md"


def suites(report: FleetReport) -> dict[str, ElementTree.Element]:
    """The parsed JUnit suites by host."""
    root = ElementTree.fromstring(junit(report))
    return {suite.attrib["name"]: suite for suite in root}


def cases(suite: ElementTree.Element) -> dict[str, str]:
    """For each case its result, ``passed`` if it has none."""
    return {
        case.attrib["name"]: next((child.tag for child in case if child.tag != "system-out"), "passed")
        for case in suite.iter("testcase")
    }


def keys(value: t.Any) -> set[str]:
    """All keys at any depth."""
    if isinstance(value, dict):
        return set(value).union(*(keys(content) for content in value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_json_has_every_value_and_counts_every_state() -> None:
    report = sample_report.fleet(214)
    data = json.loads(report_json(report))
    assert data == report_data(report)
    assert data["format"] == 1
    states = {"verified": 87, "warning": 1, "failed": 117, "not_tested": 0, "not_reached": 6, "no_accounts": 3}
    assert data["counts"] == states
    outage = next(finding for finding in data["findings"] if finding["scope"] == "provider")
    assert outage["hosts"] == list(report.findings[data["findings"].index(outage)].hosts)
    failing = next(row for row in data["hosts"] if row["host"] == outage["hosts"][0])
    assert data["findings"][failing["accounts"][0]["finding"]] == outage
    assert {"endpoint": "outgoing", "stage": "tcp", "status": "failed", "code": "connection_timed_out"} in failing[
        "accounts"
    ][0]["stages"]


def test_the_verdict_alone_is_small_also_for_ten_thousand_hosts() -> None:
    report = sample_report.fleet(size(10_000, 1_000))
    verdict = verdict_data(report)
    assert "hosts" not in verdict
    assert all(isinstance(finding["hosts"], int) for finding in verdict["findings"])
    assert {finding["scope"] for finding in verdict["findings"]} == {"provider", "site", "account", "machine"}


def test_json_takes_any_text_as_it_is() -> None:
    text = report_json(sample_report.hostile())
    assert text.isascii()
    assert json.loads(text)["hosts"][3]["host"] == sample_report.HOSTILE[3]


def test_the_keys_are_documented() -> None:
    documented = set(re.findall(r"`([a-z_]+)`", _PAGE.read_text()))
    assert keys(report_data(sample_report.fleet(214))) <= documented


def test_junit_has_a_case_for_each_account_and_group_of_stages() -> None:
    suite = suites(sample_report.working(1))["desk-00001.office.example"]
    names = ["receiving, connection", "receiving, signing in", "sending, connection", "sending, signing in"]
    assert cases(suite) == {f"u0@twc.com (imap, u0): {name}": "passed" for name in names}
    assert suite.attrib["tests"] == "4"
    assert suite.attrib["timestamp"] == "2026-11-28T08:14:40"


def test_a_failed_group_says_what_is_wrong_in_the_fleet_and_then_on_the_host() -> None:
    report = sample_report.fleet(214)
    suite = suites(report)["desk-016.office.example"]
    assert list(cases(suite).values()) == ["passed", "passed", "failure", "skipped"] * (len(cases(suite)) // 4)
    failure = suite.find(".//failure")
    assert failure is not None
    assert failure.attrib["type"] == "connection_timed_out"
    assert failure.attrib["message"] == (
        "mobile.charter.net does not answer on ports 993 and 587."
        " Change nothing. It worked until 07:40 UTC, and all 4 sites see the same."
    )
    lines = (failure.text or "").splitlines()
    assert lines[1:] == [report_sentence(report, "desk-016.office.example"), "Failed: tcp (connection_timed_out)"]


def report_sentence(report: FleetReport, host: str) -> str:
    """The sentence of the host's first account."""
    return next(row.accounts[0].sentence for row in report.hosts if row.host == host)


def test_hosts_that_were_not_reached_are_errors_and_those_without_accounts_are_skipped() -> None:
    found = suites(sample_report.fleet(214))
    error = found["till-021.office.example"].find("testcase/error")
    assert error is not None
    assert error.attrib == {"message": "ssh: connect to host port 22: No route to host", "type": "not_reached"}
    assert cases(found["desk-208.office.example"]) == {"host": "skipped"}


def test_a_failed_account_without_a_failed_stage_still_fails() -> None:
    lost = sample_report.account("a@twc.com", MailState.FAILED, sentence="Broken.", code="other", stages=())
    suite = suites(sample_report.report([HostRow("desk-9", MailState.FAILED, accounts=(lost,))]))["desk-9"]
    assert cases(suite) == {"a@twc.com (imap, a): account": "failure"}
    failure = suite.find(".//failure")
    assert failure is not None
    assert failure.attrib["message"] == "Broken."


def test_a_failed_host_without_accounts_fails() -> None:
    suite = suites(sample_report.report([HostRow("desk-9", MailState.FAILED, reason="No Python.")]))["desk-9"]
    assert cases(suite) == {"host": "failure"}


def test_a_warning_passes_and_is_said() -> None:
    suite = suites(sample_report.fleet(214))["laptop-200.office.example"]
    assert "failure" not in cases(suite).values()
    assert "The certificate ends in 9 days." in "".join(suite.itertext())


def test_junit_counts_what_it_holds() -> None:
    root = ElementTree.fromstring(junit(sample_report.fleet(214)))
    for element in (root, *root):
        assert int(element.attrib["tests"]) == len(list(element.iter("testcase")))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.attrib[attribute]) == len(list(element.iter(tag)))
    assert int(root.attrib["failures"]) > 0


def test_junit_is_valid_with_any_text() -> None:
    found = suites(sample_report.hostile())
    assert "\\x1b[2J\\x1b]0;owned\\x07" in found
    assert "</script><img src=x onerror=alert(1)>" in found
    assert "\ufffd\\x00\\x85\\u202egnp.exe" in found


def test_junit_says_check_of_the_client_and_the_round_trip_apart() -> None:
    both = (StageResult("account", "client", "ok"), StageResult("account", "round_trip", "failed", "message_lost"))
    row = sample_report.account("a@twc.com", MailState.FAILED, sentence="Lost.", code="message_lost", stages=both)
    suite = suites(sample_report.report([HostRow("desk-9", MailState.FAILED, accounts=(row,))]))["desk-9"]
    assert cases(suite) == {"a@twc.com (imap, a): mail client": "passed", "a@twc.com (imap, a): round trip": "failure"}
