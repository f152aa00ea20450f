# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program on a Linux host by files that were compiled on the controller, in the place of a module."""

from __future__ import annotations

import json
import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils._ansible.compiled_task import WARNINGS
from . import files

MODULE = "charter.mail.__internal.run_compiled"


def run_compiled(
    action: ActionBase,
    module: str,
    program: str,
    more: t.Mapping[str, t.Any],
    options: t.Mapping[str, t.Any],
    task_vars: dict[str, t.Any] | None,
) -> dict[str, t.Any]:
    """The result of the module, before secrets are hidden in it.

    Args:
        action: of the task.
        module: the name of the module in whose place this runs.
        program: the module in ``_ansible`` that the host runs.
        more: what the program needs beside the options.
        options: of the module, valid and with defaults, and with the internal ones.
        task_vars: the variables of the task.
    """
    work = json.dumps({**more, "module": module, "options": options}).encode()
    arguments = {**files.arguments(program), "work": files.packed(work)}
    try:
        done = action._execute_module(module_name=MODULE, module_args=arguments, task_vars=task_vars)
    finally:
        action._remove_tmp_path(action._connection._shell.tmpdir)
    result = dict(done)
    if WARNINGS in result:
        result["warnings"] = [*result.get("warnings", ()), *result.pop(WARNINGS)]
    return result
