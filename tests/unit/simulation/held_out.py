# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios and seeds that were kept untouched while the rules were tuned.

They were written after the rules had been tuned with ``scenarios.TUNING``, and were not run before that was finished.
Do not tune with them: write further scenarios for that. Other compositions of fleets, other servers, other mixtures and
other seeds than those of the tuning.
"""

from __future__ import annotations

import random

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Scope

from . import scenarios as s
from . import world as w
from .scenarios import PART, PROVIDER, SETTINGS, SITE, Scenario, Size
from .world import Fault, Test, World, truth

_BIG = ((w.BRIGHTHOUSE, 1.0), (w.TWC, 2.0), (w.SPECTRUM, 4.0), (w.CLUB, 1.0))
_POP = ((w.CHARTER_POP, 3.0), (w.CHARTER, 2.0))


def pop3_server_down(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _POP)
    world.faults.append(Fault("tcp", "unreachable", PROVIDER, s.on_server("pop.charter.net")))
    return world


def server_goes_silent(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    server = s.used_server(chance, world)
    world.faults.append(Fault("first_bytes", "nothing_said", PROVIDER, s.on_server(server), days=chance.choice((0, 1))))
    return world


def mailbox_service_unavailable(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    world.faults.append(Fault("last", "temporarily_unavailable", PROVIDER, s.on_server("mobile.charter.net", 993)))
    return world


def one_backend_resets(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    world.faults.append(
        Fault(
            "greeting",
            "connection_reset",
            PART,
            lambda test: test.endpoint.host == "mobile.charter.net" and test.address == 0,
        )
    )
    return world


def one_connection_in_five_fails(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    unlucky = {(host.name, role) for host in world.hosts for role in ("incoming", "outgoing") if chance.random() < 0.2}
    world.faults.append(
        Fault(
            "tcp",
            "connection_timed_out",
            PART,
            lambda test: test.endpoint.host == "mobile.charter.net" and (test.host.name, test.role) in unlucky,
        )
    )
    return world


def site_blocks_receiving(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    site = s.a_site(chance, world)
    world.faults.append(Fault("tcp", "connection_timed_out", SITE, s.at_site(site, 993, 995)))
    return world


def two_sites_intercept(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    sites = {s.a_site(chance, world) for _ in range(2 if size.sites > 4 else 1)}
    world.faults.append(Fault("tls", "certificate_of_unknown_issuer", SITE, lambda test: test.host.site in sites))
    return world


def name_servers_of_a_site_silent(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    site = s.a_site(chance, world)
    world.faults.append(Fault("dns", "name_server_silent", SITE, s.at_site(site)))
    return world


def too_many_from_one_site(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, ((w.SPECTRUM, 1.0),))
    site = s.a_site(chance, world)
    limited = {host.name for host in world.hosts if host.site == site and chance.random() < 0.7}
    world.faults.append(Fault("authentication", "too_many", SITE, lambda test: test.host.name in limited))
    return world


def certificate_for_another_name(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    server = s.used_server(chance, world)
    world.faults.append(Fault("tls", "certificate_for_another_name", PROVIDER, s.on_server(server)))
    return world


def old_name_gone_for_a_month(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _POP)
    world.faults.append(Fault("dns", "name_not_found", SETTINGS, s.on_server("smtp.charter.net"), days=30))
    return world


def outage_and_stale_list(chance: random.Random, size: Size) -> World:
    world = s.stale_list_at_a_site(chance, size)
    world.faults.append(Fault("tcp", "connection_refused", PROVIDER, s.on_server("mail.twc.com")))
    return world


def wrong_presets_during_an_outage(chance: random.Random, size: Size) -> World:
    world = s.wrong_preset_for_some(chance, size)
    world.faults.append(Fault("tcp", "connection_timed_out", PROVIDER, s.on_server("imap.charter.net")))
    return world


def expired_certificate_and_site_filter(chance: random.Random, size: Size) -> World:
    world = s.dns_filter_at_a_site(chance, size)
    world.faults.append(Fault("tls", "certificate_expired", PROVIDER, s.on_server("smtp.charter.net")))
    return world


def old_machines_distrust(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    old = {host.name for host in chance.sample(world.hosts, max(1, size.hosts // 25))}
    world.faults.append(
        Fault(
            "tls",
            "certificate_of_unknown_issuer",
            truth(Scope.MACHINE),
            lambda test: test.host.name in old,
            days=chance.choice((0, None)),
        )
    )
    return world


def locked_and_expired_accounts(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    emails = [account.email for host in world.hosts for account in host.accounts]
    hit = set(chance.sample(emails, max(1, len(emails) // 20)))
    account = truth(Scope.ACCOUNT, change="password")
    code = chance.choice(("account_locked", "password_expired"))
    world.faults.append(Fault("authentication", code, account, lambda test: test.account.email in hit))
    return world


def full_mailboxes(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    emails = [account.email for host in world.hosts for account in host.accounts]
    hit = set(chance.sample(emails, max(1, len(emails) // 20)))

    def strikes(test: Test) -> bool:
        return test.role == "incoming" and test.account.email in hit

    world.faults.append(Fault("last", "mailbox_not_opened", truth(Scope.ACCOUNT), strikes))
    return world


def home_offices_and_an_outage(chance: random.Random, size: Size) -> World:
    """Half of the hosts are alone at their sites."""
    world = s.a_fleet(chance, size, _BIG)
    for number, host in enumerate(world.hosts):
        if number % 2 and size.sites > 1:
            host.site = f"192.168.{number % 250}.{number // 250}/32"
    world.faults.append(Fault("tcp", "connection_timed_out", PROVIDER, s.on_server("mobile.charter.net")))
    return world


HELD_OUT: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        *(pop3_server_down, server_goes_silent, mailbox_service_unavailable, one_backend_resets),
        *(one_connection_in_five_fails, site_blocks_receiving, two_sites_intercept, name_servers_of_a_site_silent),
        *(too_many_from_one_site, certificate_for_another_name, old_name_gone_for_a_month, outage_and_stale_list),
        *(wrong_presets_during_an_outage, expired_certificate_and_site_filter, old_machines_distrust),
        *(locked_and_expired_accounts, full_mailboxes, home_offices_and_an_outage),
    )
}
