# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer of everything that configures a client, in a module or on the controller."""

from __future__ import annotations

import collections
import typing as t

from .._clients.engine import Outcome, Step, View
from .arguments import Request


class TaskResult:
    """Collects what the task will say."""

    def __init__(self) -> None:
        self.changed = False
        self.accounts: list[dict[str, t.Any]] = []
        self.diffs: list[dict[str, str]] = []
        self.backups: list[str] = []
        self.failures: list[str] = []

    def as_result(self) -> dict[str, t.Any]:
        counts = collections.Counter(account["status"] for account in self.accounts)
        summary = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
        return {
            "changed": self.changed,
            "accounts": self.accounts,
            "backup_files": self.backups,
            "diff": self.diffs,
            "msg": "; ".join(self.failures) or f"Accounts: {summary or 'none'}.",
        }

    def add_outcome(self, outcome: Outcome[t.Any]) -> None:
        """That a run changed something, and its backups."""
        self.changed = self.changed or outcome.changed
        self.backups += outcome.backups

    def add_diff(self, header: str, before: str, after: str) -> None:
        """Two texts, if they differ."""
        if before != after:
            self.diffs.append({"before_header": header, "after_header": header, "before": before, "after": after})


def entry(request: Request, user: str, status: str) -> dict[str, t.Any]:
    """What is said of every account."""
    return {
        "email": request.account.email,
        "protocol": request.account.protocol.value,
        "user": user,
        "status": status,
        "notices": list(request.notices),
    }


def done(profile: str, step: Step[t.Any]) -> dict[str, t.Any]:
    """What a finished step adds to the entry of its account."""
    view: View = step.before if step.after.account is None else step.after
    return {
        "profile": profile,
        "ids": dict(view.ids),
        "changes": [
            {"setting": change.key, "before": _plain(change.before), "after": _plain(change.after)}
            for change in step.changes
        ],
    }


def _plain(value: t.Any) -> t.Any:
    """A value fit for JSON: bytes and broken UTF-8 are shown as far as they go."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return value
