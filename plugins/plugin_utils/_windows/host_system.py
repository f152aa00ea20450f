# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Determines the operating system of a task's host."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils._clients.client_entry import System
from ...module_utils._model.errors import OptionError

VARIABLE = "mail_system"
_WINDOWS_SHELLS = ("powershell", "cmd")


def system_of(action: ActionBase, task_vars: t.Mapping[str, t.Any] | None) -> System:
    """The system of the host, from the variable ``mail_system`` or else from the connection.

    Only Windows uses winrm, psrp, or ``ansible_shell_type`` cmd or powershell.

    Raises:
        OptionError: the variable has another value.
    """
    wanted = action._templar.template((task_vars or {}).get(VARIABLE))
    if wanted:
        try:
            return System(wanted)
        except ValueError:
            choices = " or ".join(system.value for system in System)
            raise OptionError(VARIABLE, f"{wanted!r} is not a system", f"write {choices}") from None
    shell: t.Any = action._connection._shell  # its base class does not declare what all shells have
    return System.WINDOWS if shell.SHELL_FAMILY in _WINDOWS_SHELLS else System.LINUX
