# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which clients of a host nothing is to be done, from one look at it.

The engine that the module runs decides here, too, on what the look saw. Whatever it did not see, and whatever differs,
is the module's: it alone changes anything, and it alone reports what is wrong.
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
from . import preloaded as _preloaded  # noqa: F401  # each host's process would import what is missing here
from .covered_paths import Patterns
from .errors import UnseenError
from .needs_module import needs_module
from .output import SeenHost, SeenUser, parsed
from .prepared import prepared
from .seen_host import SeenUserHost
from .snapshot import Snapshot


class Look(t.NamedTuple):
    """What one look showed.

    Attributes:
        clients: the names of those that get the accounts.
        unchanged: the results of those in which nothing is to be done, by name.
        warnings: about these, each once.
    """

    clients: t.Sequence[str]
    unchanged: t.Mapping[str, TaskResult]
    warnings: t.Sequence[str]

    @property
    def to_change(self) -> list[str]:
        """The names of the clients whose accounts are the module's."""
        return [name for name in self.clients if name not in self.unchanged]

    def as_result(self, others: t.Mapping[str, TaskResult] | None = None) -> dict[str, t.Any]:
        """What the task returns, warnings included.

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
    """What a look tells of a task for all clients; None if the module must run for all of them.

    Args:
        params: the options of the task, valid and with defaults.
        run: runs a line of a POSIX shell on the host, and returns what it prints. Raises UnseenError.
        check_mode: as for the module.
        wanted: the ``requests`` of the options, where the caller has them.
    """
    accounts = requests(params) if wanted is None else wanted
    try:
        # The clients that may get the accounts: which of them do, the same look tells.
        names, _ = client_choice.choose(params, System.LINUX, lambda: client_registry.names(System.LINUX))
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
    client: str, params: t.Mapping[str, t.Any], run: t.Callable[[str], str], *, check_mode: bool
) -> dict[str, t.Any] | None:
    """The result of the task of one client's module if nothing is to be done; None if the module must run.

    Args:
        client: its name.
        params: the options of that module, valid and with defaults.
        run: as above.
        check_mode: as above.
    """
    one: t.Mapping[str, t.Any] = {"clients": [client], "installed": True, OPTION: None, client: params}
    found = look({**params, **one}, run, check_mode=check_mode)
    if found is None:
        return None
    return _with_warnings(found.unchanged[client].as_result(), found.warnings)


def _with_warnings(result: dict[str, t.Any], warnings: t.Sequence[str]) -> dict[str, t.Any]:
    return {**result, **({"warnings": list(warnings)} if warnings else {})}


def _unchanged(
    options: t.Mapping[str, t.Any], seen: SeenHost, patterns: Patterns, wanted: t.Sequence[Request], *, check_mode: bool
) -> AllResults | None:
    """What is returned for the clients of the options; None if something is to be done, or was not seen."""
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
    """An unexpected error is a failure, so that the module runs: it reports the trace."""
    del trace
