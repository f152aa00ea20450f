# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operating system errors as sentences: the path, the reason, the remedy."""

from __future__ import annotations

import contextlib
import errno
import os
import typing as t

from .._model.errors import HostError

_REMEDIES = {
    errno.EACCES: "make sure that the user owns this path and the folders above it",
    errno.EPERM: "make sure that the user owns this path and the folders above it, and it is not immutable (lsattr)",
    errno.EBUSY: "check whether something is mounted on this path",
    errno.ENOSPC: "free space on this file system and run again",
    errno.EDQUOT: "raise the user's quota or free space and run again",
    errno.EROFS: "mount this file system writable and run again",
    errno.ENOTDIR: "check what is there in place of a folder",
    errno.EISDIR: "move it away and run again",
    errno.ELOOP: "check where its symbolic links lead",
}


def host_error(path: str, error: OSError) -> HostError:
    """Convert an operating system error for a path."""
    reason = (error.strerror or str(error)).lower()
    return HostError(path, reason, _REMEDIES.get(error.errno or 0, "check what is wrong with this path, and run again"))


def dead_link(link: str) -> HostError:
    """The error for a symbolic link to a path that does not exist and cannot be made."""
    return HostError(
        link,
        f"this link leads to {os.path.realpath(link)}, which does not exist and cannot be created",
        "correct or remove the link, and run again; nothing was changed",
    )


@contextlib.contextmanager
def naming(path: str) -> t.Iterator[None]:
    """Raise operating system errors as ``HostError`` with this path."""
    try:
        yield
    except OSError as error:
        raise host_error(path, error) from error
