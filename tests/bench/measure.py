# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs tasks by Ansible and takes their time."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import pathlib
import subprocess
import typing as t

from .table import Cost

ROOT = pathlib.Path(__file__).resolve().parents[2]
_BIN = ROOT / ".venv" / "bin"

Task = t.Mapping[str, t.Any]
_SEPARATOR = " #"


class BenchError(Exception):
    """A measurement could not be made; the message says why."""


@dataclasses.dataclass(frozen=True)
class Part:
    """Tasks whose costs belong together.

    Attributes:
        name: of what is measured.
        tasks: in Ansible's own form, without names; made anew for each repetition, which is given by its number.
    """

    name: str
    tasks: t.Callable[[int], t.Sequence[Task]]


def cost_of(entry: t.Mapping[str, t.Any]) -> Cost:
    """What a task cost."""
    return Cost(entry["seconds"], entry["controller"], entry["hosts"])


class Controller:
    """Ansible on this machine, with settings of its own.

    Args:
        folder: private; takes Ansible's own files.
        prefix: put before each command, such as ``ip netns exec NAME``.
        inventory: in Ansible's own form.
        networks: the network namespaces of hosts on this machine, whose CPU seconds count.
    """

    def __init__(
        self, folder: pathlib.Path, inventory: t.Any, *, prefix: t.Sequence[str] = (), networks: t.Sequence[str] = ()
    ) -> None:
        self._folder = folder
        self._prefix = list(prefix)
        self._networks = ",".join(networks)
        place = folder / "ansible_collections/charter"
        place.mkdir(parents=True)
        (place / "mail").symlink_to(ROOT)
        (folder / "ansible.cfg").write_text("")
        (folder / "hosts.json").touch(mode=0o600)
        (folder / "hosts.json").write_text(json.dumps(inventory))

    def interleaved(self, parts: t.Sequence[Part], repetitions: int) -> dict[str, list[Cost]]:
        """Run all parts in turn, again and again, in one run of ansible-playbook; the first round does not count."""
        tasks = [
            {"name": f"{part.name}{_SEPARATOR}{repetition}", **task}
            for repetition in range(repetitions + 1)
            for part in parts
            for task in part.tasks(repetition)
        ]
        found: dict[str, dict[int, Cost]] = collections.defaultdict(dict)
        for entry in self.play([{"hosts": "all", "gather_facts": False, "tasks": tasks}]):
            name, _, repetition = entry["task"].rpartition(_SEPARATOR)
            costs = found[name]
            cost = cost_of(entry)
            costs[int(repetition)] = costs.get(int(repetition), Cost(0)) + cost
        return {name: [costs[number] for number in range(1, repetitions + 1)] for name, costs in found.items()}

    def play(self, playbook: str | t.Sequence[t.Any], *options: str) -> list[dict[str, t.Any]]:
        """Run a playbook, given by name or as it is; what each task cost (callback/clock.py).

        Raises:
            BenchError: a task failed.
        """
        record = self._folder / "clock"
        record.unlink(missing_ok=True)
        name = playbook
        if not isinstance(name, str):
            name = str(self._folder / "playbook.json")
            pathlib.Path(name).write_text(json.dumps(playbook))
        command = [*self._prefix, str(_BIN / "ansible-playbook"), name]
        command += ["--inventory", str(self._folder / "hosts.json"), "--forks", "25", *options]
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment(record),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode != 0:
            raise BenchError(f"ansible-playbook: exit code {done.returncode}\n{done.stdout.decode()[-3000:]}")
        return [json.loads(line) for line in record.read_text().splitlines()]

    def _environment(self, record: pathlib.Path) -> dict[str, str]:
        return {
            "PATH": f"{_BIN}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(self._folder),
            "ANSIBLE_CONFIG": str(self._folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self._folder / "ansible"),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/bench/callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "clock",
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_STDOUT_CALLBACK": "default",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",
            "ANSIBLE_NOCOLOR": "true",
            "CHARTER_MAIL_CLOCK": str(record),
            "CHARTER_MAIL_CLOCK_HOSTS": self._networks,
            **{name: value for name, value in os.environ.items() if name == "TERM"},
        }
