# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module does that configures a client of this Linux host."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from .._clients.entry import ClientEntry
from .._host.files import Files
from .._linux import local_user
from .._linux.files import LocalFiles
from .._linux.local_user import Target
from .._linux.user_host import LocalUserHost
from .._model.account import State
from .._model.errors import MailError
from .arguments import Request, requests
from .module import MailModule
from .run_client import CLIENT_OPTIONS, Task, UserAccounts, configure, grouped

if t.TYPE_CHECKING:
    from .._clients.engine import Client
    from .._host.user_host import UserHost

MakeHost = t.Callable[[Target, contextlib.ExitStack, Files], "UserHost"]


def run_module(entry: ClientEntry, host_maker: t.Callable[[MailModule], MakeHost] | None = None) -> t.NoReturn:
    """Run the module of a client, and end it.

    Args:
        entry: the client.
        host_maker: how the module makes the hosts of its users; None for ``LocalUserHost``.
    """
    module = MailModule(**CLIENT_OPTIONS, **entry.options)
    make_host = LocalUserHost if host_maker is None else host_maker(module)
    try:
        users = users_of(entry, module.options, module.options, make_host, module.warn)
    except MailError as error:
        module.fail_json(msg=str(error))
    traces: list[str] = []
    task = Task(module.check_mode, module.options["when_running"], module.warn, traces.append)
    result = configure(users, task)
    if result.failures:
        module.fail_json(**result.as_result(), **module.traced(traces))
    module.exit_json(**result.as_result())


def users_of(
    entry: ClientEntry,
    params: t.Mapping[str, t.Any],
    own: t.Mapping[str, t.Any],
    make_host: MakeHost,
    warn: t.Callable[[str], t.Any],
) -> list[UserAccounts]:
    """The accounts of a task by the users of this host whose client gets them. Nothing is opened yet.

    Args:
        entry: the client.
        params: the options of the accounts and ``CLIENT_OPTIONS``.
        own: the client's own options.
        make_host: makes the hosts of the users.
        warn: shows a warning.

    Raises:
        MailError: an option is invalid.
    """
    options = {**params, **own, "wait_seconds": 0}
    if params["when_running"] == "wait":
        options["wait_seconds"] = params["wait_seconds"]

    def opener(target: Target) -> t.Callable[[], t.ContextManager[Client[t.Any]]]:
        return lambda: opened(entry, target, options, make_host)

    find = functools.lru_cache(maxsize=None)(_target)  # many accounts of one user: the host is asked once
    wanted = requests(params, profiles=entry.profiles)
    groups, unknown = grouped(wanted, lambda request: find(request.account.user, request.home, request.profile))
    for target, group in groups.items():
        for _number, request in group:
            if _is_roots_by_omission(target, request):
                warn(f"{request.account}: no user is named, so it is root's own account. Name the local user in user.")
    known = [UserAccounts(target.user.name, group, opener(target)) for target, group in groups.items()]
    return [*known, *unknown]


def _is_roots_by_omission(target: Target, request: Request) -> bool:
    """Whether an account becomes root's only because the task runs as root and its entry names nobody."""
    unnamed = request.account.user is None and request.home is None
    return unnamed and target.user.uid == 0 and request.account.state is State.PRESENT


def target_of(request: Request) -> Target:
    """Whose client an account is for.

    Raises:
        HostError: this host does not know the user, or the owner of the home directory cannot be determined.
    """
    return _target(request.account.user, request.home, request.profile)


def _target(name: str | None, home: str | None, profile: str | None) -> Target:
    user = local_user.owner(home) if name is None and home is not None else local_user.find(name)
    return Target(user, home or user.home, profile)


@contextlib.contextmanager
def opened(
    entry: ClientEntry, target: Target, options: t.Mapping[str, t.Any], make_host: MakeHost
) -> t.Iterator[Client[t.Any]]:
    """A client of a user of this host; the process acts as the user until the context is left.

    Args:
        entry: the client, one that Linux hosts have.
        target: whose, and in which home directory.
        options: as for ``entry.OpenClient``, and ``lock_timeout``.
        make_host: makes the user's part of the host.

    Raises:
        MailError: it cannot be opened.
    """
    if entry.open is None:
        raise ValueError(f"{entry.name} is not a client of Linux hosts")
    with local_user.acting_as(target.user), contextlib.ExitStack() as stack:
        profile = target.profile if entry.profiles else None
        files = LocalFiles(f"{target.home}/.charter-mail-{entry.name}.journal", options["lock_timeout"])
        yield entry.open(make_host(target, stack, files), profile, options)
