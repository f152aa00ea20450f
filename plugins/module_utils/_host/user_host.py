# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host offers to the mail clients of one of its users."""

from __future__ import annotations

import typing as t

from .environment import Environment
from .files import Files

SealedStore = t.Callable[[str, t.Sequence[str]], t.Any]
"""A folder, and the names of the files in it that make a password store, to what its seal tells of it."""


class UserHost(t.Protocol):
    """One user's part of a host, for as long as accounts of that user are configured or read."""

    @property
    def files(self) -> Files:
        """The files, with the rights of the user."""

    @property
    def sealed_store(self) -> SealedStore | None:
        """What answers for password stores that must not be read; None where they can be read."""

    @property
    def home(self) -> str:
        """The home directory that holds the client's files."""

    def environment(self, programs: t.Sequence[str] = ()) -> Environment:
        """The variables of the user's sessions.

        Args:
            programs: names of programs whose variables count while they run, the most telling one first.
        """

    def require_writable(self, paths: t.Sequence[str]) -> None:
        """See that there is a home, and that these paths could be written. Changes nothing.

        Args:
            paths: folders that must take new files, and files that must be opened for writing; they need not exist.
                What ends with a slash must be a folder if it is there.

        Raises:
            HostError: one of them could not.
        """

    def scratch(self) -> str:
        """A private folder, which is removed when the host is left."""

    def as_root(self) -> t.ContextManager[None]:
        """Entered for imports: the user may not be able to read Python's own files."""
