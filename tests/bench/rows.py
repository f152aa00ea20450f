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
from .measure import Controller, Part, Task
from .table import Cost, Row

ACCOUNT = {"email": "mario.rossi@charter.net"}
PING: Task = {"ansible.builtin.ping": {}}
_TIMEOUT = 3


def tasks(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """One account on one host over SSH: against a ping, and against Ansible's own modules."""
    with Fleet.start(1) as fleet:
        controller = controller_of(folder, fleet)
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
    settled: Task = {"charter.mail.mail_accounts": {"user": "mario", "full_name": "Mario Rossi", **ACCOUNT}}
    with Fleet.start(1) as fleet:
        parts = [
            always("ping", [PING]),
            always("raw", [{"ansible.builtin.raw": "true"}]),
            always("look", [settled]),
        ]
        measured = controller_of(folder, fleet).interleaved(parts, repetitions)
    return [
        Row("look / raw true", measured["look"], measured["raw"]),
        Row("settled mail_accounts / ping", measured["look"], measured["ping"], limit=0.4),
    ]


def cpu(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """The same tasks by the local connection, where the CPU seconds are those of controller and target together."""
    with temporary_user() as mario, temporary_user() as anna:
        controller = Controller(folder, local())
        measured = controller.interleaved(_small_parts(mario.name, anna.name, "thunderbird"), repetitions)
    return [
        Row("on this machine itself: changes nothing / ping", measured["no-op"], measured["ping"]),
        Row("on this machine itself: changes a setting / ping", measured["change"], measured["ping"]),
    ]


def clients(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """Finding out which clients a host has, over SSH: against a ping."""
    with Fleet.start(1) as fleet:
        parts = [always("ping", [PING]), always("look", [{"charter.mail.mail_clients": {}}])]
        measured = controller_of(folder, fleet).interleaved(parts, repetitions)
    return [Row("which mail clients a host has / ping", measured["look"], measured["ping"])]


def evolution(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """Evolution of users who are not logged in, one account each, on one host over SSH."""
    crowd = [f"user{number}" for number in range(200)]
    accounts = [{"user": name, "email": f"{name}@charter.net"} for name in crowd]
    parts = [
        *_small_parts("mario", "anna", "evolution"),
        always("200 users", [configure("evolution", accounts=accounts)]),
    ]
    with Fleet.start(1, users=("mario", "anna", *crowd)) as fleet:
        measured = controller_of(folder, fleet).interleaved(parts, repetitions)
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
        controller = Controller(folder, local())
        for name in (mario.name, anna.name):
            controller.play([{"hosts": "all", "gather_facts": False, "tasks": [_in_session(name)]}])
        measured = controller.interleaved(_small_parts(mario.name, anna.name, "evolution"), repetitions)
    ping = measured["ping"]
    return [
        Row("Evolution in a session: changes nothing / ping", measured["no-op"], ping, limit=1.5),
        Row("Evolution in a session: with a stored password to compare / ping", measured["no-op, password"], ping),
        Row("Evolution in a session: changes a setting / ping", measured["change"], ping),
    ]


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
        return always(name, [task])

    with _swallowing_network() as network:
        controller = Controller(folder, local(), prefix=network.command([]))
        measured = controller.interleaved([part("1", 1), part("50", 50)], repetitions)
    allowed = [Cost(_TIMEOUT + 1)] * repetitions
    return [
        Row(f"2 endpoints black-holed / a timeout of {_TIMEOUT} s and 1 s", measured["1"], allowed, limit=1),
        Row(f"100 endpoints black-holed / a timeout of {_TIMEOUT} s and 1 s", measured["50"], allowed, limit=1),
    ]


def _small_parts(changing: str, steady: str, client: str) -> list[Part]:
    named = {"user": changing, **ACCOUNT}
    return [
        always("ping", [PING]),
        always("no-op", [configure(client, **named)]),
        always("no-op, password", [configure(client, user=steady, password="correct horse", **ACCOUNT)]),
        Part("change", lambda repetition: [configure(client, full_name=f"Mario {repetition}", **named)]),
    ]


def _stock_parts(user: str, folder: pathlib.Path) -> list[Part]:
    home = f"/home/{user}"
    account = _account(**ACCOUNT)
    naive = stock.naive(home, user, account)
    templates = stock.templates(home, user, account, str(folder))
    ours = [configure(user=user, **ACCOUNT)]
    reset: Task = {"ansible.builtin.file": {"path": f"{home}/.thunderbird", "state": "absent"}}
    parts = []
    for name, steps in (("ours", ours), ("naive", naive), ("templates", templates)):
        parts += [
            always("reset", [reset]),
            always(f"{name}, first", steps),
            always(f"{name}, again", steps),
        ]
    return parts


def _in_session(user: str) -> Task:
    """Makes the account, and fails where that is not done through the user's session, password and all."""
    task = configure("evolution", user=user, password="correct horse", **ACCOUNT)
    done = "done.accounts[0].via == 'session' and done.accounts[0].password == 'stored'"
    return {**task, "register": "done", "failed_when": f"done is failed or not ({done})"}


def configure(client: str = "thunderbird", **options: t.Any) -> Task:
    """A task with the module of one client."""
    return {f"charter.mail.{client}_account": options}


def always(name: str, tasks: t.Sequence[Task]) -> Part:
    """The same tasks in every repetition."""
    return Part(name, lambda _repetition: tasks)


def _account(**options: t.Any) -> Account:
    (request,) = requests({**dict.fromkeys(argument_spec()), **options})
    return request.account


def controller_of(folder: pathlib.Path, fleet: Fleet, **variables: t.Any) -> Controller:
    """Ansible with a fleet as its inventory."""
    inventory = json.loads(fleet.inventory_path.read_text())
    inventory["all"]["vars"].update(variables)
    return Controller(folder, inventory, networks=[host.namespace.name for host in fleet.hosts.values()])


def local() -> t.Any:
    """An inventory of this machine itself."""
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
