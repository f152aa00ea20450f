# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a line of a POSIX shell on the host of a task, with what Ansible has for that: its connection and become."""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.plugins.action import ActionBase

from .errors import UnseenError

_SHELLS = ("sh", "csh", "fish")


def can_run(action: ActionBase) -> bool:
    """Whether a line may be run now: on a shell of a known family, and where Ansible does not print what it brings."""
    shell: t.Any = action._connection._shell  # of a class that does not declare what all of its kind have
    if action._task.async_val or getattr(shell, "SHELL_FAMILY", None) not in _SHELLS:
        return False
    return not constants.config.get_config_value("DEFAULT_DEBUG")


def run_line(action: ActionBase, line: str) -> str:
    """What the line prints. It has users' files in it, so that -vvv is kept from showing it.

    The login shell, or become, runs it as it is, as it does for ``raw``: Ansible's own shell around it, and the
    ``sleep 0`` behind it, would be two programs more on each host.

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
