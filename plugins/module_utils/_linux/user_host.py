# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's part of this machine, for the user's mail clients."""

from __future__ import annotations

import contextlib
import posixpath
import typing as t

from .._host.desktop import Desktop
from .._host.files import Files
from . import local_user
from .files import LocalFiles
from .local_user import Target

OpenDesktop = t.Callable[[Target], t.ContextManager[Desktop]]


class LocalUserHost:
    """Implements the protocol ``UserHost``. The process acts as the user for as long as it is used.

    Args:
        target: the user and the home directory.
        stack: closed when the user's accounts are done.
        client: the client's name; runs for the same client wait for each other.
        lock_timeout: for how many seconds.
        open_desktop: connects to the user's desktop; None for clients that have no use for it.
    """

    def __init__(
        self,
        target: Target,
        stack: contextlib.ExitStack,
        client: str,
        lock_timeout: float,
        open_desktop: OpenDesktop | None = None,
    ) -> None:
        self._target = target
        self._stack = stack
        self._open_desktop = open_desktop
        self.files: Files = LocalFiles(posixpath.join(target.home, f".charter-mail-{client}.journal"), lock_timeout)

    @property
    def home(self) -> str:
        return self._target.home

    def desktop(self) -> Desktop | None:
        own = posixpath.normpath(self._target.home) == posixpath.normpath(self._target.user.home)
        if self._open_desktop is None or not own:  # nobody's session works with the files of another home
            return None
        return self._stack.enter_context(self._open_desktop(self._target))

    def scratch(self) -> str:
        return self._stack.enter_context(self.files.scratch())

    def as_root(self) -> t.ContextManager[None]:
        return local_user.acting_as_ourselves()
