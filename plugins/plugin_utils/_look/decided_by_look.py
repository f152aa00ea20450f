# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides from one look at a host in which clients nothing needs to change.

The module's engine also decides here, on what the look showed. If anything was not seen or differs, the module runs:
only the module changes anything and reports problems.
"""

from __future__ import annotations

import contextlib
import typing as t

from ...module_utils._ansible import client_choice, client_registry
from ...module_utils._ansible.arguments import Request, requests
from ...module_utils._ansible.result import TaskResult, of_all_clients
from ...module_utils._ansible.run_all import AllResults, configure_all
from ...module_utils._ansible.run_client import Task
from ...module_utils._ansible.users_of_host import UsersOfHost
from ...module_utils._clients.client import Client
from ...module_utils._clients.client_entry import ClientEntry, System
from ...module_utils._clients.seal import OPTION
from ...module_utils._linux.local_user import Target
from . import preloaded as _preloaded  # noqa: F401  # otherwise each host's process would import these
from .covered_paths import Patterns
from .errors import UnseenError
from .output import SeenHost, SeenUser, parsed
from .prepared import prepared
from .seen_host import SeenUserHost
from .snapshot import Snapshot
from .tasks_without_look import needs_module


class Look(t.NamedTuple):
    """The result of a look.

    Attributes:
        clients: the names of the clients that get the accounts.
        unchanged: the results of the clients in which nothing needs to change, by name.
        warnings: about these, without duplicates.
    """

    clients: t.Sequence[str]
    unchanged: t.Mapping[str, TaskResult]
    warnings: t.Sequence[str]

    @property
    def to_change(self) -> list[str]:
        """The names of the clients that the module must configure."""
        return [name for name in self.clients if name not in self.unchanged]

    def as_result(self, others: t.Mapping[str, TaskResult] | None = None) -> dict[str, t.Any]:
        """The task's result, including warnings.

        Args:
            others: the results of ``to_change``, by name.
        """
        found = {**self.unchanged, **(others or {})}
        results = {client_registry.CLIENTS[name].title: found[name] for name in self.clients}
        return _with_warnings({"clients": list(self.clients), **of_all_clients(results)}, self.warnings)


def look(
    params: t.Mapping[str, t.Any],
    run: t.Callable[[str], str],
    *,
    check_mode: bool,
    wanted: t.Sequence[Request] | None = None,
) -> Look | None:
    """The result of a look for all clients of a task; None if the module must run for all of them.

    Args:
        params: the task's options, valid and with defaults.
        run: runs a POSIX shell command line on the host and returns its output. Raises UnseenError.
        check_mode: as for the module.
        wanted: the ``requests`` of the options, if the caller has them.
    """
    accounts = requests(params) if wanted is None else wanted
    try:
        # All clients that may get the accounts; the same look shows which of them do.
        names, _is_fallback = client_choice.choose(params, System.LINUX, lambda: client_registry.names(System.LINUX))
        if needs_module(accounts, names, params):
            return None
        users = {request.account.user for request in accounts}
        patterns, command = prepared(tuple(names), has_key=params[OPTION] is not None)
        seen = parsed(run(command.line(users)), patterns)
    except UnseenError:
        return None
    installed = [name for name in client_registry.names() if name in seen.clients]
    chosen, is_fallback = client_choice.choose(params, System.LINUX, lambda: installed)
    warnings = dict.fromkeys([client_choice.NONE_INSTALLED] if is_fallback else ())
    found = {}
    for name in chosen:
        done = _unchanged({**params, "clients": [name]}, seen, patterns, accounts, check_mode=check_mode)
        if done is not None:
            (found[name],) = done.results.values()
            warnings.update(dict.fromkeys(done.warnings))
    return Look(chosen, found, list(warnings)) if found else None


def unchanged_in(
    client: str,
    params: t.Mapping[str, t.Any],
    wanted: t.Sequence[Request],
    run: t.Callable[[str], str],
    *,
    check_mode: bool,
) -> dict[str, t.Any] | None:
    """The result of a module for one client if nothing needs to change; None if the module must run.

    Args:
        client: the client's name.
        params: the module's options, valid and with defaults.
        wanted: their ``requests``.
        run: as above.
        check_mode: as above.
    """
    one: t.Mapping[str, t.Any] = {"clients": [client], "installed": True, OPTION: None, client: params}
    found = look({**params, **one}, run, check_mode=check_mode, wanted=wanted)
    if found is None:
        return None
    return _with_warnings(found.unchanged[client].as_result(), found.warnings)


def _with_warnings(result: dict[str, t.Any], warnings: t.Sequence[str]) -> dict[str, t.Any]:
    return {**result, **({"warnings": list(warnings)} if warnings else {})}


def _unchanged(
    options: t.Mapping[str, t.Any], seen: SeenHost, patterns: Patterns, wanted: t.Sequence[Request], *, check_mode: bool
) -> AllResults | None:
    """The results for the clients of the options; None if something needs to change or was not seen."""
    try:
        done = configure_all(
            options,
            lambda: seen.clients,
            _users(seen, patterns),
            lambda warn: Task(check_mode, options["when_running"], warn, _ignore, fatal=(UnseenError,)),
            wanted,
        )
    except UnseenError:
        return None
    return None if done.failed or done.changed else done


def _users(seen: SeenHost, patterns: Patterns) -> UsersOfHost:
    of_task = [found for found in seen.users.values() if found.user.uid == seen.uid]

    def target_of(request: Request) -> Target:
        name = request.account.user
        found = seen.users.get(name) if name is not None else of_task[0] if len(of_task) == 1 else None
        if found is None:
            raise UnseenError("a user")
        user = found.user
        return Target(user, user.home, request.profile)

    @contextlib.contextmanager
    def open_client(entry: ClientEntry, target: Target, options: t.Mapping[str, t.Any]) -> t.Iterator[Client[t.Any]]:
        found: SeenUser = seen.users[target.user.name]
        if entry.open is None:
            raise UnseenError(entry.name)
        profile = target.profile if entry.profiles else None
        files = Snapshot(patterns, found.files)
        yield entry.open(SeenUserHost(found, files, patterns.files.calls, options.get("seal")), profile, options)

    return UsersOfHost(target_of, open_client)


def _ignore(trace: str) -> None:
    """Drop the trace: an unexpected error is a failure, so the module runs and reports it."""
    del trace
