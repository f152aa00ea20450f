# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A settled fleet: one task for both clients, on one host and on many, and the whole site run."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet

from .measure import Controller, Part, Task, cost_of
from .rows import ACCOUNT, PING, always, controller_of
from .table import Cost, Row

_RAW: Task = {"ansible.builtin.raw": "true"}
_FEW_RUNS = 3
_SITE = tuple(f"charter.mail.{playbook}" for playbook in ("site", "configure", "verify"))


def one_task(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """``mail_accounts`` with both clients: nothing to change on 1, 25 and 100 hosts, and a change."""
    rows = _on_one_host(folder / "1", repetitions)
    for count in (25, 100):
        rows += _on_many_hosts(folder / str(count), count, _FEW_RUNS)
    return rows


def site(folder: pathlib.Path, repetitions: int, count: int = 25) -> list[Row]:
    """The playbook ``site`` over a fleet where nothing is to change, without and with seals, and three pings."""
    rows = []
    with Fleet.start(count, lab=True) as fleet:
        if fleet.lab is None:
            raise ValueError("a fleet with a lab has one")
        local_users = zip(("mario", "anna"), fleet.lab.users, strict=False)
        accounts = [{"user": name, "email": user.address, "password": user.password} for name, user in local_users]
        pings = [{"hosts": "all", "gather_facts": False, "tasks": [PING] * 3}]
        for how, variables in (("", {}), (", with seals", {"mail_seal_key": "k" * 64})):
            given = {"mail_accounts": accounts, "mail_clients": ["thunderbird", "evolution"], **variables}
            controller = controller_of(folder / f"site{how}", fleet, **given)
            for playbook in ("site", "site", "configure", "verify"):  # what comes first differs
                controller.play(f"charter.mail.{playbook}")
            runs = [[_sum(controller, play) for play in (*_SITE, pings)] for _ in range(repetitions)]
            whole, configured, verified, base = zip(*runs, strict=True)
            rows += [
                Row(
                    f"settled site (2 users, 2 clients, verified){how} / 3 pings, {count} hosts", whole, base, limit=0.9
                ),
                _by_controller(
                    f"controller CPU a host: settled site{how} / 3 pings, {count} hosts", whole, base, count
                ),
                Row(f"of it, configuring{how} / 3 pings, {count} hosts", configured, base),
                Row(f"of it, verifying{how} / 3 pings, {count} hosts", verified, base),
            ]
    return rows


def _on_one_host(folder: pathlib.Path, repetitions: int) -> list[Row]:
    steady, changing = {"user": "mario", **ACCOUNT}, {"user": "anna", **ACCOUNT}
    parts = [
        always("ping", [PING]),
        always("raw", [_RAW]),
        always("no-op", [_both(steady)]),
        always(
            "no-op, password", [_both({**changing, "user": "luca", "password": "correct horse"}, seal_key="k" * 64)]
        ),
        Part("change", lambda repetition: [_both({**changing, "full_name": f"Anna {repetition}"})]),
        # Not measured: Thunderbird has what Evolution gets next.
        Part("half", lambda repetition: [_both({**changing, "full_name": f"A {repetition}"}, clients=["thunderbird"])]),
        Part("other half", lambda repetition: [_both({**changing, "full_name": f"A {repetition}"})]),
    ]
    with Fleet.start(1, users=("mario", "anna", "luca")) as fleet:
        measured = controller_of(folder, fleet).interleaved(parts, repetitions)
    ping = measured["ping"]
    return [
        Row("raw true / ping, 1 host", measured["raw"], ping),
        Row("settled task, both clients / ping, 1 host", measured["no-op"], ping, limit=0.3),
        Row("settled task, both clients / raw true, 1 host", measured["no-op"], measured["raw"]),
        Row(
            "the same with a stored password and its seal / ping, 1 host", measured["no-op, password"], ping, limit=0.3
        ),
        Row("a change in both clients / ping, 1 host", measured["change"], ping, limit=1.35),
        Row("a change in one of both clients / ping, 1 host", measured["other half"], ping),
    ]


def _on_many_hosts(folder: pathlib.Path, count: int, repetitions: int) -> list[Row]:
    parts = [always("ping", [PING]), always("raw", [_RAW]), always("no-op", [_both({"user": "mario", **ACCOUNT})])]
    with Fleet.start(count) as fleet:
        measured = controller_of(folder, fleet).interleaved(parts, repetitions)
    ping, ours = measured["ping"], measured["no-op"]
    return [
        Row(f"raw true / ping, {count} hosts", measured["raw"], ping),
        Row(f"settled task, both clients / ping, {count} hosts", ours, ping, limit=0.3),
        _by_controller(f"controller CPU a host: settled task / ping, {count} hosts", ours, ping, count, limit=1.1),
    ]


def _both(account: t.Mapping[str, t.Any], **options: t.Any) -> Task:
    return {"charter.mail.mail_accounts": {"accounts": [account], "clients": ["thunderbird", "evolution"], **options}}


def _by_controller(
    name: str, ours: t.Sequence[Cost], base: t.Sequence[Cost], count: int, limit: float | None = None
) -> Row:
    """A comparison of the controller's CPU seconds for each host, in the place of wall times."""

    def each(costs: t.Sequence[Cost]) -> t.Sequence[Cost]:
        return [Cost(cost.controller / count, cost.controller / count) for cost in costs]

    return Row(name, each(ours), each(base), limit=limit)


def _sum(controller: Controller, playbook: str | t.Sequence[t.Any]) -> Cost:
    return sum((cost_of(entry) for entry in controller.play(playbook)), Cost(0))
