# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong in a simulated fleet. The rules were tuned with these."""

from __future__ import annotations

import dataclasses
import random
import typing as t

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import Scope

from . import world as w
from .world import Account, Fault, Host, Preset, Test, World, truth

TIMED_OUT, REFUSED = "connection_timed_out", "connection_refused"
PROVIDER = truth(Scope.PROVIDER)
PART = truth(Scope.PROVIDER_PART)
SITE = truth(Scope.SITE)
MACHINE = truth(Scope.MACHINE)
SETTINGS = truth(Scope.SETTINGS, change="settings")
LIST = truth(Scope.PASSWORD_LIST, change="password")
MIXED = ((w.CHARTER, 5.0), (w.CHARTER_POP, 1.0), (w.SPECTRUM, 3.0), (w.TWC, 1.0))
ONE = ((w.SPECTRUM, 1.0),)
TWO = ((w.SPECTRUM, 3.0), (w.TWC, 1.0))

Scenario = t.Callable[[random.Random, "Size"], World]


@dataclasses.dataclass(frozen=True)
class Size:
    """How large a fleet is."""

    hosts: int
    sites: int


def a_fleet(chance: random.Random, size: Size, presets: t.Sequence[tuple[Preset, float]] = MIXED) -> World:
    """A fleet in which goes wrong what goes wrong on any day."""
    world = World(w.fleet(chance, size.hosts, size.sites, presets))
    w.background(chance, world)
    return world


def on_server(host: str, *ports: int) -> t.Callable[[Test], bool]:
    return lambda test: test.endpoint.host == host and (not ports or test.endpoint.port in ports)


def at_site(site: str, *ports: int) -> t.Callable[[Test], bool]:
    return lambda test: test.host.site == site and (not ports or test.endpoint.port in ports)


def a_site(chance: random.Random, world: World) -> str:
    """A site with two hosts or more, if there is one."""
    sizes: dict[str, int] = {}
    for host in world.hosts:
        sizes[host.site] = sizes.get(host.site, 0) + 1
    large = [site for site, count in sizes.items() if count >= 2]
    return chance.choice(large or list(sizes))


def used_server(chance: random.Random, world: World) -> str:
    """A server that some accounts use."""
    return chance.choice([account.preset.incoming.host for host in world.hosts for account in host.accounts])


def nothing(chance: random.Random, size: Size) -> World:
    return a_fleet(chance, size)


