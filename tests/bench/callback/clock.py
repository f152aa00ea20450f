# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ansible callback that writes what each task cost to a file, for a program to read.

The file is named by the environment variable CHARTER_MAIL_CLOCK. Each line is JSON: ``{"task": name, "seconds": wall
time, "controller": CPU seconds of Ansible and what it started, "hosts": those of all processes in the network
namespaces that CHARTER_MAIL_CLOCK_HOSTS names, with commas}``.

A task lasts from its start to the start of the next one. With the local connection the controller's CPU seconds hold
those of the module, too.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import resource
import time

from ansible.executor.stats import AggregateStats
from ansible.playbook.task import Task
from ansible.plugins.callback import CallbackBase

_TIMEOUT = 5.0

DOCUMENTATION = """
name: clock
type: notification
short_description: Writes what tasks cost to a file
description: Writes what each task cost to the file that the environment variable CHARTER_MAIL_CLOCK names.
"""


class CallbackModule(CallbackBase):
    """The plugin."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "clock"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        names = os.environ.get("CHARTER_MAIL_CLOCK_HOSTS", "").split(",")
        self._networks = frozenset(os.stat(f"/run/netns/{name}").st_ino for name in names if name)
        self._task: str | None = None
        self._start: dict[str, float] = {}

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:
        self._finish()
        self._task = task.get_name()
        self._start = {"seconds": time.monotonic(), **self._cpu()}

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        self._finish()

    def _finish(self) -> None:
        end = time.monotonic()
        # A worker that has given its result still has to end: until then its CPU seconds do not count.
        for worker in multiprocessing.active_children():
            worker.join(_TIMEOUT)
        if self._task is None:
            return
        costs = {name: value - self._start[name] for name, value in {"seconds": end, **self._cpu()}.items()}
        with open(os.environ["CHARTER_MAIL_CLOCK"], "a", encoding="utf-8") as file:
            print(json.dumps({"task": self._task, **costs}), file=file)

    def _cpu(self) -> dict[str, float]:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        controller = sum(one.ru_utime + one.ru_stime for one in used)
        return {"controller": controller, "hosts": _of_processes(self._networks)}


def _of_processes(networks: frozenset[int]) -> float:
    """The CPU seconds of processes and their dead children (proc_pid_stat(5)), to a hundredth each."""
    if not networks:
        return 0.0
    ticks = 0
    for entry in os.scandir("/proc"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            if entry.name.isdigit() and os.stat(f"/proc/{entry.name}/ns/net").st_ino in networks:
                with open(f"/proc/{entry.name}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    return ticks / os.sysconf("SC_CLK_TCK")
