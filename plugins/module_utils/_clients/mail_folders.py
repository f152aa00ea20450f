# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether folders with mail, which are to be deleted, are an account's own."""

from __future__ import annotations

import posixpath
import typing as t


def shared_with(
    own: t.Iterable[str], others: t.Iterable[str], real_path: t.Callable[[str], str]
) -> tuple[str, str] | None:
    """The first of some folders that something else uses, and how that names it.

    A folder is used where it is the other one, lies in it or has it in itself, whether by its name or by where the
    names lead.

    Args:
        own: absolute paths of folders to delete.
        others: absolute paths that must stay.
        real_path: see ``Files``.
    """
    kept = [(path, _places(path, real_path)) for path in others]
    for folder in own:
        places = _places(folder, real_path)
        for path, used in kept:
            if any(_is_in(one, other) or _is_in(other, one) for one in places for other in used):
                return folder, path
    return None


def _places(path: str, real_path: t.Callable[[str], str]) -> t.Sequence[str]:
    """Where a path is: ``..`` after a link leads elsewhere by its name than by the file system."""
    named = posixpath.normpath(path)
    parent, name = posixpath.split(named)
    return tuple(dict.fromkeys((named, posixpath.join(real_path(parent), name), real_path(path))))


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
