# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, each part on hosts of its own making."""

from __future__ import annotations

import contextlib
import json
import pathlib
import secrets
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec, requests
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.tests.clients.desktop_session import desktop_session
from ansible_collections.charter.mail.tests.fleet.fleet import Fleet
from ansible_collections.charter.mail.tests.integration.local_users import temporary_user
from ansible_collections.charter.mail.tests.lab.namespace import Namespace, remove

from . import stock
from .measure import Controller, Part, Task, cost_of
from .table import Cost, Row

_ACCOUNT = {"email": "mario.rossi@charter.net"}
_PING: Task = {"ansible.builtin.ping": {}}
_TIMEOUT = 3


def tasks(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """One account on one host over SSH: against a ping, and against Ansible's own modules."""
    with Fleet.start(1) as fleet:
        controller = _controller(folder, fleet)
        measured = controller.interleaved(_small_parts("mario", "anna", "thunderbird"), repetitions)
        compared = controller.interleaved(_stock_parts("mario", folder), max(3, repetitions // 3))
    return [
        Row("a task that changes nothing / ping", measured["no-op"], measured["ping"], limit=1.15),
        Row("the same with a stored password to compare / ping", measured["no-op, password"], measured["ping"]),
        Row("a task that changes a setting / ping", measured["change"], measured["ping"], limit=1.4),
        Row("naive role / our task, from nothing", compared["naive, first"], compared["ours, first"], least=40),
        Row("naive role / our task, nothing to change", compared["naive, again"], compared["ours, again"], least=40),
        Row("two templates / our task, from nothing", compared["templates, first"], compared["ours, first"], least=4),
        Row(
            "two templates / our task, nothing to change",
            compared["templates, again"],
            compared["ours, again"],
            least=4,
        ),
    ]


def look(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """All clients of one host over SSH in one task that changes nothing: the controller answers after one look."""
    settled: Task = {"charter.mail.mail_accounts": {"user": "mario", "full_name": "Mario Rossi", **_ACCOUNT}}
    with Fleet.start(1) as fleet:
        parts = [
            _always("ping", [_PING]),
            _always("raw", [{"ansible.builtin.raw": "true"}]),
            _always("look", [settled]),
        ]
        measured = _controller(folder, fleet).interleaved(parts, repetitions)
    return [
        Row("look / raw true", measured["look"], measured["raw"]),
        Row("settled mail_accounts / ping", measured["look"], measured["ping"], limit=0.4),
    ]


def cpu(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """The same tasks by the local connection, where the CPU seconds are those of controller and target together."""
    with temporary_user() as mario, temporary_user() as anna:
        controller = Controller(folder, _local())
        measured = controller.interleaved(_small_parts(mario.name, anna.name, "thunderbird"), repetitions)
    return [
        Row("on this machine itself: changes nothing / ping", measured["no-op"], measured["ping"]),
        Row("on this machine itself: changes a setting / ping", measured["change"], measured["ping"]),
    ]


def clients(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """Finding out which clients a host has, over SSH: against a ping."""
    with Fleet.start(1) as fleet:
        parts = [_always("ping", [_PING]), _always("look", [{"charter.mail.mail_clients": {}}])]
        measured = _controller(folder, fleet).interleaved(parts, repetitions)
    return [Row("which mail clients a host has / ping", measured["look"], measured["ping"])]


def evolution(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """Evolution of users who are not logged in, one account each, on one host over SSH."""
    crowd = [f"user{number}" for number in range(200)]
    accounts = [{"user": name, "email": f"{name}@charter.net"} for name in crowd]
    parts = [
        *_small_parts("mario", "anna", "evolution"),
        _always("200 users", [_configure("evolution", accounts=accounts)]),
    ]
    with Fleet.start(1, users=("mario", "anna", *crowd)) as fleet:
        measured = _controller(folder, fleet).interleaved(parts, repetitions)
    ping = measured["ping"]
    return [
        Row("Evolution: a task that changes nothing / ping", measured["no-op"], ping, limit=1.15),
        Row("Evolution: the same with a password, which cannot be stored / ping", measured["no-op, password"], ping),
        Row("Evolution: a task that changes a setting / ping", measured["change"], ping),
        Row("Evolution: 200 users / 1 user, nothing to change", measured["200 users"], measured["no-op"], limit=1.5),
    ]


def session(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """Evolution of users who are logged in, by the local connection: bus, registry and keyring are real."""
    with (
        temporary_user() as mario,
        temporary_user() as anna,
        desktop_session(mario) as one,
        desktop_session(anna) as other,
    ):
        for login in (one, other):
            login.start_keyring("the login's password")
            login.start_registry()
        controller = Controller(folder, _local())
        for name in (mario.name, anna.name):
            controller.play([{"hosts": "all", "gather_facts": False, "tasks": [_in_session(name)]}])
        measured = controller.interleaved(_small_parts(mario.name, anna.name, "evolution"), repetitions)
    ping = measured["ping"]
    return [
        Row("Evolution in a session: changes nothing / ping", measured["no-op"], ping, limit=1.5),
        Row("Evolution in a session: with a stored password to compare / ping", measured["no-op, password"], ping),
        Row("Evolution in a session: changes a setting / ping", measured["change"], ping),
    ]


def many_accounts(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """Many accounts in one task, nothing to change."""
    accounts = [{"user": "mario", "email": f"user{number}@charter.net"} for number in range(200)]
    parts = [
        _always("1", [_configure(user="anna", **_ACCOUNT)]),
        _always("10", [_configure(accounts=[{**one, "user": "luca"} for one in accounts[:10]])]),
        _always("200", [_configure(accounts=accounts)]),
    ]
    with Fleet.start(1, users=("mario", "anna", "luca")) as fleet:
        controller = _controller(folder, fleet)
        measured = controller.interleaved(parts, repetitions)
    return [
        Row("10 accounts of one user / 1 account, nothing to change", measured["10"], measured["1"], limit=1.5),
        Row("200 accounts of one user / 1 account, nothing to change", measured["200"], measured["1"], limit=1.5),
    ]


def verification(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """The test of many accounts against real mail servers on the same machine, signing in included."""
    addresses = [f"user{number}@charter.net" for number in range(50)]
    with Fleet.start(1, lab=True, mail_users=addresses) as fleet:
        if fleet.lab is None:
            raise ValueError("a fleet with a lab has one")
        accounts = [{"email": user.address, "password": user.password} for user in fleet.lab.users]
        controller = _controller(folder, fleet)
        parts = [
            _always("1", [_verify(accounts[:1])]),
            _always("50", [_verify(accounts)]),
        ]
        measured = controller.interleaved(parts, repetitions)
    return [Row("verification of 50 accounts / 1 account", measured["50"], measured["1"], limit=1.5)]


def black_holes(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """All servers in a network that swallows every packet."""
    accounts = [
        {
            "email": f"user{number}@example.net",
            "provider": "auto",
            "incoming": {"host": f"198.51.100.{number}"},
            "outgoing": {"host": f"203.0.113.{number}"},
        }
        for number in range(1, 51)
    ]

    def part(name: str, count: int) -> Part:
        task = {"charter.mail.mail_verify": {"accounts": accounts[:count], "timeout": _TIMEOUT}, "ignore_errors": True}
        return _always(name, [task])

    with _swallowing_network() as network:
        controller = Controller(folder, _local(), prefix=network.command([]))
        measured = controller.interleaved([part("1", 1), part("50", 50)], repetitions)
    allowed = [Cost(_TIMEOUT + 1)] * repetitions
    return [
        Row(f"2 endpoints black-holed / a timeout of {_TIMEOUT} s and 1 s", measured["1"], allowed, limit=1),
        Row(f"100 endpoints black-holed / a timeout of {_TIMEOUT} s and 1 s", measured["50"], allowed, limit=1),
    ]


def site(folder: pathlib.Path, repetitions: int, count: int = 25) -> list[Row]:
    """The playbook ``site`` over a fleet, and as many pings as it has modules for hosts."""
    with Fleet.start(count, lab=True) as fleet:
        if fleet.lab is None:
            raise ValueError("a fleet with a lab has one")
        local_users = zip(("mario", "anna"), fleet.lab.users, strict=False)
        accounts = [{"user": name, "email": user.address, "password": user.password} for name, user in local_users]
        controller = _controller(folder, fleet, mail_accounts=accounts, mail_clients=["thunderbird", "evolution"])
        pings = [{"hosts": "all", "gather_facts": False, "tasks": [_PING] * 3}]
        controller.play("charter.mail.site")
        runs = [(_sum(controller.play("charter.mail.site")), _sum(controller.play(pings))) for _ in range(repetitions)]
    ours, base = [run[0] for run in runs], [run[1] for run in runs]
    row = Row(f"site (2 users configured in 2 clients and verified) / 3 pings, {count} hosts", ours, base)
    return [row]


def _small_parts(changing: str, steady: str, client: str) -> list[Part]:
    named = {"user": changing, **_ACCOUNT}
    return [
        _always("ping", [_PING]),
        _always("no-op", [_configure(client, **named)]),
        _always("no-op, password", [_configure(client, user=steady, password="correct horse", **_ACCOUNT)]),
        Part("change", lambda repetition: [_configure(client, full_name=f"Mario {repetition}", **named)]),
    ]


def _stock_parts(user: str, folder: pathlib.Path) -> list[Part]:
    home = f"/home/{user}"
    account = _account(**_ACCOUNT)
    naive = stock.naive(home, user, account)
    templates = stock.templates(home, user, account, str(folder))
    ours = [_configure(user=user, **_ACCOUNT)]
    reset: Task = {"ansible.builtin.file": {"path": f"{home}/.thunderbird", "state": "absent"}}
    parts = []
    for name, steps in (("ours", ours), ("naive", naive), ("templates", templates)):
        parts += [
            _always("reset", [reset]),
            _always(f"{name}, first", steps),
            _always(f"{name}, again", steps),
        ]
    return parts


def _in_session(user: str) -> Task:
    """Makes the account, and fails where that is not done through the user's session, password and all."""
    task = _configure("evolution", user=user, password="correct horse", **_ACCOUNT)
    done = "done.accounts[0].via == 'session' and done.accounts[0].password == 'stored'"
    return {**task, "register": "done", "failed_when": f"done is failed or not ({done})"}


def _configure(client: str = "thunderbird", **options: t.Any) -> Task:
    return {f"charter.mail.{client}_account": options}


def _always(name: str, tasks: t.Sequence[Task]) -> Part:
    return Part(name, lambda _repetition: tasks)


def _verify(accounts: t.Sequence[t.Any]) -> Task:
    return {"charter.mail.mail_verify": {"accounts": accounts, "ca_path": "{{ mail_ca_path }}"}}


def _account(**options: t.Any) -> Account:
    (request,) = requests({**dict.fromkeys(argument_spec()), **options})
    return request.account


def _sum(entries: t.Sequence[t.Mapping[str, t.Any]]) -> Cost:
    return sum((cost_of(entry) for entry in entries), Cost(0))


def _controller(folder: pathlib.Path, fleet: Fleet, **variables: t.Any) -> Controller:
    inventory = json.loads(fleet.inventory_path.read_text())
    inventory["all"]["vars"].update(variables)
    return Controller(folder, inventory, networks=[host.namespace.name for host in fleet.hosts.values()])


def _local() -> t.Any:
    variables = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"}
    return {"all": {"hosts": {"here": variables}}}


@contextlib.contextmanager
def _swallowing_network() -> t.Iterator[Namespace]:
    """A network namespace whose only way out is a cable to an end that takes packets for nobody."""
    network = Namespace(f"bench-{secrets.token_hex(4)}")
    try:
        network.create({})
        network.configure(
            [
                "link add hole type veth peer name end",
                "link set hole up arp off",
                "link set end up",
                "addr add 198.18.0.1/32 dev hole",
                "route add default dev hole src 198.18.0.1",
            ]
        )
        yield network
    finally:
        remove([network])
