# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verification of many accounts: its CPU, and its wall time where the servers are far away."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet
from ansible_collections.charter.mail.tests.lab.lab import MailLab

from .measure import BenchError, Task
from .rows import PING, always, controller_of
from .table import Cost, Row, median

_ADDRESSES = [f"user{number}@charter.net" for number in range(50)]
_EACH = 0.006  # CPU seconds of our processes for an account
_LATE = 0.05  # seconds


def verification(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """Real mail servers on the same machine, signing in included. Their own CPU does not count."""
    with Fleet.start(1, lab=True, mail_users=_ADDRESSES) as fleet:
        if fleet.lab is None:
            raise ValueError("a fleet with a lab has one")
        accounts = [{"email": user.address, "password": user.password} for user in fleet.lab.users]
        parts = [
            always("ping", [PING]),
            always("1", [_verify(accounts[:1])]),
            always("50", [_verify(accounts)]),
        ]
        measured = controller_of(folder, fleet).interleaved(parts, repetitions)
    ping = median(cost.cpu for cost in measured["ping"])
    each = [Cost(max(0.0, cost.cpu - ping) / len(accounts)) for cost in measured["50"]]
    goal = [Cost(_EACH)] * len(each)
    return [
        Row("verification of 1 account / ping", measured["1"], measured["ping"]),
        Row("CPU for each of 50 verified accounts, above a ping / 6 ms", each, goal, limit=1),
    ]


def distant(folder: pathlib.Path, repetitions: int) -> list[Row]:
    """The same without Ansible, where every answer of a server comes 50 ms late."""
    with MailLab.start(users=_ADDRESSES) as lab:
        (folder / "accounts.json").touch(mode=0o600)
        accounts = {user.address: user.password for user in lab.users}
        (folder / "accounts.json").write_text(json.dumps(accounts))
        program = pathlib.Path(__file__).with_name("late_answers.py")
        command = [sys.executable, str(program), str(folder / "accounts.json"), str(lab.ca_path), str(_LATE)]
        done = subprocess.run(
            lab.command([*command, str(repetitions)]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise BenchError(f"{program.name}: exit code {done.returncode}\n{done.stderr[-3000:]}")
    measured = {count: [Cost(*cost) for cost in costs] for count, costs in json.loads(done.stdout).items()}
    name = f"verification of 50 accounts / 1 account, every answer {_LATE * 1000:.0f} ms late"
    return [Row(name, measured["50"], measured["1"], limit=2)]


def _verify(accounts: t.Sequence[t.Any]) -> Task:
    return {"charter.mail.mail_verify": {"accounts": accounts, "ca_path": "{{ mail_ca_path }}"}}
