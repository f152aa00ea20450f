# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated fleet: what each host would report if the world were so, and who is really to blame for each failure.

The world consists of servers, sites, hosts and accounts. A ``Fault`` strikes at one stage of a test, for some of them,
and knows its truth: the scopes that are right, and what may be changed. The first stage that a fault strikes is the
failure, as in a real test. So a verdict can be scored. It proves the rules against this idea of the world, not against
a provider.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import SETTINGS_CAN_HELP
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.earlier_results import EarlierHost, earlier_host
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import MailState, Scope, StageResult
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import (
    AccountRecord,
    EndpointRecord,
    HostRecord,
)

NOW = datetime.datetime(2026, 11, 28, 3, 30, tzinfo=datetime.UTC)
STAGES = ("dns", "tcp", "first_bytes", "tls", "greeting", "starttls", "capability", "authentication", "last")
_HELPFUL = {code.value for code in SETTINGS_CAN_HELP}


class Endpoint(t.NamedTuple):
    """A service as an account's settings have it."""

    service: str
    host: str
    port: int
    security: str

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"


class Preset(t.NamedTuple):
    """Settings of an account."""

    name: str
    incoming: Endpoint
    outgoing: Endpoint


def _preset(name: str, service: str, incoming: str, port: int, outgoing: str, security: str) -> Preset:
    return Preset(name, Endpoint(service, incoming, port, "ssl"), Endpoint("smtp", outgoing, 587, security))


CHARTER = _preset("charter", "imap", "imap.charter.net", 993, "smtp.charter.net", "starttls")
CHARTER_POP = _preset("charter", "pop3", "pop.charter.net", 995, "smtp.charter.net", "starttls")
SPECTRUM = _preset("spectrum", "imap", "mobile.charter.net", 993, "mobile.charter.net", "ssl")
TWC = _preset("twc", "imap", "mail.twc.com", 993, "mail.twc.com", "starttls")
BRIGHTHOUSE = _preset("brighthouse", "imap", "mail.brighthouse.com", 993, "mail.brighthouse.com", "starttls")
CLUB = _preset("club", "imap", "mail.club.example", 993, "mail.club.example", "starttls")
_PRESETS = (CHARTER, CHARTER_POP, SPECTRUM, TWC, BRIGHTHOUSE)
_CONTROLS = (
    *_PRESETS,
    *(
        preset._replace(incoming=preset.incoming._replace(service="pop3", port=995))
        for preset in (SPECTRUM, TWC, BRIGHTHOUSE)
    ),
)
_OTHERS = {"charter": SPECTRUM, "spectrum": CHARTER}
_TRUE_MODES = {(one.host, one.port): one.security for preset in (*_PRESETS, CLUB) for one in preset[1:]}


@dataclasses.dataclass(eq=False)
class Account:
    """An account on a host."""

    email: str
    preset: Preset
    has_password: bool = True


@dataclasses.dataclass(eq=False)
class Host:
    """A host at a site."""

    name: str
    site: str
    accounts: list[Account]


class Test(t.NamedTuple):
    """One endpoint that one account tests, over one address of the server."""

    host: Host
    account: Account
    role: str
    endpoint: Endpoint
    address: int


class Truth(t.NamedTuple):
    """Who is to blame.

    Attributes:
        scopes: any of these is right.
        change: what may be changed: ``settings``, ``password`` or nothing.
    """

    scopes: frozenset[Scope]
    change: str = ""


def truth(*scopes: Scope, change: str = "") -> Truth:
    return Truth(frozenset(scopes), change)


@dataclasses.dataclass(eq=False)
class Fault:
    """Something that is wrong.

    Attributes:
        stage: where it strikes.
        code: of the failure.
        truth: who is to blame.
        strikes: whether it strikes this test.
        days: for how many days; 0 for since today. None for ever: it has never worked.
    """

    stage: str
    code: str
    truth: Truth
    strikes: t.Callable[[Test], bool]
    days: int | None = 0


@dataclasses.dataclass
class World:
    """A fleet and what is wrong in it.

    Attributes:
        hosts: all of them.
        faults: the first that strikes in the order of stages is the failure.
        first_run: there are no earlier results.
        sites_known: records name their site.
        moved: accounts whose settings were changed today, and what they were before.
        known: the share of hosts that have an earlier result.
        address: which of the server's two addresses a host uses; None for any.
    """

    hosts: list[Host]
    faults: list[Fault] = dataclasses.field(default_factory=list)
    first_run: bool = False
    sites_known: bool = True
    moved: dict[Account, Preset] = dataclasses.field(default_factory=dict)
    known: float = 0.92
    address: t.Callable[[Host], int] | None = None


