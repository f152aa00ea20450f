# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that configures clients of a Linux host in the place of their modules."""

from __future__ import annotations

import typing as t

from . import client_registry
from .compiled_task import CompiledTask
from .configure_all_on_linux import configure_clients
from .configure_on_linux import configure_client
from .run_client import Task

PATHS = ("home",)
"""The options of type path."""


def run(work: t.Mapping[str, t.Any], internal: t.Mapping[str, t.Any]) -> str:
    """Configure clients; returns the result as JSON.

    Args:
        work: as for ``CompiledTask``, and ``client``, the name of the client, or None for those of the option
            ``clients``.
        internal: as for ``CompiledTask``.
    """
    task = CompiledTask(work, internal, PATHS)
    return task.answer(lambda: _configured(task, work["client"]))


def _configured(task: CompiledTask, client: str | None) -> dict[str, t.Any]:
    def make_task(warn: t.Callable[[str], t.Any]) -> Task:
        return Task(task.check_mode, task.options["when_running"], warn, task.traces.append)

    if client is not None:
        one = configure_client(client_registry.CLIENTS[client], task.options, make_task(task.warn))
        return {**one.as_result(), "failed": bool(one.failures)}
    done = configure_clients(task.options, make_task)
    for warning in done.warnings:
        task.warn(warning)
    return {**done.as_result(), "failed": done.failed}
