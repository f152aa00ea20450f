# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further things that go wrong in a fleet, each of which rules once got wrong or were never asked about."""

from __future__ import annotations

import random

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Scope

from . import scenarios as s
from . import world as w
from .scenarios import MACHINE, PROVIDER, SITE, Scenario, Size
from .world import Account, Fault, Test, World, truth

_POP = ((w.CHARTER_POP, 1.0), (w.CHARTER, 1.0))
_LIMITED = truth(Scope.PROVIDER, Scope.PROVIDER_PART)
_OF_ACCOUNTS = truth(Scope.PROVIDER, Scope.ACCOUNT)


def _sites(chance: random.Random, world: World, count: int) -> list[str]:
    sizes: dict[str, int] = {}
    for host in world.hosts:
        sizes[host.site] = sizes.get(host.site, 0) + 1
    large = [site for site, hosts in sizes.items() if hosts >= 2] or list(sizes)
    return chance.sample(large, min(count, max(1, len(sizes) // 2), len(large)))


def firewalls_at_two_sites(chance: random.Random, size: Size) -> World:
    """The same port is closed at two sites that have nothing to do with each other."""
    world = s.a_fleet(chance, size, s.MIXED if size.sites > 1 else s.TWO)
    sites = _sites(chance, world, 2)
    world.faults.append(
        Fault("tcp", s.TIMED_OUT, SITE, lambda test: test.host.site in sites and test.endpoint.port == 587)
    )
    return world


def other_ports_at_two_sites(chance: random.Random, size: Size) -> World:
    """One site has closed receiving, another sending."""
    world = s.a_fleet(chance, size, s.MIXED if size.sites > 1 else s.TWO)
    sites = _sites(chance, world, 2)
    world.faults.append(Fault("tcp", s.TIMED_OUT, SITE, s.at_site(sites[0], 993, 995)))
    world.faults.append(Fault("tcp", s.REFUSED, SITE, s.at_site(sites[-1], 587)))
    return world


def wrong_clock(chance: random.Random, size: Size) -> World:
    """A machine's clock is wrong: all certificates have expired, or are not valid yet."""
    world = s.a_fleet(chance, size)
    wrong = {host.name for host in chance.sample(world.hosts, max(1, size.hosts // 100))}
    code = chance.choice(("certificate_expired", "certificate_not_yet_valid"))
    world.faults.append(Fault("tls", code, MACHINE, lambda test: test.host.name in wrong))
    return world


def greylisting(chance: random.Random, size: Size) -> World:
    """The server puts off some of the messages."""
    world = s.a_fleet(chance, size, s.TWO)
    put_off = {host.name for host in world.hosts if chance.random() < 0.3}

    def strikes(test: Test) -> bool:
        return test.role == "outgoing" and test.host.name in put_off and test.endpoint.host == "mobile.charter.net"

    world.faults.append(
        Fault("last", "temporarily_unavailable", truth(Scope.PROVIDER_PART) if size.hosts >= 30 else _LIMITED, strikes)
    )
    return world


def one_user_has_an_old_password_on_three_hosts(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size)
    for host in chance.sample(world.hosts, min(3, size.hosts)):
        host.accounts.append(Account("mario@charter.net", w.SPECTRUM))
    account = truth(Scope.ACCOUNT, change="password")
    world.faults.append(
        Fault("authentication", "password_refused", account, lambda test: test.account.email == "mario@charter.net")
    )
    return world


def pop3_switched_off(chance: random.Random, size: Size) -> World:
    """The provider serves half of the fleet by POP3 no longer; with IMAP all works."""
    world = s.a_fleet(chance, size, _POP)

    def strikes(test: Test) -> bool:
        return test.endpoint.service == "pop3"

    days = chance.choice((0, 7, None))
    world.faults.append(Fault("authentication", "protocol_switched_off", _OF_ACCOUNTS, strikes, days))
    return world


def ipv6_fails_at_a_site(chance: random.Random, size: Size) -> World:
    """A site has IPv6, and its path to the servers is broken. The other sites use both."""
    world = s.a_fleet(chance, size, s.TWO)
    site = s.a_site(chance, world)
    world.address = lambda host: 1 if host.site == site else chance.randrange(2)
    world.faults.append(Fault("first_bytes", "one_address_fails", SITE, s.at_site(site)))
    return world


def only_one_site_has_ipv6(chance: random.Random, size: Size) -> World:
    """Nobody else uses the address that fails: the trouble may be the site's or the address's."""
    world = ipv6_fails_at_a_site(chance, size)
    (fault,) = [fault for fault in world.faults if fault.code == "one_address_fails"]
    fault.truth = truth(Scope.SITE, Scope.PROVIDER_PART)
    site = next(host.site for host in world.hosts if fault.strikes(Test(host, host.accounts[0], "", w.SPECTRUM[1], 1)))
    world.address = lambda host: int(host.site == site)
    return world


def filter_blocks_all_names_everywhere(chance: random.Random, size: Size) -> World:
    """All sites use one DNS filter, which answers 0.0.0.0."""
    world = s.a_fleet(chance, size)
    truths = SITE if size.hosts > 1 else truth(Scope.SITE, Scope.MACHINE)
    world.faults.append(Fault("dns", "name_blocked", truths, lambda test: True))
    return world


def filter_blocks_one_name_everywhere(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size)
    server = s.used_server(chance, world)
    truths = truth(Scope.SITE) if size.hosts >= 30 else truth(Scope.SITE, Scope.MACHINE)  # few may use it
    world.faults.append(Fault("dns", "name_blocked", truths, s.on_server(server)))
    return world


def captive_portals(chance: random.Random, size: Size) -> World:
    """Some laptops are alone in a hotel; one site has lost its sign-in."""
    world = s.a_fleet(chance, size)
    away = chance.sample(world.hosts, max(1, size.hosts // 30))
    for number, host in enumerate(away):
        host.site = f"172.16.{number}.0/24"
    names = {host.name for host in away}
    truths = truth(Scope.SITE, Scope.MACHINE)
    world.faults.append(Fault("tls", "captive_portal", truths, lambda test: test.host.name in names))
    if size.sites > 1:
        site = s.a_site(chance, world)
        world.faults.append(Fault("tls", "captive_portal", SITE, s.at_site(site)))
    return world


def provider_limits_our_tests(chance: random.Random, size: Size) -> World:
    """Everybody signs in at once, from everywhere, and the provider has had enough."""
    world = s.a_fleet(chance, size, s.TWO)
    often = chance.choice((0.3, 0.7))
    limited = {host.name for host in world.hosts if chance.random() < often}
    truths = _LIMITED if size.sites > 1 else truth(Scope.PROVIDER, Scope.PROVIDER_PART, Scope.SITE)

    def strikes(test: Test) -> bool:
        return test.endpoint.host == "mobile.charter.net" and test.host.name in limited

    world.faults.append(Fault(chance.choice(("authentication", "greeting")), "too_many", truths, strikes))
    return world


def outage_of_which_few_hosts_know_the_past(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, ((w.CHARTER, 1.0), (w.SPECTRUM, 1.0)))
    world.known = 0.3
    truths = truth(Scope.PROVIDER, Scope.SETTINGS)  # with two or three hosts, none of them may know it
    server = chance.choice(("imap.charter.net", "mobile.charter.net"))
    world.faults.append(Fault("tcp", s.TIMED_OUT, truths if size.hosts < 30 else PROVIDER, s.on_server(server)))
    return world


def passwords_expire_for_most(chance: random.Random, size: Size) -> World:
    """The provider asks most users for a new password."""
    world = s.a_fleet(chance, size, s.ONE)
    most = {account.email for host in world.hosts for account in host.accounts if chance.random() < 0.7}
    truths = truth(Scope.PROVIDER, Scope.ACCOUNT, change="password")
    world.faults.append(Fault("authentication", "password_expired", truths, lambda test: test.account.email in most))
    return world


def accounts_are_locked(chance: random.Random, size: Size) -> World:
    """The provider has locked most accounts: no password is wrong."""
    world = s.a_fleet(chance, size, s.ONE)
    most = {account.email for host in world.hosts for account in host.accounts if chance.random() < 0.8}
    days = chance.choice((0, None))
    world.faults.append(
        Fault("authentication", "account_locked", _OF_ACCOUNTS, lambda test: test.account.email in most, days)
    )
    return world


def oauth_is_needed_now(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, s.TWO)
    truths = truth(Scope.PROVIDER, Scope.ACCOUNT)
    days = chance.choice((0, 5, None))
    world.faults.append(Fault("authentication", "oauth_needed", truths, s.on_server("mobile.charter.net"), days))
    return world


def application_passwords_are_needed(chance: random.Random, size: Size) -> World:
    world = s.a_fleet(chance, size, s.TWO)
    truths = truth(Scope.PROVIDER, Scope.ACCOUNT, change="password")
    days = chance.choice((0, None))
    world.faults.append(
        Fault("authentication", "application_password_needed", truths, s.on_server("mobile.charter.net"), days)
    )
    return world


def blocked_location(chance: random.Random, size: Size) -> World:
    """A site abroad may not sign in."""
    world = s.a_fleet(chance, size)
    site = s.a_site(chance, world)
    world.faults.append(Fault("authentication", "location_blocked", SITE, s.at_site(site)))
    return world


def everybody_at_home(chance: random.Random, size: Size) -> World:
    """Each host is alone at its site; the provider is down."""
    world = s.a_fleet(chance, size)
    for number, host in enumerate(world.hosts):
        host.site = f"192.168.{number % 250}.{number // 250}/32"
    server = s.used_server(chance, world)
    world.faults.append(Fault("tcp", s.TIMED_OUT, PROVIDER, s.on_server(server)))
    return world


def antivirus_everywhere(chance: random.Random, size: Size) -> World:
    """The same antivirus program on all machines intercepts TLS since its update."""
    world = s.a_fleet(chance, size)
    truths = truth(Scope.MACHINE, Scope.SITE)
    world.faults.append(Fault("tls", "certificate_of_interceptor", truths, lambda test: True))
    return world


def the_network_of_all_sites_is_cut(chance: random.Random, size: Size) -> World:
    """All sites reach the world by one line, on which a firewall stops all mail."""
    world = s.a_fleet(chance, size, ((w.SPECTRUM, 2.0), (w.CLUB, 1.0)))
    truths = truth(Scope.SITE, Scope.SITE_OR_PROVIDER)
    if size.hosts < 30:  # all of them may use one provider
        truths = truth(Scope.SITE, Scope.SITE_OR_PROVIDER, Scope.PROVIDER, Scope.MACHINE)
    world.faults.append(Fault("tcp", s.TIMED_OUT, truths, lambda test: True))
    return world


FURTHER: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        *(firewalls_at_two_sites, other_ports_at_two_sites, wrong_clock, greylisting),
        *(one_user_has_an_old_password_on_three_hosts, pop3_switched_off, ipv6_fails_at_a_site),
        *(only_one_site_has_ipv6, filter_blocks_all_names_everywhere, filter_blocks_one_name_everywhere),
        *(captive_portals, provider_limits_our_tests, outage_of_which_few_hosts_know_the_past),
        *(passwords_expire_for_most, accounts_are_locked, oauth_is_needed_now, application_passwords_are_needed),
        *(blocked_location, everybody_at_home, antivirus_everywhere, the_network_of_all_sites_is_cut),
    )
}
