# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a finding tells to do: what the provider's answer calls for, and what helps where the trouble is."""

from __future__ import annotations

import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.build_report import build_report
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Confidence, Finding, Scope
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.verdict import verdict
from ansible_collections.charter.mail.tests.unit.simulation import world as w
from ansible_collections.charter.mail.tests.unit.simulation.scenarios import PROVIDER, at_site, on_server
from ansible_collections.charter.mail.tests.unit.simulation.world import Fault, Simulated, World, simulate

pytestmark = pytest.mark.one_in(3)

NOW = w.NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
SERVER = "mobile.charter.net"


def struck(
    stage: str, code: str, strikes: t.Callable[[w.Test], bool], *, sites: int = 4, hosts: int = 40, days: int | None = 0
) -> Simulated:
    """A fleet in which one thing is wrong."""
    chance = random.Random("advice")
    machines = w.fleet(chance, hosts, sites, ((w.SPECTRUM, 1.0), (w.TWC, 1.0)))
    return simulate(chance, World(machines, [Fault(stage, code, PROVIDER, strikes, days)]))


def only(simulated: Simulated) -> Finding:
    (finding,) = verdict(simulated.records, simulated.earlier, NOW).findings
    return finding


def first_site() -> str:
    return w.fleet(random.Random("advice"), 40, 4, ((w.SPECTRUM, 1.0), (w.TWC, 1.0)))[0].site


@pytest.mark.parametrize("days", [0, 9, None], ids=["since today", "for days", "for ever"])
@pytest.mark.parametrize(
    ("code", "title", "action", "change"),
    [
        ("account_locked", "has locked most accounts.", "Change no settings and no passwords. Unlock", ""),
        ("oauth_needed", "accepts OAuth and no passwords.", "Change no settings and no passwords. The provider", ""),
        (
            "protocol_switched_off",
            "has switched off access by mail programs.",
            "Change no settings and no passwords. Permit mail programs",
            "",
        ),
        ("password_expired", "reports that passwords have expired.", "Set a new password for each account", "password"),
        (
            "application_password_needed",
            "requires application passwords.",
            "Create an application password for each account",
            "password",
        ),
    ],
)
def test_a_reason_that_the_provider_names_is_not_a_wrong_list_of_passwords(
    code: str, title: str, action: str, change: str, days: int | None
) -> None:
    simulated = struck("authentication", code, on_server(SERVER), days=days)
    finding = only(simulated)
    assert (finding.scope, finding.subject, finding.change) == (Scope.PROVIDER, SERVER, change)
    assert finding.title.endswith(title)
    assert finding.action.startswith(action)
    # A host says what to do, too.
    messages = build_report("run", NOW, NOW, simulated.records, (), simulated.earlier).messages.values()
    assert messages
    assert all(action in message for message in messages)


def test_a_refused_password_beside_locked_accounts_is_its_own_finding() -> None:
    simulated = struck("authentication", "account_locked", on_server(SERVER))
    wrong = next(
        account.email
        for record in simulated.records
        for account in record.accounts
        if account.endpoints[0].server.startswith(SERVER)
    )
    chance = random.Random("advice")
    machines = w.fleet(chance, 40, 4, ((w.SPECTRUM, 1.0), (w.TWC, 1.0)))
    faults = [
        Fault("authentication", "password_refused", PROVIDER, lambda test: test.account.email == wrong),
        Fault("authentication", "account_locked", PROVIDER, on_server(SERVER)),
    ]
    both = simulate(chance, World(machines, faults))
    scopes = {finding.code: finding.scope for finding in verdict(both.records, both.earlier, NOW).findings}
    assert scopes == {"account_locked": Scope.PROVIDER, "password_refused": Scope.ACCOUNT}


def test_a_filter_at_all_sites_is_not_the_providers() -> None:
    finding = only(struck("dns", "name_blocked", lambda _test: True))
    assert (finding.scope, finding.subject, finding.confidence) == (Scope.SITE, "all sites", Confidence.MEDIUM)
    assert finding.title.startswith("At all sites, a DNS filter gives other addresses for the servers' names")
    assert "Ask whoever runs the DNS filter to permit the servers' names." in finding.action


