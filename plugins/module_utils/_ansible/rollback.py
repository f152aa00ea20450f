# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes a run in users' clients: the options and the result, for the module and the action."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients import when_running
from .._clients.change_log_reader import LAST, NONE, PastChange, last_run, runs
from .._clients.diff import before_and_after
from .._clients.engine import Status, Step
from .._clients.undo import LeftSetting, Rollback, merged
from .._model.account import State
from .._model.errors import ClientRunningError, MailError
from . import exclusive, unexpected_error
from .client_registry import CLIENTS
from .result import diff_of, with_user
from .run_client import CLIENT_OPTIONS, Task

if t.TYPE_CHECKING:
    from .._clients.client import Client

OPTIONS: t.Mapping[str, t.Any] = {
    "run": {"type": "str", "default": LAST},
    "users": {"type": "list", "elements": "str"},
    "home": {"type": "path"},
    "clients": {"type": "list", "elements": "str", "choices": list(CLIENTS)},
    "accounts": {"type": "list", "elements": "str", "default": []},
    "force": {"type": "bool", "default": False},
    **{name: option for name, option in CLIENT_OPTIONS.items() if name not in exclusive.OPTION},
}
NOTHING, UNDONE, SKIPPED, FAILED = "nothing", "undone", "skipped", "failed"
_ACCOUNT_STATUS = {Status.CREATED: "restored", Status.REMOVED: "removed", Status.UPDATED: "undone"}


