# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of every task that configures a client, for modules and actions."""

from __future__ import annotations

import collections
import re
import typing as t

from .._clients.engine import Step, View
from .._model.account import Account
from .arguments import Request

_LONGEST = 400  # characters of a list
_FIRST, _LAST = 2, 8  # names shown of a longer one; lists grow at their ends
_NAMES = re.compile(r"[a-z]+[0-9]+(?:,[a-z]+[0-9]+)*")  # account1,account2


class TaskResult:
    """Collects the result of a task. Accounts are returned in the order of the task's options.

    Texts are kept unchanged; the caller that returns the result makes them printable.
    """

    def __init__(self) -> None:
        self.changed = False
        self.diffs: list[dict[str, str]] = []
        self.backups: list[str] = []
        self.failures: list[str] = []
        self.run = ""
        """The run's id in the change log; empty if the log has no entry."""
        self.numbered: dict[int, dict[str, t.Any]] = {}
        """The entries of the accounts, by their positions in the task's options."""
        self.unlisted: list[dict[str, t.Any]] = []
        """The entries of accounts that are not in the task's options."""

    @property
    def accounts(self) -> list[dict[str, t.Any]]:
        """The entries of all accounts in the order of the task's options, unlisted ones last."""
        return [*(entry for _number, entry in sorted(self.numbered.items())), *self.unlisted]

    @property
    def counts(self) -> str:
        """The number of accounts per status, in words."""
        counted = collections.Counter(account["status"] for account in self.accounts)
        return ", ".join(f"{number} {status}" for status, number in sorted(counted.items())) or "none"

    def as_result(self) -> dict[str, t.Any]:
        """The task's result except ``failed``."""
        return {
            "changed": self.changed,
            "accounts": self.accounts,
            "backup_files": self.backups,
            "diff": self.diffs,
            "msg": "; ".join(self.failures) or f"Accounts: {self.counts}.",
            **({"run": self.run} if self.run else {}),
        }

    def add_account(self, number: int, request: Request, user: str, status: str, **details: t.Any) -> None:
        """Add the entry of an account.

        Args:
            number: its position in the task's options.
            request: the requested account.
            user: the account's user.
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
        """Add the entry of an account that is not in the task's options; see ``add_account``."""
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
        """Add a diff of two texts, if they differ."""
        if before != after:
            self.diffs.append(diff_of(header, before, after))


def with_user(user: str, reason: str) -> str:
    """The reason of a failure with the user's name, unless the reason contains it."""
    named = not user or reason.startswith(f"user {user}: ")
    return reason if named else f"{user}: {reason}"


def diff_of(header: str, before: str, after: str) -> dict[str, str]:
    """The diff of two texts, as Ansible expects it."""
    return {"before_header": header, "after_header": header, "before": before, "after": after}


def of_all_clients(results: t.Mapping[str, TaskResult]) -> dict[str, t.Any]:
    """The result of a task that configures several clients, except ``failed``.

    Args:
        results: each client's result, by its title in messages. The account entries have the client's name in lower
            case, as in options.
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
    """What a finished step adds to its account's entry.

    Args:
        profile: the client's profile, for accounts whose view has none.
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
    """A setting's value; a long list of a client's own names is shortened in the middle.

    A list of all accounts changes once for each account: with 2,000 accounts, these texts alone would take 80 MB. Other
    texts are kept whole, because half of a password would not be recognised and hidden.
    """
    if not isinstance(value, str) or len(value) <= _LONGEST or _NAMES.fullmatch(value) is None:
        return value
    names = value.split(",")
    left_out = f"... {len(names) - _FIRST - _LAST} more ..."
    return ",".join([*names[:_FIRST], left_out, *names[-_LAST:]])
