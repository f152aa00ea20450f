# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict in single cases: what must never be advised, and how a finding reads."""

from __future__ import annotations

import dataclasses
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.build_report import build_report
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.earlier_results import as_json, from_json
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import (
    Confidence,
    Finding,
    MailState,
    Scope,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.verdict import verdict
from ansible_collections.charter.mail.tests.unit.simulation import world as w
from ansible_collections.charter.mail.tests.unit.simulation.scenarios import PROVIDER, SITE, Size, at_site, on_server
from ansible_collections.charter.mail.tests.unit.simulation.world import Fault, Simulated, World, simulate

pytestmark = pytest.mark.one_in(3)

NOW = w.NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
TIMED_OUT = "connection_timed_out"


def fleet(size: Size, *faults: Fault, first_run: bool = False) -> Simulated:
    """A fleet in which nothing else is wrong."""
    chance = random.Random("single")
    hosts = w.fleet(chance, size.hosts, size.sites, ((w.SPECTRUM, 1.0), (w.TWC, 1.0)))
    return simulate(chance, World(hosts, list(faults), first_run=first_run))


def outage(days: int = 0) -> Fault:
    return Fault("tcp", TIMED_OUT, PROVIDER, on_server("mobile.charter.net"), days)


def judged(simulated: Simulated) -> tuple[Finding, ...]:
    return verdict(simulated.records, simulated.earlier, NOW).findings


def test_both_ports_of_a_dead_server_are_one_finding() -> None:
    (finding,) = judged(fleet(Size(200, 8), outage()))
    assert (finding.scope, finding.subject, finding.confidence) == (
        Scope.PROVIDER,
        "mobile.charter.net",
        Confidence.HIGH,
    )
    assert finding.title == "mobile.charter.net (ports 587 and 993) does not answer."
    assert finding.action.startswith("Change no settings and no passwords")
    assert finding.change == ""
    assert finding.since == NOW


def test_machines_with_the_same_trouble_are_one_line() -> None:
    simulated = fleet(Size(200, 8))
    names = {record.host for record in simulated.records[::40]}
    silent = Fault("dns", "name_server_silent", PROVIDER, lambda test: test.host.name in names)
    (finding,) = judged(fleet(Size(200, 8), silent))
    assert (finding.scope, finding.subject, set(finding.hosts)) == (Scope.MACHINE, f"{len(names)} machines", names)


def test_an_outage_never_turns_into_advice_to_change_what_worked() -> None:
    """Another server of the provider answers, and each host suggests it."""
    chance = random.Random("outage")
    hosts = w.fleet(chance, 40, 4, ((w.CHARTER, 1.0),))
    dead = Fault("tcp", TIMED_OUT, PROVIDER, on_server("imap.charter.net"))
    simulated = simulate(chance, World(hosts, [dead]))
    assert any(account.suggestion for record in simulated.records for account in record.accounts)
    (finding,) = judged(simulated)
    assert (finding.scope, finding.change) == (Scope.PROVIDER, "")
    assert "Change no settings and no passwords now." in finding.action


def test_without_earlier_runs_both_are_said() -> None:
    chance = random.Random("first")
    hosts = w.fleet(chance, 40, 4, ((w.CHARTER, 1.0),))
    dead = Fault("tcp", TIMED_OUT, PROVIDER, on_server("imap.charter.net"))
    (finding,) = judged(simulate(chance, World(hosts, [dead], first_run=True)))
    assert finding.change == ""
    assert finding.action.startswith("If these settings have worked before, change nothing and wait.")


@pytest.mark.parametrize(("hosts", "most"), [(1, Confidence.LOW), (4, Confidence.MEDIUM)])
def test_confidence_is_capped_by_the_size_of_the_fleet(hosts: int, most: Confidence) -> None:
    findings = judged(fleet(Size(hosts, 1), outage(), Fault("tcp", TIMED_OUT, PROVIDER, on_server("mail.twc.com"))))
    order = [Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH]
    assert findings
    assert all(order.index(finding.confidence) <= order.index(most) for finding in findings)


def test_since_when_is_handed_on_from_run_to_run() -> None:
    (finding,) = judged(fleet(Size(100, 5), outage(days=2)))
    assert finding.since == "2026-11-26T03:30:00Z"


def test_a_sites_firewall_is_the_sites() -> None:
    chance = random.Random("single")
    site = w.fleet(chance, 100, 5, ((w.SPECTRUM, 1.0),))[0].site
    (finding,) = judged(fleet(Size(100, 5), Fault("tcp", TIMED_OUT, SITE, at_site(site, 587))))
    assert (finding.scope, finding.subject) == (Scope.SITE, site)


def test_the_order_of_records_does_not_matter() -> None:
    simulated = fleet(Size(60, 5), outage(), Fault("tcp", TIMED_OUT, SITE, at_site("10.0.1.0/24", 587)))
    turned = dataclasses.replace(simulated, records=simulated.records[::-1])
    assert [dataclasses.replace(one, evidence=()) for one in judged(simulated)] == [
        dataclasses.replace(one, evidence=()) for one in judged(turned)
    ]


def test_the_report_has_all_hosts_and_explains_each_failure() -> None:
    simulated = fleet(Size(60, 5), outage(days=1))
    recorded = {record.host for record in simulated.records}
    meant = {f"pc{number:05}" for number in range(60)} | {"laptop"}
    broken = HostRecord("broken", "", NOW, failure="accounts[0]: there is no such option.")
    empty = HostRecord("empty", "", NOW, verified=True)
    reported = build_report("run", NOW, NOW, [*simulated.records, broken, empty], meant, simulated.earlier)
    rows = {row.host: row for row in reported.report.hosts}
    assert set(rows) == meant | recorded | {"broken", "empty"}
    assert {host for host, row in rows.items() if row.state is MailState.NOT_REACHED} == meant - recorded
    assert (rows["broken"].state, rows["empty"].state) == (MailState.FAILED, MailState.NO_ACCOUNTS)
    assert sum(reported.report.counts.values()) == len(rows)
    failing = [account for row in rows.values() for account in row.accounts if account.state is MailState.FAILED]
    assert failing
    assert all(account.finding == 0 for account in failing)
    assert reported.messages["broken"] == "accounts[0]: there is no such option."
    message = next(text for host, text in reported.messages.items() if host != "broken")
    assert "mobile.charter.net (ports 587 and 993) does not answer. Change no settings and no passwords now." in message


def test_what_later_runs_need_comes_back_from_a_file() -> None:
    simulated = fleet(Size(60, 5), outage(days=1))
    later = build_report("run", NOW, NOW, simulated.records, (), simulated.earlier).for_later_runs
    assert {host: from_json(as_json(one)) for host, one in later.items()} == dict(later)


@pytest.mark.parametrize("content", [None, 7, [], ["", "verified"], ["", "nonsense", []], ["", "verified", [1]]])
def test_what_is_damaged_is_not_known(content: t.Any) -> None:
    assert from_json(content) is None


def test_without_known_sites_nothing_is_sure() -> None:
    chance = random.Random("unknown")
    hosts = w.fleet(chance, 40, 4, ((w.SPECTRUM, 1.0), (w.TWC, 1.0)))
    firewall = Fault("tcp", TIMED_OUT, SITE, at_site(hosts[0].site))
    findings = judged(simulate(chance, World(hosts, [firewall], sites_known=False)))
    assert findings
    assert all(finding.confidence is not Confidence.HIGH for finding in findings)


def test_a_few_that_fail_for_days_do_not_make_an_outage_of_today_old() -> None:
    """Some accounts have had a wrong password for a week at the server that shows an expired certificate today."""
    chance = random.Random("old passwords")
    hosts = w.fleet(chance, 40, 4, ((w.CHARTER, 1.0),))
    old = {hosts[number].accounts[0].email for number in (3, 13, 23)}
    wrong = Fault("authentication", "password_refused", PROVIDER, lambda test: test.account.email in old, days=7)
    expired = Fault("tls", "certificate_expired", PROVIDER, on_server("smtp.charter.net"))
    findings = judged(simulate(chance, World(hosts, [wrong, expired])))
    (finding,) = [finding for finding in findings if finding.code == "certificate_expired"]
    assert (finding.scope, finding.change, finding.since) == (Scope.PROVIDER, "", NOW)
    assert finding.action.startswith("Change no settings and no passwords now.")
