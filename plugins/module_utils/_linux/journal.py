# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records a change of several files until it is complete, in the file that is also the lock of a run."""

from __future__ import annotations

import json
import os
import stat
import typing as t

from .._model.errors import HostError
from . import regular_file
from .os_errors import naming
from .run_lock import REMEDY, RunLock

Entry = t.Dict[str, t.Any]


class Journal(RunLock):
    """The lock of one user's client, and the records in its file."""

    def note(self, entry: Entry, *, durable: bool) -> None:
        """Add an entry, which replaces the entries before it.

        Args:
            entry: for JSON; no secrets.
            durable: return only when it is on disk.
        """
        descriptor = self._own()
        with naming(self.path):
            self.noted = True
            line = json.dumps(entry).encode("ascii") + b"\n"
            written = 0
            while written < len(line):
                written += os.write(descriptor, line[written:])
            if durable:
                os.fsync(descriptor)
                sync_directory(os.path.dirname(self.path))

    def clear(self) -> None:
        """Delete the entries."""
        with naming(self.path):
            os.ftruncate(self._own(), 0)
        self.noted = False

    def last(self) -> Entry | None:
        """The last complete entry; None if there is none.

        Raises:
            HostError: the file cannot be read, or is too large to be a journal.
        """
        descriptor = self._own()
        with naming(self.path):
            size = os.fstat(descriptor).st_size
            if size > regular_file.LIMIT:
                raise HostError(self.path, f"this file has {size} bytes, more than any file of this collection", REMEDY)
            content = os.pread(descriptor, size, 0)
        for line in reversed(content.split(b"\n")[:-1]):
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            return entry if isinstance(entry, dict) else None
        return None


def sync_directory(path: str) -> None:
    """Flush the names in a directory to disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Mark(t.NamedTuple):
    """When names in a directory last changed."""

    modified: int
    changed: int

    @classmethod
    def of(cls, path: str) -> Mark | None:
        """The mark of a directory; None if it cannot be read."""
        try:
            found = os.stat(path)
        except OSError:
            return None
        return cls(found.st_mtime_ns, found.st_ctime_ns) if stat.S_ISDIR(found.st_mode) else None
