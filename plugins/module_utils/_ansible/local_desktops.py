# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktops of this machine's users, for clients that need them."""

from __future__ import annotations

import typing as t

from .._linux.desktop import LocalDesktop
from .._linux.processes import Processes
from .._linux.user_host import OpenDesktop
from .._model.errors import HostError
from .module import MailModule


def local_desktops(module: MailModule | None = None) -> OpenDesktop:
    """What connects to the desktops of users; all share one look at the machine's processes.

    Args:
        module: runs the programs that store settings; None where nothing is stored.
    """
    processes = Processes()
    run_command = _run_nothing if module is None else module.run_command
    return lambda target: LocalDesktop(target.user, run_command, processes)


def _run_nothing(command: list[str]) -> t.NoReturn:
    raise HostError(command[0], "a program was to be started while reading", "report this as a bug of the collection")
