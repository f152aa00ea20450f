# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives a task's module the id of the run, under which the log of changes has what the module changes."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils._ansible.run_id_option import NAME
from .run_folder import run_folder
from .run_id import this_run


def run_id(action: ActionBase, task_vars: t.Mapping[str, t.Any] | None) -> str | None:
    """The id; None where it cannot be known, so that the module makes one."""
    try:
        return this_run(run_folder(action), task_vars or {}).id
    except OSError:
        return None


@contextlib.contextmanager
def with_run(
    action: ActionBase, task_vars: t.Mapping[str, t.Any] | None, more: t.Mapping[str, t.Any] | None = None
) -> t.Iterator[None]:
    """Have the task's options name the run as long as the context is entered: a retried task starts from its own.

    Args:
        action: of the task.
        task_vars: its variables.
        more: further options that the module gets, and that are not for users.
    """
    given = action._task.args
    run = run_id(action, task_vars)
    action._task.args = {**given, **(more or {}), **({} if run is None else {NAME: run})}
    try:
        yield
    finally:
        action._task.args = given
