# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens files that a user may have replaced by anything: a FIFO, a device, an endless file."""

from __future__ import annotations

import os
import stat

from .._model.errors import HostError

LIMIT = 64 * 1024 * 1024
"""The largest file that is read, in bytes. A prefs.js with 1,000 accounts has 2 MB."""

_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a directory",
}


def open_regular(path: str, flags: int, mode: int = 0o600) -> int:
    """Open a file without blocking.

    Args:
        path: the file.
        flags: as for ``os.open``.
        mode: the mode of a new file.

    Returns:
        The descriptor.

    Raises:
        HostError: it is not a regular file.
        OSError: it cannot be opened.
    """
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, mode)
    try:
        kind = stat.S_IFMT(os.fstat(descriptor).st_mode)
        if kind != stat.S_IFREG:
            raise HostError(
                path,
                f"this is {_KINDS.get(kind, 'not a file')} where a regular file is expected",
                "move it away and run again",
            )
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read(path: str) -> bytes:
    """The entire content of a regular file.

    Raises:
        HostError: it is not a regular file, or larger than ``LIMIT``.
        OSError: it cannot be read.
    """
    descriptor = open_regular(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        if size <= LIMIT:
            content = _read(descriptor, size)
            if len(content) <= LIMIT:
                return content
            size = len(content)
    finally:
        os.close(descriptor)
    raise HostError(
        path,
        f"the file has at least {size} bytes, and at most {LIMIT} bytes ({LIMIT // 1024**2} MiB) are read",
        "find out what fills it, make it smaller or move it away, and run again",
    )


def refuse_link(path: str) -> None:
    """Check that a path is not a symbolic link.

    Raises:
        HostError: it is a symbolic link.
    """
    if os.path.islink(path):
        raise HostError(path, "this is a symbolic link, so no file is written there", "move it away and run again")


def _read(descriptor: int, size: int) -> bytes:
    """The entire content, but little more than ``LIMIT`` bytes; the size is a guess, since the file may be growing."""
    parts = [os.read(descriptor, size + 1)]
    total = len(parts[0])
    while len(parts[-1]) > 0 and total != size and total <= LIMIT:
        parts.append(os.read(descriptor, 1024 * 1024))
        total += len(parts[-1])
    return b"".join(parts)
