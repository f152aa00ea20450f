# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups the accounts of a task by the users of a Linux host, for the module or the action."""

from __future__ import annotations

import typing as t

from .._clients import when_running
from .._clients.client_entry import ClientEntry
from .._linux.local_user import Target
from .._model.account import Account, State
from . import exclusive
from .arguments import Request, requests, without_profiles
from .run_client import NumberedRequests, UserAccounts, grouped

if t.TYPE_CHECKING:
    from .._clients.client import Client

OpenForTarget = t.Callable[[ClientEntry, Target, t.Mapping[str, t.Any]], "t.ContextManager[Client[t.Any]]"]


class UsersOfHost(t.NamedTuple):
    """The users of a host.

    Attributes:
        target_of: returns the user, home and profile of an account; raises MailError if they cannot be determined.
        open: opens a client of a user. The options are those of ``entry.OpenClient``, and ``lock_timeout``.
    """

    target_of: t.Callable[[Request], Target]
    open: OpenForTarget


def users_of(
    entry: ClientEntry,
    params: t.Mapping[str, t.Any],
    own: t.Mapping[str, t.Any],
    host: UsersOfHost,
    warn: t.Callable[[str], t.Any],
    wanted: t.Sequence[Request] | None = None,
) -> list[UserAccounts]:
    """Group the accounts of a task by the users whose client gets them. Opens nothing yet.

    Args:
        entry: the client.
        params: the options of the accounts and ``CLIENT_OPTIONS``.
        own: the client's own options.
        host: the host's users.
        warn: shows a warning.
        wanted: the ``requests`` of the options, if the caller has them.

    Raises:
        MailError: an option is invalid.
    """
    if wanted is None:
        wanted = requests(params)
    options = {**params, **own, "wait_seconds": when_running.seconds_to_wait(params)}

    def opener(target: Target, group: NumberedRequests) -> t.Callable[[], t.ContextManager[Client[t.Any]]]:
        key = params.get("seal_key")
        if key is None:
            return lambda: host.open(entry, target, options)
        from .._clients.seal import Seal  # imported late: most tasks have no key

        seal = Seal.of(key, entry.name, target.user.name, [request.account for _number, request in group])
        return lambda: host.open(entry, target, {**options, "seal": seal})

    groups, unknown = grouped(wanted if entry.profiles else without_profiles(wanted), host.target_of)
    for target, group in groups.items():
        for _number, request in group:
            if _is_roots_by_omission(target, request):
                warn(f"{request.account}: no user is given, so it is root's own account. Name the local user in user.")
    listed: dict[str, list[Account]] = {}  # by user, in any profile or home
    for target, group in groups.items():
        listed.setdefault(target.user.name, []).extend(request.account for _number, request in group)
    known = [
        UserAccounts(
            target.user.name,
            group,
            opener(target, group),
            exclusive.unlisted(entry.load_unlisted, params.get("exclusive"), listed[target.user.name]),
        )
        for target, group in groups.items()
    ]
    return [*known, *unknown]


def _is_roots_by_omission(target: Target, request: Request) -> bool:
    """Whether an account is root's only because the task runs as root and the entry names no user."""
    unnamed = request.account.user is None and request.home is None
    return unnamed and target.user.uid == 0 and request.account.state is State.PRESENT
