# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts test other servers, what, and what that is worth."""

from __future__ import annotations

import dataclasses
import random

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec, requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_verify import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated
from ansible_collections.charter.mail.plugins.module_utils._providers.charter import PROVIDERS
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.control_tests import (
    MOST_AT_A_SITE,
    control_accounts,
    control_hosts,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Confidence, Finding, Scope
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import EndpointRecord, HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.record_json import as_json, from_json
from ansible_collections.charter.mail.tests.unit.simulation import world
from ansible_collections.charter.mail.tests.unit.simulation.score import judge
from ansible_collections.charter.mail.tests.unit.simulation.world import (
    CHARTER,
    Account,
    Fault,
    Host,
    Simulated,
    World,
    simulate,
    truth,
)


def site(port: int, *, servers: tuple[str, ...] = (), count: int = 8) -> Simulated:
    """Hosts of one site, where a port of these servers, or of all, is closed today."""

    def strikes(test: world.Test) -> bool:
        return test.endpoint.port == port and (not servers or test.endpoint.host in servers)

    scope = Scope.PROVIDER if servers else Scope.SITE
    hosts = [Host(f"pc{number}", "10.1.2.0/24", [Account(f"u{number}@x.example", CHARTER)]) for number in range(count)]
    return simulate(random.Random(7), World(hosts, [Fault("tcp", "connection_timed_out", truth(scope), strikes)]))


def only_finding(simulated: Simulated, *, with_controls: bool) -> Finding:
    (finding,) = judge(simulated, with_controls=with_controls).findings
    return finding


def test_the_accounts_are_valid_and_reach_all_presets() -> None:
    params = validated({"accounts": control_accounts()}, argument_spec(**OPTIONS))
    accounts = [request.account for request in requests(params)]
    tested = {server.host for account in accounts for server in (account.incoming, account.outgoing)}
    assert tested == {host for provider in PROVIDERS for host in provider.hosts}
    assert all(account.password is None for account in accounts)


def test_a_few_hosts_of_a_site_that_is_left_open_are_asked_once() -> None:
    simulated = site(993, servers=("imap.charter.net",))
    finding = only_finding(simulated, with_controls=False)
    assert finding.scope is Scope.SITE_OR_PROVIDER
    asked = control_hosts([finding], simulated.records)
    assert len(asked) == MOST_AT_A_SITE
    assert set(asked) <= set(finding.hosts)
    records = [simulated.control(record) if record.host == asked[0] else record for record in simulated.records]
    assert control_hosts([finding], records) == ()
    assert control_hosts([dataclasses.replace(finding, scope=Scope.PROVIDER)], simulated.records) == ()


def test_a_host_that_is_tested_from_the_controller_is_not_asked() -> None:
    simulated = site(993, servers=("imap.charter.net",))
    finding = only_finding(simulated, with_controls=False)
    records = [
        dataclasses.replace(
            record,
            accounts=tuple(
                dataclasses.replace(
                    account,
                    endpoints=tuple(dataclasses.replace(end, checked_from="controller") for end in account.endpoints),
                )
                for account in record.accounts
            ),
        )
        for record in simulated.records
    ]
    assert control_hosts([finding], records) == ()


def test_the_same_port_of_other_servers_decides() -> None:
    provider = only_finding(site(993, servers=("imap.charter.net",)), with_controls=True)
    assert (provider.scope, provider.confidence) == (Scope.PROVIDER, Confidence.MEDIUM)
    firewall = only_finding(site(993), with_controls=True)
    assert (firewall.scope, firewall.confidence) == (Scope.SITE, Confidence.MEDIUM)
    for finding in (provider, firewall):
        assert finding.change == ""
        assert all("\0" not in text and "control" not in text for text in (*finding.hosts, *finding.evidence))


def test_hosts_without_a_known_site_are_asked_too() -> None:
    simulated = site(993, servers=("imap.charter.net",), count=3)
    (record, *_others) = simulated.records
    bare = dataclasses.replace(record, networks=())
    finding = dataclasses.replace(only_finding(simulated, with_controls=False), hosts=(record.host,))
    assert control_hosts([finding], [bare]) == (record.host,)


def test_what_was_asked_comes_back_from_its_file() -> None:
    simulated = site(993)
    record = simulated.control(simulated.records[0])
    assert record.controls
    assert from_json(as_json(record)) == record
    later = HostRecord(record.host, record.run, record.recorded_at, verified=True, accounts=record.accounts)
    assert record.merged(later).controls == record.controls
    assert all(isinstance(end, EndpointRecord) for account in record.controls for end in account.endpoints)
