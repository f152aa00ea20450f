# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ansible callback that writes the results of all tasks to a file, for a program to read.

The environment variable CHARTER_MAIL_RECORD names the file. Each line is JSON: ``{"task": name, "host": name,
"status": "ok" | "failed" | "unreachable" | "skipped", "result": what the module returned}``, and at the end
``{"totals": {host: {"ok": 3, "changed": 1, "failures": 0, ...}}}``. Ansible has already removed secrets from results.
"""

from __future__ import annotations

import json
import os
import typing as t

from ansible.executor.stats import AggregateStats
from ansible.plugins.callback import CallbackBase

if t.TYPE_CHECKING:
    from ansible.executor.task_result import CallbackTaskResult

DOCUMENTATION = """
name: record
type: notification
short_description: Write task results to a file
description: Write the result of each task to the file named by the environment variable CHARTER_MAIL_RECORD.
"""


class CallbackModule(CallbackBase):
    """The callback plugin."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        _write_result("ok", result)

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        _write_result("failed", result)

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        _write_result("unreachable", result)

    def v2_runner_on_skipped(self, result: CallbackTaskResult) -> None:
        _write_result("skipped", result)

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        _write({"totals": {host: stats.summarize(host) for host in stats.processed}})


def _write_result(status: str, result: CallbackTaskResult) -> None:
    # Before ansible-core 2.19, a result has its parts under these names only.
    host, returned = (getattr(result, name, None) or getattr(result, f"_{name}") for name in ("host", "result"))
    _write({"task": result.task_name, "host": host.get_name(), "status": status, "result": dict(returned)})


def _write(entry: dict[str, t.Any]) -> None:
    with open(os.environ["CHARTER_MAIL_RECORD"], "a", encoding="utf-8") as file:
        print(json.dumps(entry, default=str), file=file)
