# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file to write, and what keeps it from being written."""

from __future__ import annotations

import typing as t


class FileWrite(t.NamedTuple):
    """A file and its whole new content.

    Attributes:
        path: the file; a symbolic link is kept and its target replaced.
        content: all of it.
        mode: of a new file; an existing file keeps its mode.
        backup: keep a copy of the existing file in the same folder.
        strict: refuse a symbolic link, and give an existing file the mode, too.
    """

    path: str
    content: bytes
    mode: int = 0o600
    backup: bool = False
    strict: bool = False


class LockedError(Exception):
    """Another process holds the lock.

    Attributes:
        pid: that process, where the host can tell.
        path: the file that is locked.
    """

    def __init__(self, pid: int | None, path: str = "") -> None:
        super().__init__(f"held by process {pid}")
        self.pid = pid
        self.path = path
