# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which paths a look at a host covers: what is covered and was not seen does not exist."""

from __future__ import annotations

import functools
import posixpath
import re
import typing as t

from ...module_utils._clients.files_to_read import FileGroup, FilesToRead

JOURNALS = ".charter-mail-*.journal"
"""In a home directory: the files of runs that are at work, or were interrupted."""


class Patterns:
    """The patterns of what is looked at.

    Args:
        files: what the clients need.
    """

    def __init__(self, files: FilesToRead) -> None:
        self.files = files
        own = FileGroup(("~",), (JOURNALS,))
        self.groups = (own, *files.groups)
        found = [f"{folder}/{name}" for group in self.groups for folder in group.folders for name in group.names]
        self.contents = tuple(found)
        parents = dict.fromkeys(map(posixpath.dirname, (*found, *files.places)))
        self.wild_folders = tuple(parent for parent in parents if "*" in parent)
        fixed = (parent for parent in parents if "*" not in parent)
        of_groups = (folder for group in self.groups for folder in group.folders)
        self.fixed_folders = tuple(dict.fromkeys((*fixed, *of_groups, *files.folders)))
        self.listed_folders = frozenset(
            posixpath.dirname(pattern) for pattern in found if "*" in posixpath.basename(pattern)
        )

    def has_file(self, path: str) -> bool:
        """Whether a file of that path, ``~/`` for the home, would have been brought."""
        return self._contents.fullmatch(path) is not None

    def has_fixed_folder(self, path: str) -> bool:
        """Whether it is a folder that was looked for by its whole name."""
        return path in self._fixed

    def has_wild_folder(self, path: str) -> bool:
        """Whether it is a folder that was looked for by a pattern."""
        return self._wild.fullmatch(path) is not None

    @functools.cached_property
    def _fixed(self) -> frozenset[str]:
        found = set()
        for folder in self.fixed_folders:
            while folder and folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder).rstrip("/")
        return frozenset(found)

    @functools.cached_property
    def _contents(self) -> t.Pattern[str]:
        return _expression(self.contents)

    @functools.cached_property
    def _wild(self) -> t.Pattern[str]:
        return _expression(self.wild_folders)


def _expression(patterns: t.Iterable[str]) -> t.Pattern[str]:
    """What a POSIX shell makes of patterns: a name that begins with a dot is only matched by a dot."""
    return re.compile("|".join(map(_of_shell, patterns)), re.DOTALL)


def _of_shell(pattern: str) -> str:
    parts = []
    for name in pattern.split("/"):
        regular = re.escape(name).replace(r"\*", "[^/]*").replace(r"\[jJ\]", "[jJ]").replace(r"\[sS\]", "[sS]")
        parts.append(rf"(?!\.){regular}" if name.startswith("*") else regular)
    return "/".join(parts)
