# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks need the module whatever a look would see, so that there is no look."""

from __future__ import annotations

import typing as t

from ...module_utils._ansible.arguments import Request
from ...module_utils._clients.evolution.client_entry import EVOLUTION
from ...module_utils._clients.seal import OPTION
from ...module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ...module_utils._model.account import State

_MOST_USERS = 32  # with more of them, the module is quicker


def needs_module(requests: t.Sequence[Request], clients: t.Sequence[str], options: t.Mapping[str, t.Any]) -> bool:
    """Whether the module must run.

    Args:
        requests: the accounts.
        clients: the names of those that may get them.
        options: of the task, valid and with defaults.
    """
    if len({request.account.user for request in requests}) > _MOST_USERS:
        return True
    return any(_needs_module(request, clients, options) for request in requests)


def _needs_module(request: Request, clients: t.Sequence[str], options: t.Mapping[str, t.Any]) -> bool:
    account = request.account
    if request.home is not None:
        return True
    if account.state is State.ABSENT:
        return False
    if account.password is not None and options[OPTION] is None and THUNDERBIRD.name in clients:
        return True  # its store is never seen; without Thunderbird, a session that is not there has no password either
    return account.default and EVOLUTION.name in (options["clients"] or ())  # by desktop settings, which may be locked