class RollbackResult:
    """Collects the result of a task.

    Attributes:
        run: the run that is undone; empty for none.
    """

    def __init__(self) -> None:
        self.run = ""
        self._emails: t.Sequence[str] = ()
        self._rollback = ""
        self._past: list[PastChange] = []
        self._clients: list[dict[str, t.Any]] = []
        self._diffs: list[dict[str, str]] = []
        self._backups: list[str] = []
        self._failures: list[str] = []
        self._changed = False

    def choose(self, wanted: str, past: t.Iterable[PastChange], emails: t.Sequence[str]) -> str:
        """Choose the run to undo.

        Args:
            wanted: the option ``run``.
            past: all entries of the logs.
            emails: the option ``accounts``.
        """
        self._past = list(past)
        self._emails = emails
        self.run = {LAST: last_run(self._past), NONE: ""}.get(wanted, wanted)
        return self.run

    @property
    def failed(self) -> bool:
        """Whether a client could not be undone."""
        return bool(self._failures)

    def as_result(self) -> dict[str, t.Any]:
        """The task's result except ``failed`` and the warnings."""
        return {
            "changed": self._changed,
            "run": self.run,
            "rollback": self._rollback,
            "last": last_run(self._past),
            "runs": runs(self._past),
            "clients": self._clients,
            "backup_files": self._backups,
            "diff": self._diffs,
            "msg": "; ".join(self._failures) or self._message(),
        }

    def changes(self, client: str, user: str, past: t.Iterable[PastChange]) -> list[PastChange]:
        """The run's changes to a user's client that this version can undo.

        Args:
            client: the client's name.
            user: the user's name.
            past: all entries of the log.
        """
        found = [change for change in past if change.run == self.run]
        if not any(change.newer for change in found):
            return found
        reason = f"run {self.run} was recorded by a newer version of charter.mail, so it is not undone"
        self.add_failure(client, user, f"{reason}. Update the collection.")
        return []

    def add(
        self,
        client: str,
        user: str,
        undo: t.Callable[[t.Callable[[], None]], tuple[Client[t.Any], Rollback[t.Any]]],
        task: Task,
    ) -> None:
        """Undo the run in a user's client. A failure does not affect other users.

        Args:
            client: the client's name.
            user: the user's name.
            undo: undoes it, and calls its argument before it changes anything; raises MailError.
            task: how the task runs.
        """
        progress: list[bool] = []
        try:
            opened, done = undo(lambda: progress.append(True))
            self._add_done(client, user, opened, done, task)
        except ClientRunningError as error:
            if when_running.skips(task.when_running):
                task.warn(str(error))
                self._add_entry(client, user, SKIPPED, error=str(error))
            else:
                self.add_failure(client, user, str(error))
        except MailError as error:
            self.add_failure(client, user, str(error), changed=error.changed)
        except task.fatal:
            raise
        except Exception as error:  # noqa: BLE001 # it must not affect other users
            task.trace(f"{user}: {unexpected_error.trace(error)}")
            self.add_failure(
                client, user, unexpected_error.sentence(error, writing=bool(progress)), changed=bool(progress)
            )

    def add_failure(self, client: str, user: str, reason: str, *, changed: bool = False) -> None:
        """Add a user whose client cannot be undone."""
        self._failures.append(with_user(user, reason))
        self._changed = self._changed or changed
        self._add_entry(client, user, FAILED, error=reason)

    def _add_done(self, client: str, user: str, opened: Client[t.Any], done: Rollback[t.Any], task: Task) -> None:
        outcome = done.outcome
        if task.check_mode and outcome.changed and opened.running():
            task.warn(when_running.in_check_mode(opened.name, task.when_running))
        self._changed = self._changed or outcome.changed
        self._backups += outcome.backups
        log = opened.log
        if log is not None:
            self._rollback = log.run if log.written else self._rollback
            for warning in log.warnings:
                task.warn(f"{user}: {warning}")
        changed = merged(outcome.steps)[::-1]  # in the order of the run
        self._add_entry(
            client,
            user,
            UNDONE if changed else NOTHING,
            profile=opened.profile,
            accounts=[_account(step, opened, outcome.after) for step in changed],
            changes=[
                {"setting": one.key, "before": one.before, "after": one.after}
                for step in changed
                for one in step.changes
            ],
            left=[one._asdict() for one in done.left],
            notices=[*map(_about_left, done.left), *done.notices],
        )
        texts = before_and_after(changed)
        if texts[0] != texts[1]:
            self._diffs.append(diff_of(opened.title, *texts))
        self._diffs += [diff_of(*diff) for diff in opened.file_diffs(outcome.before, outcome.after)] if changed else []

    def _add_entry(self, client: str, user: str, status: str, **details: t.Any) -> None:
        empty: dict[str, t.Any] = {"profile": "", "accounts": [], "changes": [], "left": [], "notices": [], "error": ""}
        self._clients.append({"client": client, "user": user, "status": status, **empty, **details})

    def _message(self) -> str:
        if not self.run:
            names = ", ".join(one["run"] for one in runs(self._past))
            return f"Runs in the log of changes: {names or 'none'}."
        notices = [f"{one['user']}: {notice}" for one in self._clients for notice in one["notices"]]
        undone = [one for one in self._clients if one["status"] == UNDONE]
        names = ", ".join(name for one in undone for name in _named(one["accounts"]))
        if undone:
            first = f"Run {self.run} is undone: {names}." if names else f"Run {self.run} is undone."
        elif self._clients and not self._has_emails():
            first = f"Run {self.run} changed no account with the address {' or '.join(self._emails)}."
        elif self._clients:
            first = f"Run {self.run} has nothing more to undo."
        else:
            first = f"Run {self.run} is not in the log of changes of these users."
        return " ".join([first, *notices])

    def _has_emails(self) -> bool:
        """Whether the run changed one of the accounts to undo."""
        found = [change.only(self._emails) for change in self._past if change.run == self.run]
        return not self._emails or any(change.accounts for change in found)


def _account(step: Step[t.Any], opened: Client[t.Any], after: t.Any) -> dict[str, str]:
    state = State.ABSENT if step.after.account is None else State.PRESENT
    details = opened.result_details(after, dataclasses.replace(step.account, state=state))
    return {
        "email": step.account.email,
        "protocol": step.account.protocol.value,
        "status": _ACCOUNT_STATUS.get(step.status, "undone"),
        **{name: value for name, value in details.items() if name == "outlook_status"},
    }


def _named(accounts: t.Sequence[t.Mapping[str, str]]) -> t.Iterator[str]:
    """The accounts and what was done; with the protocol if an address has both."""
    emails = [account["email"].lower() for account in accounts]
    for account in accounts:
        protocol = f" ({account['protocol']})" if emails.count(account["email"].lower()) > 1 else ""
        yield f"{account['email']}{protocol} {account['status']}"


def _about_left(left: LeftSetting) -> str:
    return f"{left.setting} was changed after the run, so it is kept."
