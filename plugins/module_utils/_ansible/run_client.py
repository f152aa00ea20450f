# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures a client, in a module or in an action: one engine run per user, one result."""

from __future__ import annotations

import typing as t

from .._clients import when_running
from .._clients.engine import Outcome, Status, Step, TextDiff, Unlisted, preview, reconcile
from .._model.account import Account
from .._model.errors import ClientRunningError, MailError
from . import exclusive
from .arguments import Request
from .result import TaskResult, step_details, with_user

# Options of all modules that configure clients, in addition to the accounts.
CLIENT_OPTIONS: t.Mapping[str, t.Any] = {
    **when_running.OPTIONS,
    "lock_timeout": {"type": "int", "default": 30},
    "backup": {"type": "bool", "default": True},
    **exclusive.OPTION,
}

if t.TYPE_CHECKING:
    from .._clients.change_log import ChangeLog
    from .._clients.client import Client

K = t.TypeVar("K")
NumberedRequests = t.Sequence[t.Tuple[int, Request]]


class UserAccounts(t.NamedTuple):
    """The accounts in one user's client, which share files.

    Attributes:
        user: the user's name.
        requests: each account with its position in the task's options, from 0.
        open: opens the client, with the user's rights until the context is left.
        unlisted: see ``exclusive.unlisted``.
    """

    user: str
    requests: NumberedRequests
    open: t.Callable[[], t.ContextManager[Client[t.Any]]]
    unlisted: Unlisted[t.Any] | None = None


class Task(t.NamedTuple):
    """How the task runs.

    Attributes:
        check_mode: change nothing.
        when_running: what to do if a client is open: one of the option's choices.
        warn: shows a warning.
        trace: shows the trace of an unexpected error if requested.
        fatal: errors that end the task for all users, such as a lost connection to the host.
    """

    check_mode: bool
    when_running: str
    warn: t.Callable[[str], None]
    trace: t.Callable[[str], None]
    fatal: tuple[type[Exception], ...] = ()


class UnknownUser(t.NamedTuple):
    """A user who does not exist on the host, or whose client cannot be determined.

    Attributes:
        user: the name given by the administrator; empty if none.
        reason: the reason and the remedy, as sentences.
    """

    user: str
    reason: str

    def open(self) -> t.ContextManager[Client[t.Any]]:
        """See ``UserAccounts``; raises the reason."""
        raise MailError(self.reason)


def grouped(
    requests: t.Iterable[Request], key: t.Callable[[Request], K]
) -> tuple[t.Mapping[K, NumberedRequests], list[UserAccounts]]:
    """Group accounts by key, each with its position in the task's options.

    Args:
        requests: the accounts.
        key: returns the key, such as the account's user. Raises MailError.

        Returns:
            The accounts by key, and those without one.
    """
    groups: dict[K, list[tuple[int, Request]]] = {}
    unknown: dict[UnknownUser, list[tuple[int, Request]]] = {}
    for number, request in enumerate(requests):
        try:
            groups.setdefault(key(request), []).append((number, request))
        except MailError as error:
            user = UnknownUser(request.account.user or "", str(error))
            unknown.setdefault(user, []).append((number, request))
    return groups, [UserAccounts(user.user, found, user.open) for user, found in unknown.items()]


def configure(users: t.Iterable[UserAccounts], task: Task) -> TaskResult:
    """Configure the accounts of a task. A failure does not affect other users."""
    result = TaskResult()
    for user in users:
        progress = _Progress()
        try:
            with user.open() as client:
                changed = _configure_user(client, user, task, result, progress)
            if changed is not None:
                _add_diffs(result, changed)
        except MailError as error:
            _add_failure(result, user, str(error), changed=error.changed or progress.written)
        except task.fatal:
            raise
        except Exception as error:  # noqa: BLE001 # it must not affect other users
            from . import unexpected_error  # imported late: rarely needed

            task.trace(f"{user.user}: {unexpected_error.trace(error)}")
            _add_failure(result, user, unexpected_error.sentence(error, writing=progress.began), changed=progress.began)
    return result


class _Progress:
    """The progress of one user's run.

    Attributes:
        began: something may have been changed.
        written: something was changed.
    """

    def __init__(self) -> None:
        self.began = False
        self.written = False

    def begin(self) -> None:
        self.began = True


class _Changed(t.NamedTuple):
    """What changed in a client, for diffs."""

    title: str
    steps: tuple[Step[t.Any], ...]
    file_diffs: tuple[TextDiff, ...]


