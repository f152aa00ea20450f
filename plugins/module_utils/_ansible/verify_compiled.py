# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that verifies accounts from a Linux host in the place of the module, if no client is inspected.

Reading a client's settings doubles the files, so that is another program: ``verify_client_compiled``.
"""

from __future__ import annotations

import typing as t

from . import run_verify
from .compiled_task import CompiledTask

PATHS = ("home", "ca_path")
"""The options of type path."""


def run(work: t.Mapping[str, t.Any], internal: t.Mapping[str, t.Any]) -> str:
    """Verify the accounts; returns the result as JSON. The arguments are those of ``CompiledTask``."""
    task = CompiledTask(work, internal, PATHS)
    return task.answer(lambda: verified(task, None))


def verified(task: CompiledTask, inspect_clients: run_verify.InspectClients | None) -> dict[str, t.Any]:
    """The task's result; see ``run_verify.verify_all``."""
    verdict = run_verify.verify_all(task.options, inspect_clients, check_mode=task.check_mode)
    for warning in verdict.warnings:
        task.warn(warning)
    return {"changed": False, **verdict.result, "failed": verdict.failed}
