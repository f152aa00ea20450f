# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked last of the rules: troubles of TLS, of parts of a site, and two troubles at one server."""

from __future__ import annotations

import random

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Scope

from . import scenarios as s
from . import world as w
from .scenarios import MACHINE, PROVIDER, SETTINGS, SITE, Scenario, Size
from .world import Fault, Test, World, truth

_BIG = ((w.BRIGHTHOUSE, 1.0), (w.TWC, 2.0), (w.SPECTRUM, 4.0), (w.CLUB, 1.0))
_PASSWORD = truth(Scope.ACCOUNT, change="password")


def large_packets_are_lost_at_a_site(chance: random.Random, size: Size) -> World:
    """Connections stall when the certificate comes."""
    world = s.a_fleet(chance, size, _BIG)
    world.faults.append(Fault("tls", "nothing_said", SITE, s.at_site(s.a_site(chance, world))))
    return world


def half_of_a_site_has_no_name_server(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    site = s.a_site(chance, world)
    half = {host.name for host in world.hosts if host.site == site and chance.random() < 0.5}
    truths = truth(Scope.MACHINE, Scope.SITE)
    world.faults.append(Fault("dns", "name_server_silent", truths, lambda test: test.host.name in half))
    return world


def a_certificate_expires_where_passwords_were_wrong_for_days(chance: random.Random, size: Size) -> World:
    """A few accounts fail for days at the server that all others cannot use since today."""
    world = s.wrong_passwords(chance, size)
    world.faults.append(Fault("tls", "certificate_expired", PROVIDER, s.on_server("smtp.charter.net", 587)))
    return world


def old_machines_agree_on_no_tls(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    old = {host.name for host in chance.sample(world.hosts, max(1, size.hosts // 6))}
    truths = MACHINE if size.hosts >= 30 else truth(Scope.MACHINE, Scope.PROVIDER)  # it may be alone at the server
    world.faults.append(Fault("tls", "tls_not_agreed", truths, lambda test: test.host.name in old))
    return world


def nobody_may_send(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, s.TWO)
    truths = PROVIDER if size.hosts >= 30 else truth(Scope.PROVIDER, Scope.ACCOUNT)

    def strikes(test: Test) -> bool:
        return test.role == "outgoing" and test.endpoint.host == "mobile.charter.net"

    world.faults.append(Fault("last", "relay_denied", truths, strikes))
    return world


def a_new_office_with_a_wrong_name(chance: random.Random, size: Size) -> World:
    """Settings that only one site has, and that have never worked."""
    world = s.a_fleet(chance, size, s.TWO)
    site = s.a_site(chance, world)
    right = w.SPECTRUM.incoming
    incoming = right._replace(host="imap.mobile.charter.net", port=143, security="starttls")
    for host in world.hosts:
        if host.site == site:
            for account in host.accounts:
                account.preset = w.Preset("wrong", incoming, w.SPECTRUM.outgoing)
    world.faults.append(Fault("dns", "name_not_found", SETTINGS, s.on_server(incoming.host), None))
    return world


def a_policy_closes_a_port_on_machines(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    some = {host.name for host in world.hosts if chance.random() < 0.3}

    def strikes(test: Test) -> bool:
        return test.host.name in some and test.endpoint.port == 587

    world.faults.append(Fault("tcp", "forbidden_by_local_firewall", MACHINE, strikes))
    return world


def maintenance(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size)
    world.faults.append(Fault("greeting", "temporarily_unavailable", PROVIDER, lambda _test: True))
    return world


def a_portal_at_a_site_during_an_outage(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    site = s.a_site(chance, world)
    world.faults.append(Fault("tls", "captive_portal", SITE, s.at_site(site)))
    world.faults.append(Fault("greeting", "turned_away", PROVIDER, s.on_server("mail.twc.com")))
    return world


def locked_accounts_and_wrong_passwords(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, _BIG)
    emails = sorted({account.email for host in world.hosts for account in host.accounts})
    some = chance.sample(emails, max(2, len(emails) // 8))
    locked, wrong = set(some[::2]), set(some[1::2])
    world.faults += [
        Fault("authentication", "account_locked", truth(Scope.ACCOUNT), lambda test: test.account.email in locked),
        Fault("authentication", "password_refused", _PASSWORD, lambda test: test.account.email in wrong),
    ]
    return world


def another_answers_at_a_site(chance: random.Random, size: Size) -> World:
    """Each server shows the same certificate for another name."""
    world = s.a_fleet(chance, size, _BIG)
    truths = SITE if size.hosts >= 30 else truth(Scope.SITE, Scope.PROVIDER)  # all may use one server
    site = s.a_site(chance, world)
    world.faults.append(Fault("tls", "certificate_for_another_name", truths, s.at_site(site)))
    return world


def a_firewall_rewrites_smtp_at_a_site(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size)
    world.faults.append(Fault("capability", "smtp_inspected", SITE, s.at_site(s.a_site(chance, world), 587)))
    return world


def a_small_provider_is_down_for_a_week(chance: random.Random, size: Size) -> World:
    """No other settings of it work, so there is nothing to change."""
    world = s.a_fleet(chance, size, _BIG)
    world.faults.append(Fault("tcp", s.TIMED_OUT, PROVIDER, s.on_server("mail.club.example"), days=7))
    return world


SECOND_LOOK: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        *(large_packets_are_lost_at_a_site, half_of_a_site_has_no_name_server),
        *(a_certificate_expires_where_passwords_were_wrong_for_days, old_machines_agree_on_no_tls, nobody_may_send),
        *(a_new_office_with_a_wrong_name, a_policy_closes_a_port_on_machines, maintenance),
        *(a_portal_at_a_site_during_an_outage, locked_accounts_and_wrong_passwords, another_answers_at_a_site),
        *(a_firewall_rewrites_smtp_at_a_site, a_small_provider_is_down_for_a_week),
    )
}
