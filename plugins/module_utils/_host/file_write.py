# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file to write, and the error for a locked file."""

from __future__ import annotations

import typing as t


class FileWrite(t.NamedTuple):
    """A file and its entire new content.

    Attributes:
        path: the file; a symbolic link is kept and its target replaced.
        content: the entire content.
        mode: the mode of a new file; an existing file keeps its own.
        backup: keep a copy of the existing file in the same folder.
        strict: refuse a symbolic link, and also set the mode of an existing file.
    """

    path: str
    content: bytes
    mode: int = 0o600
    backup: bool = False
    strict: bool = False


class LockedError(Exception):
    """Another process holds the lock.

    Attributes:
        pid: the process that holds the lock, if known.
        path: the locked file.
    """

    def __init__(self, pid: int | None, path: str = "") -> None:
        super().__init__(f"held by process {pid}")
        self.pid = pid
        self.path = path
