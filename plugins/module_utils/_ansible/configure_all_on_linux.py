# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures all clients of this Linux host, for the module and for the program that its action sends."""

from __future__ import annotations

import typing as t

from .._linux.installed import installed
from .._linux.programs import run_program
from . import client_registry
from .desktop_hosts import desktop_hosts
from .linux_users import local_users
from .run_all import AllResults, configure_all
from .run_client import Task


def configure_clients(
    options: t.Mapping[str, t.Any], make_task: t.Callable[[t.Callable[[str], t.Any]], Task]
) -> AllResults:
    """Configure all clients; see ``configure_all``."""
    return configure_all(
        options, lambda: installed(client_registry.programs()), local_users(desktop_hosts(run_program)), make_task
    )