TruthKey = tuple[str, tuple[str, str, str], str]  # host, account's key, role


@dataclasses.dataclass
class Simulated:
    """What a verdict is given, and the truth."""

    records: list[HostRecord]
    earlier: dict[str, EarlierHost]
    truths: dict[TruthKey, Truth]
    control: t.Callable[[HostRecord], HostRecord]  # the record with the host's tests of all presets


def fleet(
    chance: random.Random, count: int, sites: int, presets: t.Sequence[tuple[Preset, float]], shared: float = 0.05
) -> list[Host]:
    """Hosts at sites of different sizes, with one to three accounts each."""
    sizes = [chance.uniform(1, 6) for _ in range(sites)]
    names = [f"10.{number // 250}.{number % 250}.0/24" for number in range(sites)]
    hosts = []
    for number in range(count):
        site = names[number] if number < sites else chance.choices(names, sizes)[0]
        host = Host(f"pc{number:05}", site, [])
        for place in range(chance.choice((1, 1, 1, 2, 2, 3))):
            preset = chance.choices([one for one, _ in presets], [weight for _, weight in presets])[0]
            common = chance.random() < shared and count > 3
            email = (
                f"team{chance.randrange(max(count // 30, 1))}@charter.net"
                if common
                else f"u{number}-{place}@charter.net"
            )
            if all(email != account.email for account in host.accounts):
                host.accounts.append(Account(email, preset, has_password=chance.random() < 0.95))
        hosts.append(host)
    return hosts


def background(chance: random.Random, world: World) -> None:
    """What goes wrong on any day: single machines, passwords, lost packets."""
    silent = {host.name for host in world.hosts if chance.random() < 0.002}
    wrong = {account.email for host in world.hosts for account in host.accounts if chance.random() < 0.003}
    old = {email for email in wrong if chance.random() < 0.7}
    lost = {(host.name, number) for host in world.hosts for number in (993, 587, 995) if chance.random() < 0.0007}
    machine = truth(Scope.MACHINE)
    world.faults += [
        Fault("dns", "name_server_silent", machine, lambda test: test.host.name in silent),
        Fault(
            "authentication",
            "password_refused",
            truth(Scope.ACCOUNT, change="password"),
            lambda test: test.account.email in old,
            None,
        ),
        Fault(
            "authentication",
            "password_refused",
            truth(Scope.ACCOUNT, change="password"),
            lambda test: test.account.email in wrong,
        ),
        # Nobody can tell a packet that the machine lost from one that the server did.
        Fault(
            "tcp",
            "connection_timed_out",
            truth(Scope.MACHINE, Scope.PROVIDER_PART),
            lambda test: (test.host.name, test.endpoint.port) in lost,
        ),
    ]


def simulate(chance: random.Random, world: World) -> Simulated:
    """Run the tests now, and as they were run before."""
    for host in world.hosts:
        for account in host.accounts:
            for endpoint in account.preset[1:]:
                true_mode = _TRUE_MODES.get((endpoint.host, endpoint.port))
                assert true_mode is not None or endpoint.port not in (993, 995, 587), endpoint
    reached = [host for host in world.hosts if chance.random() < 0.97 or len(world.hosts) <= 5]
    truths: dict[TruthKey, Truth] = {}
    records = [_record(chance, world, host, world.faults, NOW, truths) for host in reached]
    earlier: dict[str, EarlierHost] = {}
    if not world.first_run:
        for host in reached:
            if chance.random() < world.known:
                earlier[host.name] = _earlier(chance, world, host)
    by_name = {host.name: host for host in reached}

    def control(record: HostRecord) -> HostRecord:
        return dataclasses.replace(record, controls=_controls(chance, world, by_name[record.host]))

    return Simulated(records, earlier, truths, control)


def _controls(chance: random.Random, world: World, host: Host) -> tuple[AccountRecord, ...]:
    """What a host's tests of the presets' servers show, without a password."""
    accounts = [Account("control@charter.net", preset, has_password=False) for preset in _CONTROLS]
    return tuple(_tested(chance, world, host, account, account, world.faults, {}) for account in accounts)


def _earlier(chance: random.Random, world: World, host: Host) -> EarlierHost:
    """The result of yesterday, which knows those before it."""
    days = sorted({fault.days for fault in world.faults if fault.days}, reverse=True)
    before: EarlierHost | None = None
    for ago in (*(day + 1 for day in days), *days, 1):
        then = NOW - datetime.timedelta(days=ago)
        faults = [fault for fault in world.faults if fault.days is None or fault.days >= ago]
        record = _record(chance, world, host, faults, then, {}, before=True)
        state = MailState.VERIFIED if all(account.ok for account in record.accounts) else MailState.FAILED
        before = earlier_host(record, state, before)
    assert before is not None
    return before


