# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file system of a host, as used by the clients. All paths are absolute."""

from __future__ import annotations

import typing as t

from .file_write import FileWrite

T = t.TypeVar("T")


class Files(t.Protocol):
    """Files of one local user for one client, read and written with that user's rights.

    All methods raise ``HostError`` (permission, full disk, read-only mount ...) naming the path.
    """

    def read(self, path: str) -> bytes | None:
        """The entire content; None if there is no such file. Only regular files of limited size are read."""

    def is_directory(self, path: str) -> bool:
        """Whether it is a directory (or a symbolic link to one)."""

    def real_path(self, path: str) -> str:
        """The path with all symbolic links resolved, as far as it exists."""

    def names(self, path: str) -> t.Sequence[str]:
        """The sorted names in a directory; empty if there is none."""

    def modified(self, path: str) -> float | None:
        """When the content was last modified, in seconds since 1970; None if there is no such file."""

    def make_directory(self, path: str) -> None:
        """Create it and its missing parents, mode 0700; no error if it exists."""

    def replace(
        self,
        writes: t.Sequence[FileWrite],
        deletes: t.Sequence[str] = (),
        before_renames: t.Callable[[], None] = lambda: None,
    ) -> t.Sequence[str]:
        """Write and delete all files or none, even if the process is killed: ``recover`` then completes the set.

        Each content is staged in its target's folder and flushed to disk; then all are renamed into place in the given
        order. Missing folders are created with mode 0700.

        Args:
            writes: the files to write.
            deletes: files, and directories with their contents, to delete afterwards; missing ones are no error.
            before_renames: called when everything is staged, before the first rename; an error undoes everything.

        Returns:
            The paths of the backups.
        """

    def exclusive(self) -> t.ContextManager[None]:
        """Keep other runs of this collection from using the user's client, and wait for one that is running.

        Raises:
            AnotherRunError: the other run did not end in time.
        """

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        """Read while no other run of this collection writes; wait or read again if one does.

        Files of an interrupted run are read as ``recover`` will leave them. Nothing is written.

        Raises:
            AnotherRunError: the other run did not end in time.
        """

    @property
    def interrupted(self) -> bool:
        """Whether the last ``undisturbed`` found an interrupted run."""

    def recover(self) -> None:
        """Complete or undo what an interrupted run left; do nothing if there is none.

        Call it while ``exclusive`` is entered.

        Raises:
            LockedError: the client is open that the interrupted run kept closed.
        """

    def lock(self, path: str) -> t.ContextManager[None]:
        """Hold an exclusive advisory lock (fcntl) on a file, which is created if missing.

        Raises:
            LockedError: another process holds it.
        """

    def lock_holder(self, path: str) -> int | None:
        """The process that holds that lock, 0 if unknown; None if no other process does. Creates nothing."""

    def scratch(self) -> t.ContextManager[str]:
        """A private directory (0700) that is removed at the end."""
