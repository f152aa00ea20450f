# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures one client of this Linux host, for its module and for the program that its action sends."""

from __future__ import annotations

import typing as t

from .._clients.client_entry import ClientEntry
from .._linux.programs import run_program
from .desktop_hosts import desktop_hosts
from .linux_users import local_users
from .result import TaskResult
from .run_client import Task, configure
from .users_of_host import users_of


def configure_client(entry: ClientEntry, options: t.Mapping[str, t.Any], task: Task) -> TaskResult:
    """Configure one client.

    Args:
        entry: the client.
        options: values for ``CLIENT_OPTIONS``, the client's own options, and the accounts.
        task: how the task runs.

    Raises:
        MailError: an option is invalid; nothing was changed.
    """
    users = users_of(entry, options, options, local_users(desktop_hosts(run_program)), task.warn)
    return configure(users, task)
