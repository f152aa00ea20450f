# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths that a look at a host covers: a path that is covered but was not seen does not exist."""

from __future__ import annotations

import fnmatch
import posixpath
import typing as t

from ...module_utils._clients.file_groups import FileGroup, FilesToRead

JOURNALS = ".charter-mail-*.journal"
"""In a home directory: the files of running or interrupted runs."""


class Patterns:
    """The patterns of a look, prepared for matching. They are made once for all hosts.

    Args:
        files: the files that the clients need.
        has_key: whether the task has a key for the seals of password stores.
    """

    def __init__(self, files: FilesToRead, *, has_key: bool = False) -> None:
        self.files = files
        self.stores, seals = (files.stores, files.seals) if has_key else ((), ())
        own = FileGroup(("~",), (JOURNALS,))
        self.groups = (own, *files.groups, *seals)
        found = _paths(self.groups)
        self.contents = tuple(found)
        parents = dict.fromkeys(map(posixpath.dirname, (*found, *files.places)))
        self.wild_folders = tuple(parent for parent in parents if "*" in parent)
        fixed = (parent for parent in parents if "*" not in parent)
        of_groups = (folder for group in self.groups for folder in group.folders)
        self.fixed_folders = tuple(dict.fromkeys((*fixed, *of_groups, *files.folders)))
        self.listed_folders = frozenset(
            posixpath.dirname(pattern) for pattern in found if "*" in posixpath.basename(pattern)
        )
        self._fixed = frozenset(_with_parents(self.fixed_folders))
        self.folders_above = sorted(self._fixed.difference(self.fixed_folders))
        self._contents, self._stores = _Matcher(self.contents), _Matcher(_paths(self.stores))
        self._wild = _Matcher(self.wild_folders)

    def has_file(self, path: str) -> bool:
        """Whether a look reads a file with this path, with ``~/`` for the home."""
        return self._contents.has(path)

    def has_store(self, path: str) -> bool:
        """Whether a look computes the digest of a file with this path."""
        return self._stores.has(path)

    def has_fixed_folder(self, path: str) -> bool:
        """Whether it is a folder that a look checks by its full name."""
        return path in self._fixed

    def has_wild_folder(self, path: str) -> bool:
        """Whether it is a folder that a look checks by a pattern."""
        return self._wild.has(path)


def _with_parents(folders: t.Iterable[str]) -> set[str]:
    found = set()
    for folder in folders:
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder).rstrip("/")
    return found


def _paths(groups: t.Iterable[FileGroup]) -> list[str]:
    return [f"{folder}/{name}" for group in groups for folder in group.folders for name in group.names]


class _Matcher:
    """Matches paths like a POSIX shell. A single regular expression would take 20 ms in each host's process."""

    def __init__(self, patterns: t.Iterable[str]) -> None:
        self._exact: set[str] = set()
        self._wild: dict[str, list[list[str]]] = {}
        self._in_folders: dict[str, list[str]] = {}
        for pattern in patterns:
            before, star, _rest = pattern.partition("*")
            if not star:
                self._exact.add(pattern)
                continue
            folder = before.rpartition("/")[0]
            names = pattern[len(folder) + 1 :].split("/")
            self._wild.setdefault(folder, []).append(names)
            for name in names:
                _is_named("", name)  # compiles it

    def has(self, path: str) -> bool:
        """Whether a pattern matches a path."""
        if path in self._exact:
            return True
        folder, slash, name = path.rpartition("/")
        if folder not in self._in_folders:  # cached: a folder has hundreds of files
            self._in_folders[folder] = list(self._names_in(folder)) if slash else []
        return any(_is_named(name, pattern) for pattern in self._in_folders[folder])

    def _names_in(self, path: str) -> t.Iterator[str]:
        """The name patterns for a folder."""
        folder, names, slash = path, list[str](), "/"
        while slash:
            for *wanted, last in self._wild.get(folder, ()):
                if _match(names, wanted):
                    yield last
            folder, slash, name = folder.rpartition("/")
            names.insert(0, name)


def _match(names: t.Sequence[str], patterns: t.Sequence[str]) -> bool:
    return len(names) == len(patterns) and all(map(_is_named, names, patterns))


def _is_named(name: str, pattern: str) -> bool:
    """Match by a shell's rule: only an explicit dot matches a leading dot."""
    if name.startswith(".") and not pattern.startswith("."):
        return False
    return name == pattern or ("*" in pattern and fnmatch.fnmatchcase(name, pattern))
