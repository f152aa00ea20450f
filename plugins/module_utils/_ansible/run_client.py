# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module that configures a client does: options in, one engine run a person, one answer out."""

from __future__ import annotations

import contextlib
import typing as t

from .._clients.engine import Client, Outcome, Status, plan, reconcile
from .._host.files import Files
from .._linux import local_user
from .._linux.files import LocalFiles
from .._linux.local_user import Target
from .._model.account import Account
from .._model.errors import ClientRunningError, MailError
from .arguments import Request, requests
from .module import MailModule
from .result import TaskResult, done, entry


class ConfigurableClient(Client[t.Any], t.Protocol):
    """A client of the engine that can also tell what a person should know."""

    def running(self) -> bool:
        """Whether the person has the client open now."""

    def warnings(self, state: t.Any, account: Account) -> tuple[str, ...]:
        """What the person should know about an account beside what is done for it."""

    def result_details(self, state: t.Any, account: Account) -> t.Mapping[str, str]:
        """What the account's result says beside what all clients do; what became of a password given among it."""


# What modules that configure a client have in common beside the accounts.
CLIENT_OPTIONS: t.Mapping[str, t.Any] = {
    "when_running": {"type": "str", "choices": ["fail", "skip", "wait"], "default": "fail"},
    "wait_seconds": {"type": "int", "default": 60},
    "backup": {"type": "bool", "default": True},
}

OpenClient = t.Callable[[Files, Target, contextlib.ExitStack], ConfigurableClient]


def run(module: MailModule, open_client: OpenClient) -> t.NoReturn:
    """Configure the accounts of a task and end the module.

    A person whose client cannot be configured does not keep the others from theirs: the failure is told at the end.

    Args:
        module: with the options of ``arguments.argument_spec``, ``when_running`` among them.
        open_client: makes the client of one person; what it enters of the last argument is left when that person
            is done.
    """
    answer = TaskResult()
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
            answer.accounts += [{**entry(request, place.user.name, "failed"), "error": str(error)} for request in group]
    if answer.failures:
        module.fail_json(**answer.as_result())
    module.exit_json(**answer.as_result())


def _by_place(found: t.Sequence[Request]) -> dict[Target, list[Request]]:
    """The accounts of each person together, since they share files. Unknown users fail here, before any write."""
    groups: dict[Target, list[Request]] = {}
    for request in found:
        user = local_user.find(request.account.user)
        place = Target(user, request.home or user.home, request.profile)
        groups.setdefault(place, []).append(request)
    return groups


def _configure(
    module: MailModule, answer: TaskResult, client: ConfigurableClient, place: Target, group: t.Sequence[Request]
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
        answer.accounts += [{**entry(request, place.user.name, skipped), "error": str(error)} for request in group]
        return
    if module.check_mode and outcome.changed and client.running():
        module.warn(f"{client.name} is open now: outside check mode, when_running={policy} would apply")
    warnings = [warning for account in accounts for warning in client.warnings(outcome.after, account)]
    for warning in dict.fromkeys(warnings):
        module.warn(warning)
    for request, step in zip(group, outcome.steps):
        result_details = client.result_details(outcome.after, request.account)
        told = entry(request, place.user.name, step.status.value)
        answer.accounts.append({**told, **done(client.profile, step), **result_details})
    answer.add_outcome(outcome)
    _add_diff(answer, client, outcome)


def _add_diff(answer: TaskResult, client: ConfigurableClient, outcome: Outcome[t.Any]) -> None:
    if not outcome.changed:
        return
    with local_user.acting_as_ourselves():
        from .._clients.diff import before_and_after
    answer.add_diff(f"{client.name} profile {client.profile}", *before_and_after(outcome.steps))
