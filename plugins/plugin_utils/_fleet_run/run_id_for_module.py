# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passes the run's ID to a task's module, which notes its changes under it in the change log."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils._ansible.run_id_option import NAME
from .run_folder import run_folder
from .run_id import this_run


def run_id(action: ActionBase, task_vars: t.Mapping[str, t.Any] | None) -> str | None:
    """The ID; None if unknown, so that the module creates one."""
    try:
        return this_run(run_folder(action), task_vars or {}).id
    except OSError:
        return None


@contextlib.contextmanager
def with_run(
    action: ActionBase, task_vars: t.Mapping[str, t.Any] | None, more: t.Mapping[str, t.Any] | None = None
) -> t.Iterator[None]:
    """Pass the run in the task's options, within the context; a retried task starts with its own options.

    Args:
        action: of the task.
        task_vars: its variables.
        more: further options for the module that are not for users.
    """
    given = action._task.args
    run = run_id(action, task_vars)
    action._task.args = {**given, **(more or {}), **({} if run is None else {NAME: run})}
    try:
        yield
    finally:
        action._task.args = given
