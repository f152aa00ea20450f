# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether mail folders to delete are used by something else."""

from __future__ import annotations

import posixpath
import typing as t

if t.TYPE_CHECKING:
    from .._host.files import Files


def shared_with(
    own: t.Iterable[str], others: t.Iterable[str], real_path: t.Callable[[str], str]
) -> tuple[str, str] | None:
    """The first folder that something else uses, with the path it uses.

    A folder is used if the other path equals it, is in it or contains it, by name or after resolving links.

    Args:
        own: absolute paths of the folders to delete.
        others: absolute paths of what must stay.
        real_path: see ``Files``.
    """
    kept = [(path, _places(path, real_path)) for path in others]
    for folder in own:
        places = _places(folder, real_path)
        for path, used in kept:
            if any(_is_in(one, other) or _is_in(other, one) for one in places for other in used):
                return folder, path
    return None


def to_empty(files: Files, folders: t.Iterable[str]) -> t.Iterator[str]:
    """The folders that must be writable to delete some others: the content of another owner's folder would stay.

    Args:
        files: the user's files.
        folders: absolute paths; they need not exist.
    """
    waiting = [folder for folder in folders if files.is_directory(folder)]
    yield from [posixpath.dirname(folder) for folder in waiting]
    while waiting:
        here = waiting.pop()
        names = files.names(here)
        if names:
            yield here
        real = files.real_path(here)
        for path, name in ((posixpath.join(here, name), name) for name in names):
            if files.is_directory(path) and files.real_path(path) == posixpath.join(real, name):  # no link
                waiting.append(path)


def _places(path: str, real_path: t.Callable[[str], str]) -> t.Sequence[str]:
    """The possible locations of a path: ``..`` after a link differs between the name and the file system."""
    named = posixpath.normpath(path)
    parent, name = posixpath.split(named)
    return tuple(dict.fromkeys((named, posixpath.join(real_path(parent), name), real_path(path))))


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
