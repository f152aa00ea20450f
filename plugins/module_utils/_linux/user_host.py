# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's part of this machine, for the user's mail clients."""

from __future__ import annotations

import contextlib
import typing as t

from . import local_user
from .local_user import Target

if t.TYPE_CHECKING:  # imported late: needed by few runs
    from .._host.environment import Environment
    from .._host.files import Files
    from .._host.user_host import SealedStore
    from .processes import Processes


class LocalUserHost:
    """Implements the protocol ``UserHost``. The process acts as the user while it is used.

    Args:
        target: the user and the home directory.
        stack: closed after the user's accounts.
        files: the user's files for the client.
        processes: the running programs of this machine, shared by the hosts of all users.
    """

    def __init__(
        self, target: Target, stack: contextlib.ExitStack, files: Files, processes: Processes | None = None
    ) -> None:
        self._target = target
        self._stack = stack
        self._processes = processes
        self._scratch: str | None = None
        self._environments: dict[tuple[str, ...], Environment] = {}
        self.files = files
        self.sealed_store: SealedStore | None = None

    @property
    def home(self) -> str:
        return self._target.home

    def environment(self, programs: t.Sequence[str] = ()) -> Environment:
        wanted = tuple(programs)
        if wanted not in self._environments:
            with local_user.acting_as_ourselves():
                from .processes import Processes
                from .session_environment import session_environment
            self._processes = self._processes or Processes()
            self._environments[wanted] = session_environment(self._target, self._processes, wanted)
        return self._environments[wanted]

    def require_writable(self, paths: t.Sequence[str]) -> None:
        with local_user.acting_as_ourselves():
            from .writable import require_writable
        require_writable(self._target.home, paths)

    def scratch(self) -> str:
        if self._scratch is None:
            self._scratch = self._stack.enter_context(self.files.scratch())
        return self._scratch

    def as_root(self) -> t.ContextManager[None]:
        return local_user.acting_as_ourselves()