def _record(
    chance: random.Random,
    world: World,
    host: Host,
    faults: t.Sequence[Fault],
    when: datetime.datetime,
    truths: dict[TruthKey, Truth],
    before: bool = False,
) -> HostRecord:
    stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    accounts = []
    for account in host.accounts:
        preset = world.moved.get(account, account.preset) if before else account.preset
        now = dataclasses.replace(account, preset=preset)
        accounts.append(_tested(chance, world, host, account, now, faults, truths))
    site = host.site if world.sites_known else ""
    return HostRecord(
        host.name, "", stamp, stamp, networks=(site,) if site else (), verified=True, accounts=tuple(accounts)
    )


def _tested(
    chance: random.Random,
    world: World,
    host: Host,
    account: Account,
    settings: Account,
    faults: t.Sequence[Fault],
    truths: dict[TruthKey, Truth],
) -> AccountRecord:
    ends = []
    failures: list[tuple[int, str, str, Endpoint]] = []
    key = (account.email, "", settings.preset.incoming.service)
    for role, endpoint in (("incoming", settings.preset.incoming), ("outgoing", settings.preset.outgoing)):
        address = chance.randrange(2) if world.address is None else world.address(host)
        test = Test(host, account, role, endpoint, address)
        fault = _first_fault(test, faults)
        ends.append(_endpoint(test, fault, settings.has_password))
        if fault is not None and not (fault.stage in ("authentication", "last") and not settings.has_password):
            failures.append((STAGES.index(fault.stage), role, fault.code, endpoint))
            truths[(host.name, key, role)] = fault.truth
    cause = min(failures, key=lambda one: one[0], default=None)
    suggestion: tuple[str, ...] = ()
    if cause is not None and cause[0] < STAGES.index("authentication") and cause[2] in _HELPFUL:
        suggestion = _suggestion(host, account, settings.preset, cause[1], faults)
    return AccountRecord(
        email=account.email,
        user="",
        protocol=settings.preset.incoming.service,
        ok=not failures,
        cause=None if cause is None else StageResult(cause[1], STAGES[cause[0]], "failed", cause[2]),
        cause_server="" if cause is None else cause[3].where,
        suggestion=suggestion,
        endpoints=tuple(ends),
    )


def _first_fault(test: Test, faults: t.Sequence[Fault]) -> Fault | None:
    striking = [fault for fault in faults if fault.strikes(test)]
    return min(striking, key=lambda fault: STAGES.index(fault.stage), default=None)


def _endpoint(test: Test, fault: Fault | None, has_password: bool) -> EndpointRecord:
    stages = []
    over = False
    for stage in STAGES:
        if stage == "starttls" and test.endpoint.security != "starttls":
            continue
        name = ("mailbox" if test.role == "incoming" else "sending") if stage == "last" else stage
        status = "skipped" if over or (stage in ("authentication", "last") and not has_password) else "ok"
        code = ""
        if status == "ok" and fault is not None and fault.stage == stage:
            status, code, over = "failed", fault.code, True
        stages.append(StageResult(test.role, name, status, code))
    address = "" if stages[0].status == "failed" else f"{test.endpoint.host}#{test.address}"
    where = test.endpoint
    return EndpointRecord(test.role, where.service, where.where, where.security, address, tuple(stages))


def _suggestion(host: Host, account: Account, preset: Preset, role: str, faults: t.Sequence[Fault]) -> tuple[str, ...]:
    """Other settings that answer from this host."""
    failing = preset.incoming if role == "incoming" else preset.outgoing
    same = _TRUE_MODES.get((failing.host, failing.port))
    if (
        same is not None
        and same != failing.security
        and _answers(host, account, role, failing._replace(security=same), faults)
    ):
        return (f"{role}.security={same}",)
    for (name, port), mode in _TRUE_MODES.items():
        usual = failing._replace(port=port, security=mode)
        fits = name == failing.host and port != failing.port and (port == 587) == (failing.service == "smtp")
        if fits and _answers(host, account, role, usual, faults):
            return (f"{role}.port={port}",)
    other = _OTHERS.get(preset.name)
    if other is not None and all(
        _answers(host, account, side, endpoint, faults)
        for side, endpoint in (("incoming", other.incoming), ("outgoing", other.outgoing))
    ):
        return (f"provider={other.name}",)
    return ()


def _answers(host: Host, account: Account, role: str, endpoint: Endpoint, faults: t.Sequence[Fault]) -> bool:
    fault = _first_fault(Test(host, account, role, endpoint, 0), faults)
    return fault is None or fault.stage in ("authentication", "last")
