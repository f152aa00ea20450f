# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of every task that configures a client, from a module or from an action."""

from __future__ import annotations

import collections
import re
import typing as t

from .._clients.engine import Step, View
from .._model.account import Account
from .arguments import Request

_LONGEST = 400  # characters of a list
_FIRST, _LAST = 2, 8  # names of a longer one; lists grow at their ends
_NAMES = re.compile(r"[a-z]+[0-9]+(?:,[a-z]+[0-9]+)*")  # account1,account2


class TaskResult:
    """Collects the result of a task. Accounts come back in the order of the task's options.

    Its texts are as they were found; whoever returns the result makes them printable.
    """

    def __init__(self) -> None:
        self.changed = False
        self.diffs: list[dict[str, str]] = []
        self.backups: list[str] = []
        self.failures: list[str] = []
        self.run = ""
        """The id under which the log of changes has what was changed; empty if nothing is there."""
        self.numbered: dict[int, dict[str, t.Any]] = {}
        """The entries of the accounts, by their places in the task's options."""
        self.unlisted: list[dict[str, t.Any]] = []
        """The entries of accounts that the task's options do not have."""

    @property
    def accounts(self) -> list[dict[str, t.Any]]:
        """The entries of all accounts, in the order of the task's options, those that are not listed last."""
        return [*(entry for _number, entry in sorted(self.numbered.items())), *self.unlisted]

    @property
    def counts(self) -> str:
        """How many accounts have which status, in words."""
        counted = collections.Counter(account["status"] for account in self.accounts)
        return ", ".join(f"{number} {status}" for status, number in sorted(counted.items())) or "none"

    def as_result(self) -> dict[str, t.Any]:
        """What the task returns, beside ``failed``."""
        return {
            "changed": self.changed,
            "accounts": self.accounts,
            "backup_files": self.backups,
            "diff": self.diffs,
            "msg": "; ".join(self.failures) or f"Accounts: {self.counts}.",
            **({"run": self.run} if self.run else {}),
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
        self.numbered[number] = {
            "email": request.account.email,
            "protocol": request.account.protocol.value,
            "user": user,
            "status": status,
            "notices": list(request.notices),
            **details,
        }

    def add_unlisted(self, account: Account, user: str, status: str, **details: t.Any) -> None:
        """The entry of an account that the task's options do not have; see ``add_account``."""
        self.unlisted.append(
            {
                "email": account.email,
                "protocol": account.protocol.value,
                "user": user,
                "status": status,
                "notices": ["It is not listed, and exclusive is set."],
                **details,
            }
        )

    def add_diff(self, header: str, before: str, after: str) -> None:
        """Two texts, if they differ."""
        if before != after:
            self.diffs.append(diff_of(header, before, after))


def with_user(user: str, reason: str) -> str:
    """A failure for the message of a task, with the name of its user, unless it is known from the reason itself."""
    named = not user or reason.startswith(f"user {user}: ")
    return reason if named else f"{user}: {reason}"


def diff_of(header: str, before: str, after: str) -> dict[str, str]:
    """Two texts, as Ansible shows a diff."""
    return {"before_header": header, "after_header": header, "before": before, "after": after}


def of_all_clients(results: t.Mapping[str, TaskResult]) -> dict[str, t.Any]:
    """What a task returns that configures several clients, beside ``failed``.

    Args:
        results: of each client, by its title in messages. An entry of an account names the client in lower case, as
            options do.
    """
    entries = sorted(
        (number, order, {"client": title.lower(), **entry})
        for order, (title, result) in enumerate(results.items())
        for number, entry in result.numbered.items()
    )
    unlisted = [{"client": title.lower(), **entry} for title, result in results.items() for entry in result.unlisted]
    runs = [result.run for result in results.values() if result.run]
    failures = [f"{title}: {failure}" for title, result in results.items() for failure in result.failures]
    return {
        "changed": any(result.changed for result in results.values()),
        "accounts": [*(entry for _number, _order, entry in entries), *unlisted],
        "backup_files": [path for result in results.values() for path in result.backups],
        "diff": [diff for result in results.values() for diff in result.diffs],
        "msg": "; ".join(failures) or " ".join(f"{title}: {result.counts}." for title, result in results.items()),
        **({"run": runs[0]} if runs else {}),
    }


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
        "changes": [
            {"setting": change.key, "before": shortened(change.before), "after": shortened(change.after)}
            for change in step.changes
        ],
    }


def shortened(value: t.Any) -> t.Any:
    """A value of a setting, a long list of a client's own names without its middle.

    A list of all accounts is changed once for each account: with 2,000 of them, these texts alone would be 80 MB. Other
    texts stay whole, as half of a password would not be recognised and hidden.
    """
    if not isinstance(value, str) or len(value) <= _LONGEST or _NAMES.fullmatch(value) is None:
        return value
    names = value.split(",")
    left_out = f"... {len(names) - _FIRST - _LAST} more ..."
    return ",".join([*names[:_FIRST], left_out, *names[-_LAST:]])
