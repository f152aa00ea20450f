# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures all clients of this Linux host in one task."""

from __future__ import annotations

import typing as t

from .._clients.entry import System
from .._linux.installed import installed
from .._model.errors import MailError
from . import client_choice, client_registry
from .all_clients import OPTIONS
from .desktop_hosts import desktop_hosts
from .module import MailModule
from .result import of_all_clients
from .run_client import Task, configure
from .run_on_linux import users_of


def run_module() -> t.NoReturn:
    """Run the module, and end it. If a client cannot be configured, the others get their accounts."""
    module = MailModule(**OPTIONS)
    names, is_fallback = client_choice.choose(
        module.options, System.LINUX, lambda: installed(client_registry.programs())
    )
    warnings: dict[str, None] = dict.fromkeys([client_choice.NONE_INSTALLED] if is_fallback else ())
    make_host = desktop_hosts(module)
    entries = [client_registry.CLIENTS[name] for name in names]
    try:
        # All of them before the first write, so that an invalid option changes nothing.
        users = {
            entry.title: users_of(
                entry, module.options, module.options.get(entry.name) or {}, make_host, warnings.setdefault
            )
            for entry in entries
        }
    except MailError as error:
        module.fail_json(msg=str(error))
    traces: list[str] = []
    task = Task(module.check_mode, module.options["when_running"], warnings.setdefault, traces.append)
    results = {title: configure(group, task) for title, group in users.items()}
    for warning in warnings:  # once, although clients may say the same of an account
        module.warn(warning)
    if any(result.failures for result in results.values()):
        module.fail_json(clients=names, **of_all_clients(results), **module.traced(traces))
    module.exit_json(clients=names, **of_all_clients(results))
