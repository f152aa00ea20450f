# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers the accounts of the users of this Linux host. Nothing is changed."""

from __future__ import annotations

import functools
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._clients.entry import System
from .._clients.evolution import listing as evolution
from .._clients.evolution.entry import EVOLUTION
from .._clients.listed_account import Listing
from .._clients.thunderbird import listing as thunderbird
from .._clients.thunderbird.entry import THUNDERBIRD
from .._linux import local_user
from .._linux.local_user import LocalUser, Target
from .._linux.mail_users import mail_users
from .._model.errors import MailError
from .._model.printable import printable_result
from . import client_registry
from .desktop_hosts import desktop_hosts
from .gathered import OPTIONS, Gathered
from .run_on_linux import MakeHost, opened

# How the accounts of each client are listed. Not in the registry, since other modules would be sent it for nothing.
LISTS: t.Mapping[str, t.Callable[[t.Any], Listing]] = {
    THUNDERBIRD.name: thunderbird.accounts,
    EVOLUTION.name: evolution.accounts,
}
_LOCK_TIMEOUT = 30  # seconds for a run that changes the settings; the default of the modules that do


def run_module() -> t.NoReturn:
    """Run the module, and end it."""
    module = AnsibleModule(argument_spec=dict(OPTIONS), supports_check_mode=True)
    wanted = module.params["clients"]
    chosen = [name for name in client_registry.names(System.LINUX) if wanted is None or name in wanted]
    traces: list[str] = []
    gathered = Gathered()
    make_host = desktop_hosts()
    for user in _users(module.params["users"], gathered):
        for name in chosen:
            gathered.add(name, user.name, functools.partial(listing, name, user, make_host), traces.append)
    result = gathered.as_result()
    if traces and module._verbosity >= 3:  # -vvv
        result["trace"] = traces
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
    """The accounts that a user has in a client, read with the user's rights."""
    client = client_registry.CLIENTS[name]
    options = {**client.defaults(), "wait_seconds": 0, "lock_timeout": _LOCK_TIMEOUT, "backup": False}
    with opened(client, target_of(user), options, make_host) as found:
        return found.undisturbed(lambda: LISTS[name](found))


def target_of(user: LocalUser) -> Target:
    """Whose client is meant, in the user's own home."""
    return Target(user, user.home, None)