@pytest.mark.parametrize("hosts", [2, 30])
def test_a_filter_for_one_name_at_the_only_site_is_the_sites(hosts: int) -> None:
    finding = only(struck("dns", "name_blocked", on_server(SERVER), sites=1, hosts=hosts))
    assert finding.scope is (Scope.SITE if len(finding.hosts) > 1 else Scope.MACHINE)


def test_the_same_program_on_all_machines_does_not_work_elsewhere() -> None:
    finding = only(struck("tls", "certificate_of_interceptor", lambda _test: True))
    assert (finding.scope, finding.confidence) == (Scope.MACHINE, Confidence.LOW)
    assert "elsewhere" not in finding.action
    assert "Look for antivirus software or a proxy" in finding.action


@pytest.mark.parametrize("sites", [1, 4])
@pytest.mark.parametrize("stage", ["greeting", "authentication"])
def test_a_limit_asks_for_fewer_tests_at_once(stage: str, sites: int) -> None:
    some = {f"pc{number:05}" for number in range(0, 40, 3)}
    finding = only(
        struck(stage, "too_many", lambda test: on_server(SERVER)(test) and test.host.name in some, sites=sites)
    )
    assert finding.scope in (Scope.PROVIDER, Scope.PROVIDER_PART, Scope.SITE)
    assert finding.action.endswith("Wait, and test fewer hosts at once: set mail_parallel and mail_jitter.")


def test_a_server_that_turns_one_host_away_is_no_trouble_of_the_machine() -> None:
    finding = only(struck("greeting", "too_many", lambda test: test.host.name == "pc00005"))
    assert (finding.scope, finding.confidence) == (Scope.PROVIDER_PART, Confidence.LOW)
    assert finding.action == "Change no settings and no passwords. Wait, and test again."


@pytest.mark.parametrize("code", ["certificate_expired", "certificate_not_yet_valid"])
def test_a_wrong_clock_is_the_machines(code: str) -> None:
    finding = only(struck("tls", code, lambda test: test.host.name == "pc00005"))
    assert finding.scope is Scope.MACHINE
    assert "Check the clock" in finding.action


def test_a_site_whose_addresses_nobody_else_uses_may_be_right() -> None:
    site = first_site()
    chance = random.Random("advice")
    machines = w.fleet(chance, 40, 4, ((w.SPECTRUM, 1.0), (w.TWC, 1.0)))
    fault = Fault("first_bytes", "one_address_fails", PROVIDER, at_site(site))
    simulated = simulate(chance, World(machines, [fault], address=lambda host: int(host.site == site)))
    finding = only(simulated)
    assert (finding.scope, finding.subject, finding.confidence) == (Scope.SITE, site, Confidence.MEDIUM)
    assert "Its hosts use other addresses of the server, which no other site uses." in finding.evidence


def test_a_site_that_reaches_no_address_is_not_one_address_of_the_provider() -> None:
    """All hosts of the site that use one of the servers have got the same of its addresses."""
    site = first_site()
    chance = random.Random("advice")
    machines = w.fleet(chance, 40, 4, ((w.SPECTRUM, 1.0), (w.TWC, 1.0)))
    fault = Fault("tcp", "connection_timed_out", PROVIDER, at_site(site))
    simulated = simulate(
        chance, World(machines, [fault], address=lambda host: int(host.site == site or host.name.endswith("7")))
    )
    assert only(simulated).scope is Scope.SITE


def test_nothing_works_anywhere_is_not_two_providers_at_once() -> None:
    chance = random.Random("advice")
    machines = w.fleet(chance, 40, 4, ((w.SPECTRUM, 1.0), (w.CLUB, 1.0)))
    cut = Fault("tcp", "connection_timed_out", PROVIDER, lambda _test: True)
    simulated = simulate(chance, World(machines, [cut]))
    finding = only(simulated)
    assert (finding.scope, finding.subject, finding.change) == (Scope.SITE, "all sites", "")
    # The servers of all presets have one owner, and may fail together.
    presets = struck("tcp", "connection_timed_out", lambda _test: True)
    findings = verdict(presets.records, presets.earlier, NOW).findings
    assert {each.scope for each in findings} == {Scope.PROVIDER}
