# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks of the collection as it lies in this clone, apart from everything that the person has of Ansible."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import typing as t

from .inventory import Inventory

_HERE = pathlib.Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_LONGEST = 600.0  # seconds
_PATIENCE = 15.0


class PlaybookError(Exception):
    """A playbook could not do its work; the message says why."""


@dataclasses.dataclass(frozen=True)
class TaskResult:
    """What a task returned on a host.

    Attributes:
        task: its name.
        status: ``ok``, ``failed``, ``unreachable`` or ``skipped``.
        result: the module's own answer.
    """

    task: str
    status: str
    result: dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Played:
    """A playbook that has run to its end.

    Attributes:
        playbook: its full name.
        code: ansible-playbook's exit code.
        results: of its tasks.
        totals: numbers by host: ``ok``, ``changed``, ``failures`` and so on.
    """

    playbook: str
    code: int
    results: tuple[TaskResult, ...]
    totals: dict[str, dict[str, int]]

    @property
    def changed(self) -> int:
        """How many tasks changed something."""
        return sum(numbers["changed"] for numbers in self.totals.values())

    @property
    def accounts(self) -> tuple[dict[str, t.Any], ...]:
        """What the collection's modules say about each account."""
        return tuple(account for one in self.results for account in one.result.get("accounts", ()))

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why tasks failed."""
        return tuple(str(one.result.get("msg", "")) for one in self.results if one.status in ("failed", "unreachable"))


class Player:
    """Runs playbooks.

    Args:
        folder: an existing private folder, for all that Ansible writes.
        inventory: what to play on.
        log: a file for Ansible's output; None for the terminal.
    """

    def __init__(self, folder: pathlib.Path, inventory: Inventory, log: pathlib.Path | None) -> None:
        self._folder = folder
        self._inventory = inventory
        self._log = log
        self._played = 0
        collection = folder / "collections" / "ansible_collections" / "charter" / "mail"
        collection.parent.mkdir(parents=True)
        collection.symlink_to(_ROOT)
        self._config = folder / "ansible.cfg"
        self._config.touch()  # empty, instead of the person's own

    def play(self, playbook: str) -> Played:
        """Run a playbook by its full name.

        Raises:
            PlaybookError: it did not run to its end.
        """
        self._played += 1
        record = self._folder / f"record-{self._played}.jsonl"
        record.touch(mode=0o600)
        command = [sys.executable, "-m", "ansible", "playbook", playbook, f"--inventory={self._inventory.hosts}"]
        command.append(f"--extra-vars=@{self._inventory.secrets}")
        with self._output() as output:
            code = _run(command, self._environment(record), output)
        played = _read(playbook, code, record)
        if not played.totals:
            raise PlaybookError(f"{playbook} ended early, with exit code {code}.")
        return played

    def _output(self) -> contextlib.AbstractContextManager[t.TextIO | None]:
        if self._log is None:
            return contextlib.nullcontext()
        return open(self._log, "a", encoding="utf-8")

    def _environment(self, record: pathlib.Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
        return {
            **kept,
            "LC_ALL": "C.UTF-8",  # Ansible insists on UTF-8
            "HOME": str(self._folder),  # so that ~/.ansible is in there
            "TMPDIR": str(self._folder),  # and what a killed module leaves
            "ANSIBLE_CONFIG": str(self._config),
            "ANSIBLE_COLLECTIONS_PATH": str(self._folder / "collections"),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_CALLBACK_PLUGINS": str(_HERE / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "CHARTER_MAIL_RECORD": str(record),
        }


def _run(command: list[str], environment: dict[str, str], output: t.TextIO | None) -> int:
    # In a session of its own: Ctrl-C reaches this program alone, which then ends Ansible in good order.
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        raise PlaybookError(f"Ansible had not finished after {_LONGEST:.0f} seconds.") from None
    finally:
        if process.poll() is None:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End Ansible, which passes an interrupt on to its workers, and then whatever it has left running."""
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(playbook: str, code: int, record: pathlib.Path) -> Played:
    entries = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    return Played(
        playbook=playbook,
        code=code,
        results=tuple(
            TaskResult(entry["task"], entry["status"], entry["result"]) for entry in entries if "task" in entry
        ),
        totals=next((entry["totals"] for entry in entries if "totals" in entry), {}),
    )
