# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users of this Linux host, and their clients opened with their own rights."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from .._clients.client_entry import ClientEntry
from .._linux import local_user
from .._linux.files import LocalFiles
from .._linux.local_user import Target
from . import run_id_option
from .arguments import Request
from .run_client import CLIENT_OPTIONS
from .users_of_host import UsersOfHost

if t.TYPE_CHECKING:
    from .._clients.change_log import ChangeLog
    from .._clients.client import Client
    from .._host.files import Files
    from .._host.user_host import UserHost

MakeHost = t.Callable[[Target, contextlib.ExitStack, "Files"], "UserHost"]

READ_ONLY: t.Mapping[str, t.Any] = {
    "wait_seconds": 0,
    "lock_timeout": CLIENT_OPTIONS["lock_timeout"]["default"],  # if another run is changing the settings
    "backup": False,
}
"""The options for a read-only client, in addition to its own."""


def local_users(make_host: MakeHost) -> UsersOfHost:
    """The users of this host.

    Args:
        make_host: makes the users' parts of the host.
    """

    def open_client(
        entry: ClientEntry, target: Target, options: t.Mapping[str, t.Any]
    ) -> t.ContextManager[Client[t.Any]]:
        return opened(entry, target, options, make_host)

    find = functools.lru_cache(maxsize=None)(_target)  # an account list may name a user many times: ask the host once
    return UsersOfHost(lambda request: find(request.account.user, request.home, request.profile), open_client)


def target_of(request: Request) -> Target:
    """The user, home and profile that an account belongs to.

    Raises:
        HostError: this host does not know the user, or the owner of the home directory cannot be determined.
    """
    return _target(request.account.user, request.home, request.profile)


def _target(name: str | None, home: str | None, profile: str | None) -> Target:
    if home is not None:
        local_user.require_whole_path(home)
    user = local_user.owner(home) if name is None and home is not None else local_user.find(name)
    if user.uid == 0 and home is not None:
        local_user.require_roots(home)
    return Target(user, home or user.home, profile)


@contextlib.contextmanager
def opened(
    entry: ClientEntry, target: Target, options: t.Mapping[str, t.Any], make_host: MakeHost
) -> t.Iterator[Client[t.Any]]:
    """A client of a user of this host. The process acts as the user until the context is left.

    Args:
        entry: the client, which must support Linux.
        target: the user, home and profile.
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
        host = make_host(target, stack, files)
        client = entry.open(host, profile, options)
        client.open_log = functools.partial(_open_log, entry, target, options, host)
        yield client


def _open_log(entry: ClientEntry, target: Target, options: t.Mapping[str, t.Any], host: UserHost) -> ChangeLog:
    with host.as_root():
        from .._clients.change_log import ChangeLog, new_run_id, path_of
    run = options.get(run_id_option.NAME) or new_run_id()
    own = {name: options[name] for name in entry.options}
    return ChangeLog(path_of(target.home, entry.name), run, own, host.require_writable)
