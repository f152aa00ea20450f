# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module that configures a client does: options in, one engine run a person, one answer out."""

from __future__ import annotations

import collections
import contextlib
import typing as t

from .._clients.engine import Client, Outcome, Status, Step, View, plan, reconcile
from .._host.files import Files
from .._model.account import Account
from .._model.errors import ClientRunningError, MailError
from . import local_user
from .arguments import Request, requests
from .files import LocalFiles
from .local_user import Place
from .module import MailModule


class ConfigurableClient(Client[t.Any], t.Protocol):
    """A client of the engine that can also tell what a person should know."""

    def running(self) -> bool:
        """Whether the person has the client open now."""

    def warnings(self, state: t.Any, account: Account) -> tuple[str, ...]:
        """What the person should know about an account beside what is done for it."""

    def particulars(self, state: t.Any, account: Account) -> t.Mapping[str, str]:
        """What the account's result says beside what all clients do; what became of a password given among it."""


# What modules that configure a client have in common beside the accounts.
CLIENT_OPTIONS: t.Mapping[str, t.Any] = {
    "when_running": {"type": "str", "choices": ["fail", "skip", "wait"], "default": "fail"},
    "wait_seconds": {"type": "int", "default": 60},
    "backup": {"type": "bool", "default": True},
}

OpenClient = t.Callable[[Files, Place, contextlib.ExitStack], ConfigurableClient]


class _Answer:
    """Collects what the module will say."""

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


def run(module: MailModule, open_client: OpenClient) -> t.NoReturn:
    """Configure the accounts of a task and end the module.

    A person whose client cannot be configured does not keep the others from theirs: the failure is told at the end.

    Args:
        module: with the options of ``arguments.argument_spec``, ``when_running`` among them.
        open_client: makes the client of one person; what it enters of the last argument is left when that person
            is done.
    """
    answer = _Answer()
    try:
        groups = _by_place(requests(module.params))
    except MailError as error:
        module.fail_json(msg=str(error))
    for place, group in groups.items():
        try:
            with local_user.acting_as(place.user), contextlib.ExitStack() as until:
                _configure(module, answer, open_client(LocalFiles(), place, until), place, group)
        except MailError as error:
            answer.failures.append(str(error))
            answer.accounts += [{**_entry(request, place, "failed"), "error": str(error)} for request in group]
    if answer.failures:
        module.fail_json(**answer.as_result())
    module.exit_json(**answer.as_result())


def _by_place(found: t.Sequence[Request]) -> dict[Place, list[Request]]:
    """The accounts of each person together, since they share files. Unknown users fail here, before any write."""
    groups: dict[Place, list[Request]] = {}
    for request in found:
        user = local_user.find(request.account.user)
        place = Place(user, request.home or user.home, request.profile)
        groups.setdefault(place, []).append(request)
    return groups


def _configure(
    module: MailModule, answer: _Answer, client: ConfigurableClient, place: Place, group: t.Sequence[Request]
) -> None:
    accounts = [request.account for request in group]
    for request in group:
        for warning in request.warnings:
            module.warn(warning)
    policy = module.params["when_running"]
    try:
        outcome = plan(client, accounts) if module.check_mode else reconcile(client, accounts)
    except ClientRunningError as error:
        if policy != "skip":
            raise
        module.warn(str(error))
        skipped = Status.SKIPPED.value
        answer.accounts += [{**_entry(request, place, skipped), "error": str(error)} for request in group]
        return
    if module.check_mode and outcome.changed and client.running():
        module.warn(f"{client.name} is open now: outside check mode, when_running={policy} would apply")
    warnings = [warning for account in accounts for warning in client.warnings(outcome.after, account)]
    for warning in dict.fromkeys(warnings):
        module.warn(warning)
    for request, step in zip(group, outcome.steps):
        particulars = client.particulars(outcome.after, request.account)
        answer.accounts.append({**_entry(request, place, step.status.value), **_done(client, step), **particulars})
    answer.changed = answer.changed or outcome.changed
    answer.backups += outcome.backups
    _add_diff(answer, client, outcome)


def _add_diff(answer: _Answer, client: ConfigurableClient, outcome: Outcome[t.Any]) -> None:
    if not outcome.changed:
        return
    with local_user.acting_as_ourselves():
        from .._clients.report import before_and_after
    before, after = before_and_after(outcome.steps)
    if before != after:
        header = f"{client.name} profile {client.profile}"
        answer.diffs.append({"before_header": header, "after_header": header, "before": before, "after": after})


def _entry(request: Request, place: Place, status: str) -> dict[str, t.Any]:
    return {
        "email": request.account.email,
        "protocol": request.account.protocol.value,
        "user": place.user.name,
        "status": status,
        "notices": list(request.notices),
    }


def _done(client: ConfigurableClient, step: Step[t.Any]) -> dict[str, t.Any]:
    """What a finished step adds to the entry of its account."""
    return {
        "profile": client.profile,
        "ids": dict(_ids(step)),
        "changes": [
            {"setting": change.key, "before": _plain(change.before), "after": _plain(change.after)}
            for change in step.changes
        ],
    }


def _ids(step: Step[t.Any]) -> t.Mapping[str, str]:
    view: View = step.before if step.after.account is None else step.after
    return view.ids


def _plain(value: t.Any) -> t.Any:
    """A value fit for JSON: bytes and broken UTF-8 are shown as far as they go."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return value
