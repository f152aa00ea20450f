# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of every task that configures a client, from a module or from an action."""

from __future__ import annotations

import collections
import typing as t

from .._clients.engine import Step, View
from .arguments import Request


class TaskResult:
    """Collects the result of a task. Accounts come back in the order of the task's options.

    Its texts are as they were found; whoever returns the result makes them printable.
    """

    def __init__(self) -> None:
        self.changed = False
        self.diffs: list[dict[str, str]] = []
        self.backups: list[str] = []
        self.failures: list[str] = []
        self._accounts: dict[int, dict[str, t.Any]] = {}

    @property
    def accounts(self) -> list[dict[str, t.Any]]:
        """The entries of all accounts, in the order of the task's options."""
        return [entry for _number, entry in sorted(self._accounts.items())]

    def as_result(self) -> dict[str, t.Any]:
        """What the task returns, beside ``failed``."""
        counts = collections.Counter(account["status"] for account in self.accounts)
        summary = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
        return {
            "changed": self.changed,
            "accounts": self.accounts,
            "backup_files": self.backups,
            "diff": self.diffs,
            "msg": "; ".join(self.failures) or f"Accounts: {summary or 'none'}.",
        }

    def add_account(self, number: int, request: Request, user: str, status: str, **details: t.Any) -> None:
        """The entry of one account.

        Args:
            number: its place in the task's options.
            request: as asked for.
            user: whose account it is.
            status: the value of an ``engine.Status``.
            details: further values.
        """
        self._accounts[number] = {
            "email": request.account.email,
            "protocol": request.account.protocol.value,
            "user": user,
            "status": status,
            "notices": list(request.notices),
            **details,
        }

    def add_diff(self, header: str, before: str, after: str) -> None:
        """Two texts, if they differ."""
        if before != after:
            self.diffs.append({"before_header": header, "after_header": header, "before": before, "after": after})


def step_details(profile: str, step: Step[t.Any]) -> dict[str, t.Any]:
    """What a finished step adds to the entry of its account.

    Args:
        profile: the client's profile, for accounts whose view names none.
        step: as the engine returned it.
    """
    view: View = step.before if step.after.account is None else step.after
    return {
        "profile": profile if view.profile is None else view.profile,
        "ids": dict(view.ids),
        "changes": [{"setting": change.key, "before": change.before, "after": change.after} for change in step.changes],
    }
