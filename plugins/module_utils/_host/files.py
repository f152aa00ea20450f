# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's file system must offer to a client's code. All paths are absolute."""

from __future__ import annotations

import typing as t


class FileWrite(t.NamedTuple):
    """A file and its whole new content.

    Attributes:
        path: the file; a symbolic link is kept and its target replaced.
        content: all of it.
        mode: for a file that is new; an existing file keeps its own.
        backup: keep a copy of what is there beside it.
    """

    path: str
    content: bytes
    mode: int = 0o600
    backup: bool = False


class LockedError(Exception):
    """Another process holds the lock.

    Attributes:
        pid: that process, where the host can tell.
    """

    def __init__(self, pid: int | None) -> None:
        super().__init__(f"held by process {pid}")
        self.pid = pid


class Files(t.Protocol):
    """Files of one local user, seen and written with that user's rights.

    Everything raises ``HostError`` (permission, full disk, read-only mount ...) naming the path.
    """

    def read(self, path: str) -> bytes | None:
        """The whole content; None where there is no such file."""

    def is_directory(self, path: str) -> bool:
        """Whether it is a directory (or a link to one)."""

    def names(self, path: str) -> t.Sequence[str]:
        """The sorted names in a directory; empty where there is none."""

    def modified(self, path: str) -> float | None:
        """When the content last changed, in seconds since 1970; None where there is no such file."""

    def make_directory(self, path: str) -> None:
        """Make it and its missing parents, mode 0700; no error where it is there."""

    def replace(self, writes: t.Sequence[FileWrite]) -> t.Sequence[str]:
        """Write all files or none: each is staged beside its target and flushed to the disk,
        then all are renamed into place in the order given.

        Returns:
            The paths of the backups made.
        """

    def delete(self, path: str) -> None:
        """Delete a file or a directory with all in it; no error where there is none."""

    def lock(self, path: str) -> t.ContextManager[None]:
        """Hold an exclusive advisory lock (fcntl) on a file, which is made where it is missing.

        Raises:
            LockedError: another process holds it.
        """

    def lock_holder(self, path: str) -> int | None:
        """The process that holds that lock, 0 where it cannot be told; None if nobody does. Makes nothing."""

    def scratch(self) -> t.ContextManager[str]:
        """A new private directory (0700) that is deleted at the end."""
