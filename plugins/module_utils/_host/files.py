# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file system of a host, as the code of clients uses it. All paths are absolute."""

from __future__ import annotations

import typing as t

from .file_write import FileWrite

T = t.TypeVar("T")


class Files(t.Protocol):
    """Files of one local user for one client, seen and written with that user's rights.

    All methods raise ``HostError`` (permission, full disk, read-only mount ...) naming the path.
    """

    def read(self, path: str) -> bytes | None:
        """The whole content; None where there is no such file. Only regular files of a bearable size are read."""

    def is_directory(self, path: str) -> bool:
        """Whether it is a directory (or a link to one)."""

    def real_path(self, path: str) -> str:
        """Where the path leads, with all symbolic links resolved as far as there is something."""

    def names(self, path: str) -> t.Sequence[str]:
        """The sorted names in a directory; empty if there is none."""

    def modified(self, path: str) -> float | None:
        """When the content last changed, in seconds since 1970; None if there is no such file."""

    def make_directory(self, path: str) -> None:
        """Create it and its missing parents, mode 0700; no error if it exists."""

    def replace(
        self,
        writes: t.Sequence[FileWrite],
        deletes: t.Sequence[str] = (),
        before_renames: t.Callable[[], None] = lambda: None,
    ) -> t.Sequence[str]:
        """Write and delete all or nothing, also if the process is killed: ``recover`` then completes the set.

        Each content is staged beside its target and flushed to the disk; then all are renamed into place in the order
        given. Missing folders are made, mode 0700.

        Args:
            writes: what to write.
            deletes: files, and directories with all in them, to delete after that; no error where one is missing.
            before_renames: called when everything is staged, before the first rename; an error takes all back.

        Returns:
            The paths of the backups.
        """

    def exclusive(self) -> t.ContextManager[None]:
        """Keep other runs of this collection from the user's client, and wait for one that is at work.

        Raises:
            AnotherRunError: it did not end in time.
        """

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        """What is read while no other run of this collection writes; waits, or reads again, where one does.

        What an interrupted run left is seen as ``recover`` will leave it. Nothing is written.

        Raises:
            AnotherRunError: the other run did not end in time.
        """

    @property
    def interrupted(self) -> bool:
        """Whether the last ``undisturbed`` found what an interrupted run left."""

    def recover(self) -> None:
        """Complete what an interrupted run left, or take it back; nothing where there is no such thing.

        Call it while ``exclusive`` is entered.

        Raises:
            LockedError: the client is open that this run had kept closed.
        """

    def lock(self, path: str) -> t.ContextManager[None]:
        """Hold an exclusive advisory lock (fcntl) on a file, which is created if it is missing.

        Raises:
            LockedError: another process holds it.
        """

    def lock_holder(self, path: str) -> int | None:
        """The process that holds that lock, 0 where it is not known; None if nobody else does. Makes nothing."""

    def scratch(self) -> t.ContextManager[str]:
        """A private directory (0700) that is removed at the end."""