def _configure_user(
    client: Client[t.Any], user: UserAccounts, task: Task, result: TaskResult, progress: _Progress
) -> _Changed | None:
    accounts = [request.account for _number, request in user.requests]
    for _number, request in user.requests:
        for warning in request.warnings:
            task.warn(warning)
    try:
        outcome = _outcome(client, accounts, user, task, progress)
    except ClientRunningError as error:
        if not when_running.skips(task.when_running):
            raise
        task.warn(str(error))
        _add_all(result, user, Status.SKIPPED, str(error))
        return None
    progress.written = progress.began and outcome.changed
    if client.log is not None:
        _add_log(client.log, user, task, result)
    if task.check_mode and outcome.changed and client.running():
        task.warn(when_running.in_check_mode(client.name, task.when_running))
    if outcome.interrupted:
        task.warn(
            f"{user.user}, {client.title}: an earlier run was interrupted; its changes are completed or undone now"
            f"{', outside check mode' if task.check_mode else ''}"
        )
    sealing = () if task.check_mode or outcome.changed else client.renew_seal(outcome.after)
    warnings = [warning for account in accounts for warning in client.warnings(outcome.after, account)]
    for warning in dict.fromkeys((*sealing, *warnings)):
        task.warn(warning)
    _add_outcome(client, user, outcome, result)
    _add_unlisted(client, user, outcome, task, result)
    if not outcome.changed:
        return None
    return _Changed(client.title, outcome.steps, client.file_diffs(outcome.before, outcome.after))


def _outcome(
    client: Client[t.Any], accounts: t.Sequence[Account], user: UserAccounts, task: Task, progress: _Progress
) -> Outcome[t.Any]:
    if task.check_mode:
        return preview(client, accounts, user.unlisted)
    return reconcile(client, accounts, progress.begin, user.unlisted)


def _add_log(log: ChangeLog, user: UserAccounts, task: Task, result: TaskResult) -> None:
    result.run = log.run if log.written else result.run
    for warning in log.warnings:
        task.warn(f"{user.user}: {warning}")


def _add_outcome(client: Client[t.Any], user: UserAccounts, outcome: Outcome[t.Any], result: TaskResult) -> None:
    result.changed = result.changed or outcome.changed
    result.backups += outcome.backups
    profile = client.profile
    for (number, request), step in zip(user.requests, outcome.steps):
        details = {**step_details(profile, step), **client.result_details(outcome.after, request.account)}
        status = step.status
        obstacle = client.obstacle(outcome.after, request.account)
        if obstacle is not None and (obstacle.status is Status.FAILED or not step.changes):
            status = obstacle.status
        if obstacle is not None and status is obstacle.status:
            details["error"] = obstacle.reason
            if status is Status.FAILED:
                result.failures.append(f"{user.user}: {request.account}: {obstacle.reason}")
        result.add_account(number, request, user.user, status.value, **details)


def _add_unlisted(
    client: Client[t.Any], user: UserAccounts, outcome: Outcome[t.Any], task: Task, result: TaskResult
) -> None:
    """Report the unlisted accounts: each was removed, or the client cannot remove it."""
    for step in outcome.steps[len(user.requests) :]:
        account = step.account
        obstacle = client.obstacle(outcome.after, account)
        if obstacle is not None:
            task.warn(f"{account} is not listed. {obstacle.reason}")
        details = {**step_details(client.profile, step), **client.result_details(outcome.after, account)}
        if step.changes:
            result.add_unlisted(account, user.user, Status.REMOVED.value, **details)
        elif obstacle is not None:
            result.add_unlisted(account, user.user, Status.SKIPPED.value, **details, error=obstacle.reason)


def _add_diffs(result: TaskResult, changed: _Changed) -> None:
    from .._clients.diff import before_and_after  # imported late: most runs change nothing

    result.add_diff(changed.title, *before_and_after(changed.steps))
    for diff in changed.file_diffs:
        result.add_diff(*diff)


def _add_failure(result: TaskResult, user: UserAccounts, reason: str, *, changed: bool) -> None:
    result.failures.append(with_user(user.user, reason))
    result.changed = result.changed or changed
    _add_all(result, user, Status.FAILED, reason)


def _add_all(result: TaskResult, user: UserAccounts, status: Status, error: str) -> None:
    for number, request in user.requests:
        result.add_account(number, request, user.user, status.value, error=error)
