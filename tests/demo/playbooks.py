# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the playbooks of this clone, isolated from the user's own Ansible configuration and collections."""

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
_TIMEOUT = 600.0  # seconds
_STOP_TIMEOUT = 15.0


class PlaybookError(Exception):
    """A playbook did not run to its end. The message says why."""


@dataclasses.dataclass(frozen=True)
class RecordedTask:
    """The recorded result of a task on a host.

    Attributes:
        task: the task's name.
        status: ``ok``, ``failed``, ``unreachable`` or ``skipped``.
        result: what the module returned.
    """

    task: str
    status: str
    result: dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class PlaybookRun:
    """A playbook run that reached its end.

    Attributes:
        playbook: the playbook's fully qualified name.
        code: the exit code of ansible-playbook.
        results: the results of its tasks.
        totals: the recap of each host: ``ok``, ``changed``, ``failures`` and so on.
    """

    playbook: str
    code: int
    results: tuple[RecordedTask, ...]
    totals: dict[str, dict[str, int]]

    @property
    def changed(self) -> int:
        """The number of tasks that changed something."""
        return sum(numbers["changed"] for numbers in self.totals.values())

    @property
    def accounts(self) -> tuple[dict[str, t.Any], ...]:
        """The entries that the collection's modules returned for each account."""
        return tuple(account for one in self.results for account in one.result.get("accounts", ()))

    @property
    def errors(self) -> tuple[str, ...]:
        """The messages of failed tasks."""
        return tuple(str(one.result.get("msg", "")) for one in self.results if one.status in ("failed", "unreachable"))


class PlaybookRunner:
    """Runs playbooks.

    Args:
        folder: an existing private directory for everything that Ansible writes.
        inventory: the inventory to use.
        log: a file for Ansible's output; None for the terminal.
    """

    def __init__(self, folder: pathlib.Path, inventory: Inventory, log: pathlib.Path | None) -> None:
        self._folder = folder
        self._inventory = inventory
        self._log = log
        self._runs = 0
        collection = folder / "collections" / "ansible_collections" / "charter" / "mail"
        collection.parent.mkdir(parents=True)
        collection.symlink_to(_ROOT)
        self._config = folder / "ansible.cfg"
        self._config.touch()  # empty, in place of the user's own

    def run(self, playbook: str, **variables: str) -> PlaybookRun:
        """Run a playbook.

        Args:
            playbook: its fully qualified name.
            variables: extra variables.

        Raises:
            PlaybookError: The playbook did not run to its end.
        """
        self._runs += 1
        record = self._folder / f"record-{self._runs}.jsonl"
        record.touch(mode=0o600)
        command = [sys.executable, "-m", "ansible", "playbook", playbook, f"--inventory={self._inventory.hosts}"]
        command.append(f"--extra-vars=@{self._inventory.secrets}")
        command.append("--extra-vars=mail_checks=all")  # the demo shows the tests that succeeded
        command.append(f"--extra-vars={json.dumps(variables)}")
        with self._output() as output:
            code = _run(command, self._environment(record), output)
        run = _read(playbook, code, record)
        if not run.totals:
            raise PlaybookError(f"{playbook} ended early with exit code {code}.")
        return run

    def _output(self) -> contextlib.AbstractContextManager[t.TextIO | None]:
        if self._log is None:
            return contextlib.nullcontext()
        return open(self._log, "a", encoding="utf-8")

    def _environment(self, record: pathlib.Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
        return {
            **kept,
            "LC_ALL": "C.UTF-8",  # Ansible requires UTF-8
            "HOME": str(self._folder),  # takes ~/.ansible
            "TMPDIR": str(self._folder),  # takes the files of a module that was killed
            "ANSIBLE_CONFIG": str(self._config),
            "ANSIBLE_COLLECTIONS_PATH": str(self._folder / "collections"),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_CALLBACK_PLUGINS": str(_HERE / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "CHARTER_MAIL_RECORD": str(record),
        }


def _run(command: list[str], environment: dict[str, str], output: t.TextIO | None) -> int:
    # In a session of its own: Ctrl-C reaches only this program, which then stops Ansible cleanly.
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise PlaybookError(f"Ansible did not finish within {_TIMEOUT:.0f} seconds.") from None
    finally:
        if process.poll() is None:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupt Ansible, which passes the interrupt on to its workers, then kill whatever is still running."""
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_STOP_TIMEOUT)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(playbook: str, code: int, record: pathlib.Path) -> PlaybookRun:
    entries = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    return PlaybookRun(
        playbook=playbook,
        code=code,
        results=tuple(
            RecordedTask(entry["task"], entry["status"], entry["result"]) for entry in entries if "task" in entry
        ),
        totals=next((entry["totals"] for entry in entries if "totals" in entry), {}),
    )