def provider_outage(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    world.faults.append(
        Fault("tcp", chance.choice((TIMED_OUT, REFUSED)), PROVIDER, on_server(used_server(chance, world)))
    )
    return world


def provider_outage_of_one_preset(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size, TWO)
    world.faults.append(Fault("tcp", TIMED_OUT, PROVIDER, on_server("mobile.charter.net")))
    return world


def submission_outage(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size, TWO)
    world.faults.append(Fault("greeting", "turned_away", PROVIDER, on_server("mobile.charter.net", 587), days=1))
    return world


def outage_of_two_days(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    world.faults.append(Fault("tcp", TIMED_OUT, PROVIDER, on_server(used_server(chance, world)), days=2))
    return world


def one_of_two_addresses(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size, TWO)
    world.faults.append(
        Fault("tcp", TIMED_OUT, PART, lambda test: test.endpoint.host == "mobile.charter.net" and test.address == 1)
    )
    return world


def flaky_server(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size, TWO)
    often = chance.uniform(0.1, 0.4)
    unlucky = {
        (host.name, role) for host in world.hosts for role in ("incoming", "outgoing") if chance.random() < often
    }
    world.faults.append(
        Fault(
            "greeting",
            "hung_up",
            PART,
            lambda test: test.endpoint.host == "mobile.charter.net" and (test.host.name, test.role) in unlucky,
        )
    )
    return world


def name_switched_off_today(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    # On its first day nobody can tell it from an outage: to wait is right.
    world.faults.append(Fault("dns", "name_not_found", PROVIDER, on_server("smtp.charter.net")))
    return world


def name_switched_off_last_week(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    world.faults.append(Fault("dns", "name_not_found", SETTINGS, on_server("smtp.charter.net"), days=7))
    return world


def site_firewall(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size, MIXED if size.sites > 1 else TWO)
    site = a_site(chance, world)
    world.faults.append(Fault("tcp", TIMED_OUT, SITE, at_site(site, 587)))
    return world


def site_firewall_for_all_mail(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    site = a_site(chance, world)
    world.faults.append(Fault("tcp", TIMED_OUT, SITE, at_site(site)))
    return world


def dns_filter_at_a_site(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    site = a_site(chance, world)
    world.faults.append(Fault("dns", "name_blocked", SITE, at_site(site)))
    return world


def interception_at_a_site(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    site = a_site(chance, world)
    world.faults.append(Fault("tls", "certificate_of_interceptor", SITE, at_site(site)))
    return world


def public_address_blocked(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    site = a_site(chance, world)
    world.faults.append(
        Fault("last", "public_address_listed", SITE, lambda test: test.host.site == site and test.role == "outgoing")
    )
    return world


def some_machines(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    count = max(1, size.hosts // 50)
    bad = chance.sample(world.hosts, min(3 * count, len(world.hosts)))
    silent, blocked, watched = ({host.name for host in bad[part::3]} for part in range(3))
    world.faults += [
        Fault("dns", "name_server_silent", MACHINE, lambda test: test.host.name in silent),
        Fault("tcp", "forbidden_by_local_firewall", MACHINE, lambda test: test.host.name in blocked),
        Fault("tls", "certificate_of_interceptor", MACHINE, lambda test: test.host.name in watched),
    ]
    return world


def wrong_passwords(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    emails = [account.email for host in world.hosts for account in host.accounts]
    wrong = set(chance.sample(emails, max(1, len(emails) // 15)))
    account = truth(Scope.ACCOUNT, change="password")
    world.faults.append(
        Fault(
            "authentication",
            "password_refused",
            account,
            lambda test: test.account.email in wrong,
            days=chance.choice((0, 3)),
        )
    )
    return world


def stale_copy_of_a_shared_mailbox(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    stale = set()
    for host in chance.sample(world.hosts, min(len(world.hosts), max(2, size.hosts // 10))):
        host.accounts.append(Account("office@charter.net", w.SPECTRUM))
        stale.add(host.name)
    first = min(stale)
    machine = truth(Scope.MACHINE, change="password")
    world.faults.append(
        Fault(
            "authentication",
            "password_refused",
            machine,
            lambda test: test.account.email == "office@charter.net" and test.host.name == first,
        )
    )
    return world


def stale_list_at_a_site(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    if size.sites == 1:
        return provider_refuses_sign_ins(chance, size)
    site = a_site(chance, world)
    for host in world.hosts:
        if host.site == site:
            host.accounts = [account for account in host.accounts if not account.email.startswith("team")]
    world.faults.append(Fault("authentication", "password_refused", LIST, at_site(site), days=chance.choice((0, None))))
    return world


def wrong_list_on_the_first_run(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size, ONE)
    world.first_run = True
    good = chance.uniform(0.0, 0.2)
    fine = {account.email for host in world.hosts for account in host.accounts if chance.random() < good}
    world.faults.append(Fault("authentication", "password_refused", LIST, lambda test: test.account.email not in fine))
    return world


def provider_refuses_sign_ins(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size, TWO)
    code = chance.choice(("password_refused", "temporarily_unavailable"))
    most = {account.email for host in world.hosts for account in host.accounts if chance.random() < 0.85}
    world.faults.append(
        Fault(
            "authentication",
            code,
            PROVIDER,
            lambda test: test.endpoint.host == "mobile.charter.net" and test.account.email in most,
        )
    )
    return world


def _misconfigured(preset: Preset, chance: random.Random) -> tuple[Preset, str, str]:
    """A preset with a wrong mode or port, and what is met there."""
    kind = chance.randrange(3)
    if kind == 0:
        wrong = {"ssl": "starttls", "starttls": "ssl"}[preset.outgoing.security]
        outgoing = preset.outgoing._replace(security=wrong)
        code = "needs_ssl" if wrong == "starttls" else "needs_starttls"
        return preset._replace(outgoing=outgoing), "first_bytes", code
    if kind == 1:
        return preset._replace(outgoing=preset.outgoing._replace(port=465, security="ssl")), "tcp", TIMED_OUT
    return (
        preset._replace(outgoing=preset.outgoing._replace(host="mail.charter.net", port=465)),
        "dns",
        "name_not_found",
    )


def _misconfigure(chance: random.Random, world: World, hosts: t.Sequence[Host], today: bool) -> None:
    """Give accounts of some hosts wrong settings, all of them the same ones."""
    made: dict[str, tuple[Preset, str, str]] = {}
    touched: set[Account] = set()
    for host in hosts:
        for account in host.accounts:
            wrong, stage, code = made.setdefault(
                account.preset.name + account.preset.incoming.service, _misconfigured(account.preset, chance)
            )
            if today:
                world.moved[account] = account.preset
            account.preset = wrong
            touched.add(account)
    for wrong, stage, code in made.values():
        bad = wrong.outgoing
        world.faults.append(
            Fault(stage, code, SETTINGS, lambda test, bad=bad: test.endpoint == bad, 0 if today else None)  # type: ignore[misc]
        )


def wrong_preset_for_some(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    _misconfigure(chance, world, chance.sample(world.hosts, max(1, size.hosts // 10)), today=False)
    return world


def wrong_settings_pushed_today(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    _misconfigure(chance, world, [host for host in world.hosts if chance.random() < 0.9], today=True)
    return world


def half_on_old_settings(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size, ((w.CHARTER, 1.0), (w.SPECTRUM, 1.0)))
    world.faults.append(Fault("dns", "name_not_found", SETTINGS, on_server("smtp.charter.net"), days=None))
    return world


def old_settings_on_the_first_run(chance: random.Random, size: Size) -> World:
    world = half_on_old_settings(chance, size)
    world.first_run = True
    for fault in world.faults:
        if fault.truth == SETTINGS:
            # Without earlier runs, nobody may be told to change them unless it says both.
            fault.truth = truth(Scope.SETTINGS, Scope.PROVIDER, change="settings")
    return world


def expired_certificate(chance: random.Random, size: Size) -> World:
    world = a_fleet(chance, size)
    world.faults.append(Fault("tls", "certificate_expired", PROVIDER, on_server(used_server(chance, world))))
    return world


def outage_and_site_firewall(chance: random.Random, size: Size) -> World:
    world = site_firewall(chance, size)
    world.faults.append(Fault("tcp", REFUSED, PROVIDER, on_server("mail.twc.com")))
    return world


TUNING: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        *(nothing, provider_outage, provider_outage_of_one_preset, submission_outage, outage_of_two_days),
        *(one_of_two_addresses, flaky_server, name_switched_off_today, name_switched_off_last_week, site_firewall),
        *(site_firewall_for_all_mail, dns_filter_at_a_site, interception_at_a_site, public_address_blocked),
        *(some_machines, wrong_passwords, stale_copy_of_a_shared_mailbox, stale_list_at_a_site),
        *(wrong_list_on_the_first_run, provider_refuses_sign_ins, wrong_preset_for_some, wrong_settings_pushed_today),
        *(half_on_old_settings, old_settings_on_the_first_run, expired_certificate, outage_and_site_firewall),
    )
}
