# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts of one user: what a task costs with 200 of them, and how it grows up to 2,000."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet

from .measure import Controller, Part, Task
from .rows import always, configure, controller_of, local
from .table import Growth, Row

_MANY = 200
_SIZES = (50, 200, 800, 2000)
_CLIENTS = ("thunderbird", "evolution")


def many_accounts(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """200 accounts and one, on one host over SSH."""
    parts: list[Part] = []
    for count, user in ((1, "anna"), (10, "luca"), (_MANY, "mario")):
        accounts = [{"user": user, "email": f"user{number}@charter.net"} for number in range(count)]
        reset: Task = {"ansible.builtin.file": {"path": f"/home/{user}/.thunderbird", "state": "absent"}}
        parts += [
            always("reset", [reset]),
            always(f"create {count}", [configure(accounts=accounts)]),
            always(f"settled {count}", [configure(accounts=accounts)]),
        ]
    with Fleet.start(1, users=("mario", "anna", "luca")) as fleet:
        measured = controller_of(folder, fleet).interleaved(parts, repetitions)
    one = measured["settled 1"]
    return [
        Row("10 accounts of one user / 1 account, nothing to change", measured["settled 10"], one, limit=1.3),
        Row("200 accounts of one user / 1 account, nothing to change", measured[f"settled {_MANY}"], one, limit=1.3),
        Row("200 accounts of one user / 1 account, created", measured[f"create {_MANY}"], measured["create 1"]),
    ]


def growth(folder: pathlib.Path, repetitions: int) -> list[Growth]:
    """50 to 2,000 accounts of one user, by the local connection: created, and nothing to change."""
    parts: list[Part] = []
    for client in _CLIENTS:
        for count in (1, *_SIZES):
            home = folder / f"{client}-{count}"
            accounts = [{"home": str(home), "email": f"user{number}@charter.net"} for number in range(count)]
            reset: list[Task] = [
                {"ansible.builtin.file": {"path": str(home), "state": state}} for state in ("absent", "directory")
            ]
            parts += [
                always("reset", reset),
                always(f"{client} created {count}", [configure(client, accounts=accounts)]),
                always(f"{client} nothing to change {count}", [configure(client, accounts=accounts)]),
            ]
    measured = Controller(folder / "ansible", local()).interleaved(parts, repetitions)

    def growing(client: str, what: str) -> Growth:
        costs: t.Mapping[int, t.Any] = {count: measured[f"{client} {what} {count}"] for count in (1, *_SIZES)}
        larger = {count: costs[count] for count in _SIZES}
        return Growth(f"{client.capitalize()}: accounts of one user, {what}", costs[1], larger, 1.2)

    return [growing(client, what) for client in _CLIENTS for what in ("created", "nothing to change")]
