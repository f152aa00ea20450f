# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's part of a host as one look saw it, for the user's mail clients."""

from __future__ import annotations

import contextlib
import typing as t

from ...module_utils._host.desktop import Bus, Process
from ...module_utils._host.environment import Environment
from ...module_utils._host.files import Files
from ...module_utils._linux.gvdb import text_of
from .output import SeenUser
from .snapshot import Snapshot
from .unseen import UnseenError


class SeenUserHost:
    """Implements the protocol ``DesktopHost``; raises ``UnseenError`` for what was not seen.

    Args:
        seen: the user.
        files: the user's files.
    """

    def __init__(self, seen: SeenUser, files: Snapshot) -> None:
        self._seen = seen
        self._files = files

    @property
    def files(self) -> Files:
        return self._files

    @property
    def home(self) -> str:
        return self._seen.user.home

    def environment(self, programs: t.Sequence[str] = ()) -> Environment:
        del programs  # the command looked at all of them
        if self._seen.sets_variables:
            raise UnseenError("variables")
        return Environment()

    def require_writable(self, paths: t.Sequence[str]) -> None:
        raise UnseenError(*paths)

    def scratch(self) -> str:
        return ""  # only used for password stores, which are never seen

    def as_root(self) -> t.ContextManager[None]:
        return contextlib.nullcontext()

    def desktop(self) -> SeenDesktop:
        """That of a user who is not logged in to one."""
        return SeenDesktop(self._seen, self._files)


class SeenDesktop:
    """Implements the protocol ``Desktop``; arguments as above."""

    def __init__(self, seen: SeenUser, files: Snapshot) -> None:
        self._seen = seen
        self._files = files

    def processes(self, name: str) -> t.Sequence[Process]:
        if self._seen.has_bus:
            raise UnseenError(name)
        return ()

    def bus(self, address: str | None = None) -> Bus | None:
        if self._seen.has_bus or address is not None:
            raise UnseenError("bus")
        return None

    def setting(self, path: str) -> str | None:
        database = f"{self._seen.user.home}/.config/dconf/user"
        content = self._files.read(database)
        return None if content is None else text_of(database, content, path)

    def lock(self, path: str) -> str | None:
        raise UnseenError(path)

    def store_setting(self, path: str, value: str | None, schema: str | None = None) -> None:
        raise UnseenError(path)
