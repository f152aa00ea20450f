# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the accounts of this Linux host's users with the wanted ones. Changes nothing."""

from __future__ import annotations

import typing as t

from .._clients.client_entry import System
from .._linux.installed import installed
from .._model.account import Account
from .._model.errors import MailError
from . import client_choice, client_registry
from .account_info_on_linux import LISTS
from .desktop_hosts import desktop_hosts
from .drift import OPTIONS, Drift, DriftResult, without_ignored
from .linux_users import local_users
from .module import MailModule
from .run_client import CLIENT_OPTIONS
from .users_of_host import users_of

if t.TYPE_CHECKING:
    from .._clients.client import Client


def run_module() -> t.NoReturn:
    """Run and end the module."""
    module = MailModule(**OPTIONS)
    names, _is_fallback = client_choice.choose(
        module.options, System.LINUX, lambda: installed(client_registry.programs())
    )
    params = {**module.options, **{name: option.get("default") for name, option in CLIENT_OPTIONS.items()}}
    host = local_users(desktop_hosts())
    result = DriftResult()
    traces: list[str] = []
    for name in names:
        entry = client_registry.CLIENTS[name]
        try:
            users = users_of(entry, params, entry.defaults(), host, _say_nothing)
        except MailError as error:
            module.fail_json(msg=str(error))
        for user in users:
            requests = [(number, without_ignored(one, params["ignore"])) for number, one in user.requests]
            result.add_user(name, user._replace(requests=requests), LISTS[name], _by_plan, traces.append)
    module.exit_json(clients=names, **result.as_result(), **module.traced(traces))


def _say_nothing(warning: str) -> None:
    """Ignore warnings about configuring, which only a run that configures shows."""


def _by_plan(_client: Client[t.Any], _account: Account) -> tuple[Drift, str] | None:
    return None
