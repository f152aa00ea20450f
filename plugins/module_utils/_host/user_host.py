# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host provides to the mail clients of one of its users."""

from __future__ import annotations

import typing as t

from .environment import Environment
from .files import Files

SealedStore = t.Callable[[str, t.Sequence[str]], t.Any]
"""Opens a sealed password store by its folder and the names of its files."""


class UserHost(t.Protocol):
    """One user's part of a host, used while accounts of that user are configured or read."""

    @property
    def files(self) -> Files:
        """The files, with the user's rights."""

    @property
    def sealed_store(self) -> SealedStore | None:
        """Answers for password stores that must not be read; None if they can be read."""

    @property
    def home(self) -> str:
        """The home directory that holds the client's files."""

    def environment(self, programs: t.Sequence[str] = ()) -> Environment:
        """The variables of the user's sessions.

        Args:
            programs: names of programs whose variables count while they run, the most reliable first.
        """

    def require_writable(self, paths: t.Sequence[str]) -> None:
        """Check that there is a home and that these paths could be written. Changes nothing.

        Args:
            paths: folders in which files are created, and files opened for writing; they need not exist. An existing
                path that ends with a slash must be a folder.

        Raises:
            HostError: a path could not be written.
        """

    def scratch(self) -> str:
        """A private folder, removed when the host is left."""

    def as_root(self) -> t.ContextManager[None]:
        """A context for imports: the user may be unable to read Python's own files."""
