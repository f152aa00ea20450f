# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts for clients that need users' desktops."""

from __future__ import annotations

import collections
import contextlib
import posixpath
import typing as t

from .._host.time_limit import TimeLimit
from .._linux.bounded_command import RunCommand
from .._linux.desktop import BUS_SECONDS, LocalDesktop
from .._linux.local_user import Target
from .._linux.processes import Processes
from .._linux.user_host import LocalUserHost
from .._model.errors import HostError

if t.TYPE_CHECKING:
    from .._host.desktop import Desktop
    from .._host.files import Files


class LocalDesktopHost(LocalUserHost):
    """Implements the protocol ``DesktopHost``; further arguments as for ``LocalDesktop``."""

    def __init__(
        self,
        target: Target,
        stack: contextlib.ExitStack,
        files: Files,
        run_command: RunCommand,
        processes: Processes,
        limit: TimeLimit,
    ) -> None:
        super().__init__(target, stack, files, processes)
        self._run_command = run_command
        self._limit = limit

    def desktop(self) -> Desktop | None:
        user = self._target.user
        if posixpath.normpath(self.home) != posixpath.normpath(user.home):
            return None  # no session uses the files of another home
        environment = self.environment(("dconf-service",))
        desktop = LocalDesktop(user, self._run_command, self._processes, environment=environment, limit=self._limit)
        return self._stack.enter_context(desktop)


def desktop_hosts(
    run_command: RunCommand | None = None,
) -> t.Callable[[Target, contextlib.ExitStack, Files], LocalDesktopHost]:
    """Make the hosts of users. All share one list of the machine's processes; those of one user share one time limit.

    Args:
        run_command: runs the programs that store settings; None if nothing is stored.
    """
    processes = Processes()
    limits: dict[int, TimeLimit] = collections.defaultdict(lambda: TimeLimit(BUS_SECONDS))
    run: RunCommand = _run_nothing if run_command is None else run_command
    return lambda target, stack, files: LocalDesktopHost(target, stack, files, run, processes, limits[target.user.uid])


def _run_nothing(command: list[str]) -> t.NoReturn:
    raise HostError(
        command[0],
        "it would have been started although settings are only read",
        "report this as a bug of the collection",
    )
