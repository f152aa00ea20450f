# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file system of a host, as the code of clients uses it. All paths are absolute."""

from __future__ import annotations

import typing as t


class FileWrite(t.NamedTuple):
    """A file and its whole new content.

    Attributes:
        path: the file; a symbolic link is kept and its target replaced.
        content: all of it.
        mode: of a new file; an existing file keeps its mode.
        backup: keep a copy of the existing file in the same folder.
    """

    path: str
    content: bytes
    mode: int = 0o600
    backup: bool = False


class LockedError(Exception):
    """Another process holds the lock.

    Attributes:
        pid: that process, if the host knows it.
    """

    def __init__(self, pid: int | None) -> None:
        super().__init__(f"held by process {pid}")
        self.pid = pid


class Files(t.Protocol):
    """The files of one local user, read and written with the rights of that user.

    All methods raise ``HostError`` (permission, full disk, read-only mount ...) naming the path.
    """

    def read(self, path: str) -> bytes | None:
        """The whole content; None if there is no such file."""

    def is_directory(self, path: str) -> bool:
        """Whether it is a directory (or a link to one)."""

    def real_path(self, path: str) -> str:
        """Where the path leads, with all symbolic links resolved as far as there is something."""

    def require_writable(self, path: str) -> None:
        """See that the file could be written or made, with missing folders above it. Changes nothing.

        Raises:
            HostError: the user may not, or something else is there.
        """

    def names(self, path: str) -> t.Sequence[str]:
        """The sorted names in a directory; empty if there is none."""

    def modified(self, path: str) -> float | None:
        """When the content last changed, in seconds since 1970; None if there is no such file."""

    def make_directory(self, path: str) -> None:
        """Create it and its missing parents, mode 0700; no error if it exists."""

    def replace(self, writes: t.Sequence[FileWrite]) -> t.Sequence[str]:
        """Write all files or none: each is written next to its target and flushed to the disk,
        then all are renamed into place in the given order.

        Returns:
            The paths of the backups.
        """

    def delete(self, path: str) -> None:
        """Delete a file or a directory with its content; no error if there is none."""

    def lock(self, path: str) -> t.ContextManager[None]:
        """Hold an exclusive advisory lock (fcntl) on a file, which is created if it is missing.

        Raises:
            LockedError: another process holds it.
        """

    def lock_holder(self, path: str) -> int | None:
        """The process that holds that lock, 0 if it is not known; None if the lock is free. Creates nothing."""

    def scratch(self) -> t.ContextManager[str]:
        """A new private directory (0700), deleted at the end."""
