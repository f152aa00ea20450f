# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers the accounts of this Linux host's users. Changes nothing."""

from __future__ import annotations

import functools
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._clients.client_entry import System
from .._clients.evolution import listing as evolution
from .._clients.evolution.client_entry import EVOLUTION
from .._clients.listing import Listing
from .._clients.thunderbird import listing as thunderbird
from .._clients.thunderbird.client_entry import THUNDERBIRD
from .._linux import local_user
from .._linux.local_user import LocalUser, Target
from .._linux.mail_users import mail_users
from .._model.errors import MailError
from .._model.printable import printable_result
from . import client_registry, unexpected_error
from .account_info import OPTIONS, Gathered
from .desktop_hosts import desktop_hosts
from .linux_users import READ_ONLY, MakeHost, opened

# How each client's accounts are listed. Not in the registry, which would send this code with other modules.
LISTS: t.Mapping[str, t.Callable[[t.Any], Listing]] = {
    THUNDERBIRD.name: thunderbird.accounts,
    EVOLUTION.name: evolution.accounts,
}


def run_module() -> t.NoReturn:
    """Run and end the module."""
    module = AnsibleModule(argument_spec=dict(OPTIONS), supports_check_mode=True)
    chosen = client_registry.chosen(System.LINUX, module.params["clients"])
    traces: list[str] = []
    gathered = Gathered()
    make_host = desktop_hosts()
    for user in _users(module.params["users"], gathered):
        for name in chosen:
            gathered.add(name, user.name, functools.partial(listing, name, user, make_host), traces.append)
    result = {**gathered.as_result(), **unexpected_error.in_result(traces, module._verbosity)}
    module.exit_json(**printable_result(result))


def _users(names: t.Sequence[str] | None, gathered: Gathered) -> list[LocalUser]:
    if names is None:
        return mail_users()
    found = []
    for name in names:
        try:
            found.append(local_user.find(name))
        except MailError as error:
            gathered.add_unreadable(name, str(error))
    return found


def listing(name: str, user: LocalUser, make_host: MakeHost) -> Listing:
    """A user's accounts in a client, read with the user's rights."""
    client = client_registry.CLIENTS[name]
    options = {**client.defaults(), **READ_ONLY}
    with opened(client, Target(user, user.home, None), options, make_host) as found:
        return found.undisturbed(lambda: LISTS[name](found))
