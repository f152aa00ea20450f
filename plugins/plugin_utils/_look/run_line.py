# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a POSIX shell command line on the host of a task, through Ansible's connection and become."""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.plugins.action import ActionBase

from .errors import UnseenError

_SHELLS = ("sh", "csh", "fish")


def can_run(action: ActionBase) -> bool:
    """Whether a line may be run now: the shell family is known, and Ansible does not print the output."""
    shell: t.Any = action._connection._shell  # its class does not declare what all shells have
    if action._task.async_val or getattr(shell, "SHELL_FAMILY", None) not in _SHELLS:
        return False
    return not constants.config.get_config_value("DEFAULT_DEBUG")


def run_line(action: ActionBase, line: str) -> str:
    """The output of the line. It contains users' files, so -vvv does not show it.

    The login shell, or become, runs it unchanged, as for ``raw``: Ansible's additional shell and the ``sleep 0`` after
    it would be two more processes on each host.

    Raises:
        UnseenError: the line failed.
    """
    context: t.Any = action._connection._play_context
    hidden, context.no_log = context.no_log, True
    try:
        done = action._low_level_execute_command(line, executable=False)
    finally:
        context.no_log = hidden
    if done["rc"] != 0:
        raise UnseenError(f"exit code {done['rc']}")
    return str(done["stdout"])
