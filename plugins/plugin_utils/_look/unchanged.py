# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a task whose host needs no change, from one look at it.

The engine that the module runs decides here, too, on what the look saw. Whatever it did not see, and whatever differs,
is the module's: it alone changes anything, and it alone reports what is wrong.
"""

from __future__ import annotations

import contextlib
import typing as t

from ...module_utils._ansible import client_choice, client_registry
from ...module_utils._ansible.arguments import Request, requests
from ...module_utils._ansible.run_all import AllResults, configure_all
from ...module_utils._ansible.run_client import Task
from ...module_utils._ansible.users_of_host import UsersOfHost
from ...module_utils._clients.client_entry import ClientEntry, System
from ...module_utils._clients.engine import Client
from ...module_utils._clients.evolution import files_to_read as of_evolution
from ...module_utils._clients.files_to_read import FilesToRead
from ...module_utils._clients.seal import OPTION
from ...module_utils._clients.thunderbird import files_to_read as of_thunderbird
from ...module_utils._linux.local_user import Target
from . import preloaded as _preloaded  # noqa: F401  # each host's process would import what is missing here
from .command import command
from .errors import UnseenError
from .needs_module import needs_module
from .output import SeenHost, SeenUser, parsed
from .patterns import Patterns
from .seen_host import SeenUserHost
from .snapshot import Snapshot

FILES: t.Mapping[str, FilesToRead] = {"thunderbird": of_thunderbird.FILES, "evolution": of_evolution.FILES}
"""What each client needs, by its name."""


def unchanged(
    params: t.Mapping[str, t.Any],
    run: t.Callable[[str], str],
    *,
    check_mode: bool,
    wanted: t.Sequence[Request] | None = None,
) -> dict[str, t.Any] | None:
    """The result of a task for all clients, with its warnings, if nothing is to be done; None if the module must run.

    Args:
        params: the options of the task, valid and with defaults, as ``plain_values`` makes them.
        run: runs a line of a POSIX shell on the host, and returns what it prints. Raises UnseenError.
        check_mode: as for the module.
        wanted: the ``requests`` of the options, where the caller has them.
    """
    done = _settled(params, requests(params) if wanted is None else wanted, run, check_mode=check_mode)
    return None if done is None else _with_warnings(done.as_result(), done)


def unchanged_in(
    client: str, params: t.Mapping[str, t.Any], run: t.Callable[[str], str], *, check_mode: bool
) -> dict[str, t.Any] | None:
    """The same for the task of one client's module.

    Args:
        client: its name.
        params: the options of that module, valid and with defaults, as ``plain_values`` makes them.
        run: as above.
        check_mode: as above.
    """
    one: t.Mapping[str, t.Any] = {"clients": [client], "installed": True, OPTION: None, client: params}
    done = _settled({**params, **one}, requests(params), run, check_mode=check_mode)
    if done is None:
        return None
    (result,) = done.results.values()
    return _with_warnings(result.as_result(), done)


def _settled(
    options: t.Mapping[str, t.Any], wanted: t.Sequence[Request], run: t.Callable[[str], str], *, check_mode: bool
) -> AllResults | None:
    try:
        names, patterns = _patterns(options)
        if needs_module(wanted, names, options):
            return None
        users = {request.account.user for request in wanted}
        seen = parsed(run(command(patterns, users, client_registry.programs())), patterns)
        done = configure_all(
            options,
            lambda: [name for name in client_registry.names() if name in seen.clients],
            _users(seen, patterns),
            lambda warn: Task(check_mode, options["when_running"], warn, _ignore, fatal=(UnseenError,)),
            wanted,
        )
    except UnseenError:
        return None
    return None if done.failed or done.changed else done


def _with_warnings(result: dict[str, t.Any], done: AllResults) -> dict[str, t.Any]:
    return {**result, **({"warnings": list(done.warnings)} if done.warnings else {})}


def _patterns(options: t.Mapping[str, t.Any]) -> tuple[t.Sequence[str], Patterns]:
    """The clients that may get the accounts, and what they need: which of them do, the same look tells."""
    names, _is_fallback = client_choice.choose(options, System.LINUX, lambda: client_registry.names(System.LINUX))
    files = FilesToRead()
    for name in names:
        if name not in FILES:
            raise UnseenError(name)
        files = files.joined(FILES[name])
    return names, Patterns(files, has_key=options[OPTION] is not None)


def _users(seen: SeenHost, patterns: Patterns) -> UsersOfHost:
    of_task = [found for found in seen.users.values() if found.user.uid == seen.uid]

    def target_of(request: Request) -> Target:
        name = request.account.user
        candidates = of_task if name is None else [found for found in seen.users.values() if found.user.name == name]
        if len(candidates) != 1:
            raise UnseenError("a user")
        user = candidates[0].user
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
