# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures all clients of this Linux host in one task."""

from __future__ import annotations

import typing as t

from .._model.errors import MailError
from . import run_id_option
from .configure_all_on_linux import configure_clients
from .module import MailModule
from .run_all_options import OPTIONS
from .run_client import Task


def run_module() -> t.NoReturn:
    """Run and end the module. If a client cannot be configured, the others still are."""
    module = MailModule(**OPTIONS, internal=run_id_option.OPTION)
    traces: list[str] = []
    try:
        done = configure_clients(
            module.options,
            lambda warn: Task(module.check_mode, module.options["when_running"], warn, traces.append),
        )
    except MailError as error:
        module.fail_json(msg=str(error))
    for warning in done.warnings:
        module.warn(warning)
    if done.failed:
        module.fail_json(**done.as_result(), **module.traced(traces))
    module.exit_json(**done.as_result())
