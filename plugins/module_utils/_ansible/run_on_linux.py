# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common part of all modules that configure a client on this Linux host."""

from __future__ import annotations

import typing as t

from .._clients.client_entry import ClientEntry
from .._model.errors import MailError
from . import run_id_option
from .configure_on_linux import configure_client
from .module import MailModule
from .run_client import CLIENT_OPTIONS, Task


def run_module(entry: ClientEntry) -> t.NoReturn:
    """Run and end a client's module."""
    module = MailModule(**CLIENT_OPTIONS, **entry.options, internal=run_id_option.OPTION)
    traces: list[str] = []
    task = Task(module.check_mode, module.options["when_running"], module.warn, traces.append)
    try:
        result = configure_client(entry, module.options, task)
    except MailError as error:
        module.fail_json(msg=str(error))
    if result.failures:
        module.fail_json(**result.as_result(), **module.traced(traces))
    module.exit_json(**result.as_result())
