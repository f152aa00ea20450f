# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures all clients of a Linux host, for the module or the action."""

from __future__ import annotations

import typing as t

from .._clients.client_entry import System
from . import client_choice, client_registry
from .arguments import Request, requests
from .result import TaskResult, of_all_clients
from .run_client import Task, configure
from .users_of_host import UsersOfHost, users_of


class AllResults(t.NamedTuple):
    """The outcome of a task in all clients.

    Attributes:
        clients: the clients' names.
        results: each client's result, by its title.
        warnings: without duplicates, although clients may repeat each other.
    """

    clients: list[str]
    results: t.Mapping[str, TaskResult]
    warnings: t.Sequence[str]

    @property
    def failed(self) -> bool:
        """Whether a client could not be configured."""
        return any(result.failures for result in self.results.values())

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be in check mode."""
        return any(result.changed for result in self.results.values())

    def as_result(self) -> dict[str, t.Any]:
        """The task's result except ``failed`` and the warnings."""
        return {"clients": self.clients, **of_all_clients(self.results)}


def configure_all(
    options: t.Mapping[str, t.Any],
    installed: t.Callable[[], t.Sequence[str]],
    host: UsersOfHost,
    make_task: t.Callable[[t.Callable[[str], t.Any]], Task],
    wanted: t.Sequence[Request] | None = None,
) -> AllResults:
    """Configure all clients. If one cannot be configured, the others still are.

    Args:
        options: values for ``all_clients.OPTIONS``, and the accounts.
        installed: finds the host's clients.
        host: the host's users.
        make_task: makes the description of how the task runs, from a function that shows warnings.
        wanted: the ``requests`` of the options, if the caller has them.

    Raises:
        MailError: an option is invalid; nothing was changed.
    """
    if options.get("seal_key") is not None:
        from .._clients.seal import require_key  # imported late: most tasks have no key

        require_key(options["seal_key"])
    names, is_fallback = client_choice.choose(options, System.LINUX, installed)
    warnings: dict[str, None] = dict.fromkeys([client_choice.NONE_INSTALLED] if is_fallback else ())
    accounts = requests(options) if wanted is None else wanted
    entries = [client_registry.CLIENTS[name] for name in names]
    # Validate all before the first write, so an invalid option changes nothing.
    users = {
        entry.title: users_of(entry, options, options.get(entry.name) or {}, host, warnings.setdefault, accounts)
        for entry in entries
    }
    task = make_task(warnings.setdefault)
    return AllResults(names, {title: configure(group, task) for title, group in users.items()}, list(warnings))
