# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which tasks need the module in any case, so that no look is made."""

from __future__ import annotations

import typing as t

from ...module_utils._ansible.arguments import Request
from ...module_utils._clients.evolution.client_entry import EVOLUTION
from ...module_utils._clients.seal import OPTION
from ...module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ...module_utils._model.account import State

_MOST_USERS = 32  # the module is faster for more users


def needs_module(requests: t.Sequence[Request], clients: t.Sequence[str], options: t.Mapping[str, t.Any]) -> bool:
    """Whether the module must run.

    Args:
        requests: the accounts.
        clients: the names of the clients that may get them.
        options: the task's options, valid and with defaults.
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
        return True  # its store is never read; without Thunderbird, a missing session has no password either
    return account.default and EVOLUTION.name in (options["clients"] or ())  # a desktop setting, which may be locked
