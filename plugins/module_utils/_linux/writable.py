# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that paths can be written, before anything is written or promised."""

from __future__ import annotations

import errno
import os
import typing as t

from .._model.errors import HostError
from .os_errors import host_error


def require_writable(home: str, paths: t.Iterable[str]) -> None:
    """Check that paths in a home directory could be written with the process's rights. Changes nothing.

    Args:
        home: the home directory.
        paths: folders in which files are created, and files opened for writing; missing ones and their missing parents
            would be created. An existing path that ends with a slash must be a folder.

    Raises:
        HostError: the home does not exist yet, or a path could not be written.
    """
    if not os.path.isdir(home):
        raise HostError(
            home,
            "this home directory does not exist yet, or the user cannot enter it; nothing was changed",
            "have the user log in once, or create it (mkhomedir_helper), and run again",
        )
    for path in paths:
        try:
            _require(os.path.realpath(path), folder=path.endswith("/"))
        except HostError as error:
            link = _dead_link(path)
            if link is None:
                raise
            raise HostError(
                link,
                f"this link leads to {os.path.realpath(link)}, which does not exist and cannot be created",
                "correct or remove the link, and run again; nothing was changed",
            ) from error


def _dead_link(path: str) -> str | None:
    """The dangling symbolic link in a path; None if there is none."""
    while path != os.path.dirname(path):
        if os.path.islink(path):
            return None if os.path.exists(path) else path
        path = os.path.dirname(path)
    return None


def _require(path: str, *, folder: bool) -> None:
    there = path
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there) and (there != path or folder):
        raise host_error(there, _error(errno.ENOTDIR))
    if os.statvfs(there).f_flag & os.ST_RDONLY:
        raise host_error(there, _error(errno.EROFS))
    needed = os.W_OK | os.X_OK if os.path.isdir(there) else os.W_OK
    if not os.access(there, needed, effective_ids=True):
        raise host_error(there, _error(errno.EACCES))


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
