# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes a run in the clients of this Linux host's users."""

from __future__ import annotations

import itertools
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._clients import change_log, change_log_reader, undo, when_running
from .._clients.change_log_reader import PastChange
from .._clients.client_entry import ClientEntry, System
from .._clients.evolution import undo as evolution
from .._clients.evolution.client_entry import EVOLUTION
from .._clients.thunderbird import undo as thunderbird
from .._clients.thunderbird.client_entry import THUNDERBIRD
from .._clients.undo import Rollback, Undo
from .._linux import local_user
from .._linux.files import LocalFiles
from .._linux.local_user import LocalUser, Target
from .._linux.mail_users import mail_users, require_home
from .._linux.programs import run_program
from .._model.errors import MailError
from .._model.printable import printable, printable_result
from . import client_registry, run_id_option, unexpected_error
from .desktop_hosts import desktop_hosts
from .linux_users import MakeHost, opened
from .rollback import OPTIONS, RollbackResult
from .run_client import Task

if t.TYPE_CHECKING:
    from .._clients.client import Client

UNDOS: t.Mapping[str, Undo] = {THUNDERBIRD.name: thunderbird.undone, EVOLUTION.name: evolution.undone}
_OWN = ("when_running", "wait_seconds", "lock_timeout", "backup")


class _Module(AnsibleModule):
    """AnsibleModule with an option that only the action sets."""

    run = ""

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[no-untyped-call]  # ansible-core is only partly typed
        self.run = str(self.params.pop(run_id_option.NAME, None) or "")


class Found(t.NamedTuple):
    """The log entries of a user's client.

    Attributes:
        entry: the client.
        target: the user, home and profile.
        changes: all entries of the log, oldest first.
    """

    entry: ClientEntry
    target: Target
    changes: t.Sequence[PastChange]


def run_module() -> t.NoReturn:
    """Run and end the module. A client that cannot be undone does not affect others."""
    module = _Module(argument_spec=dict(OPTIONS), supports_check_mode=True)  # type: ignore[no-untyped-call]
    traces: list[str] = []
    warnings: dict[str, None] = {}
    task = Task(module.check_mode, module.params["when_running"], warnings.setdefault, traces.append)
    params = {**module.params, run_id_option.NAME: module.run or change_log.new_run_id()}
    try:
        result = roll_back(params, desktop_hosts(run_program), task)
    except MailError as error:
        module.fail_json(msg=printable(str(error)))
    for warning in warnings:
        module.warn(printable(warning))
    returned = printable_result({**result.as_result(), **unexpected_error.in_result(traces, module._verbosity)})
    if result.failed:
        module.fail_json(**returned)
    module.exit_json(**returned)


def roll_back(params: t.Mapping[str, t.Any], make_host: MakeHost, task: Task) -> RollbackResult:
    """Undo a run.

    Args:
        params: values for ``rollback.OPTIONS``, and ``run_id_option.NAME``.
        make_host: makes the users' parts of the host.
        task: how the task runs.

    Raises:
        MailError: there is no such user.
    """
    entries = [client_registry.CLIENTS[name] for name in client_registry.chosen(System.LINUX, params["clients"])]
    result = RollbackResult()
    found = [
        one
        for target in _targets(params)
        for entry in entries
        for one in [_found(entry, target, result, task)]
        if one is not None and one.changes
    ]
    run = result.choose(params["run"], [change for one in found for change in one.changes], params["accounts"])
    own = change_log_reader.rollback_id(params[run_id_option.NAME], run)
    params = {**params, run_id_option.NAME: own}
    for one in found:
        user = one.target.user.name
        for _place, changes in _by_place(result.changes(one.entry.name, user, one.changes)):
            result.add(one.entry.name, user, _undoing(one, changes, params, make_host, task.check_mode), task)
    return result


def _undoing(
    one: Found, changes: t.Sequence[PastChange], params: t.Mapping[str, t.Any], make_host: MakeHost, check_mode: bool
) -> t.Callable[[t.Callable[[], None]], tuple[Client[t.Any], Rollback[t.Any]]]:
    def undoing(begin: t.Callable[[], None]) -> tuple[Client[t.Any], Rollback[t.Any]]:
        first = changes[0]
        target = one.target._replace(profile=first.profile if one.entry.profiles else None)
        with opened(one.entry, target, _options(one.entry, first, params), make_host) as client:
            done = undo.roll_back(
                client,
                lambda: undo.plan(client, changes, UNDOS[one.entry.name], params["accounts"], force=params["force"]),
                first.run,
                check_mode=check_mode,
                begin=begin,
            )
            return client, done

    return undoing


def _options(entry: ClientEntry, change: PastChange, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options with which the client was opened in that run. A logged value counts only if it is a valid choice."""
    own = entry.defaults()
    for name, option in entry.options.items():
        if change.options.get(name) in option["choices"]:
            own[name] = change.options[name]
    options = {**{name: params[name] for name in _OWN}, **own, run_id_option.NAME: params[run_id_option.NAME]}
    return {**options, "wait_seconds": when_running.seconds_to_wait(params)}


def _by_place(changes: t.Iterable[PastChange]) -> t.Iterator[tuple[t.Any, list[PastChange]]]:
    """The entries grouped by profile and options, each group in order."""

    def place(change: PastChange) -> tuple[str, list[tuple[str, str]]]:
        return change.profile, sorted(change.options.items())

    for found, group in itertools.groupby(sorted(changes, key=place), place):
        yield found, list(group)


def _found(entry: ClientEntry, target: Target, result: RollbackResult, task: Task) -> Found | None:
    try:
        with local_user.acting_as(target.user):
            path = change_log.path_of(target.home, entry.name)
            content = LocalFiles().read(path) or b""
        found = change_log_reader.parsed(content)
        damage = change_log_reader.about_damage(content, found)
        if damage:
            task.warn(f"{path}: {damage}")
        return Found(entry, target, found)
    except MailError as error:
        result.add_failure(entry.name, target.user.name, str(error))
        return None


def _targets(params: t.Mapping[str, t.Any]) -> list[Target]:
    names, home = params["users"], params["home"]
    if home is not None:
        require_home(home)
    users: list[LocalUser]
    if names is not None:
        users = [local_user.find(name) for name in names]
    else:
        users = [local_user.owner(home)] if home is not None else mail_users()
    return [Target(user, home or user.home, None) for user in users]
