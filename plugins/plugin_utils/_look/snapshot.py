# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's files as seen by a look at the host. Nothing is answered that was not seen."""

from __future__ import annotations

import contextlib
import fnmatch
import posixpath
import typing as t

from ...module_utils._host.file_write import FileWrite
from .covered_paths import JOURNALS, Patterns
from .errors import UnseenError

T = t.TypeVar("T")


class SeenFiles(t.NamedTuple):
    """The files found.

    Attributes:
        home: the user's home directory.
        files: path to content and modification time, in seconds since 1970; None for anything but a regular file.
        folders: the directories.
        places: existing paths of unknown content.
        links: path to link target.
        digests: SHA-256 of password store files in hexadecimal; None for a file without one.
    """

    home: str
    files: t.Mapping[str, tuple[bytes, float] | None]
    folders: frozenset[str]
    places: frozenset[str]
    links: t.Mapping[str, str]
    digests: t.Mapping[str, str | None] = {}


class Snapshot:
    """Implements the protocol ``Files``; raises ``UnseenError`` for what was not seen, and for every write.

    Args:
        patterns: what was looked at.
        seen: what was found.
    """

    def __init__(self, patterns: Patterns, seen: SeenFiles) -> None:
        self._patterns = patterns
        self._seen = seen

    def read(self, path: str) -> bytes | None:
        found = self._file(path)
        return None if found is None else found[0]

    def digest(self, path: str) -> str | None:
        """The SHA-256 of a password store's file in hexadecimal; None if there is no such file."""
        if path in self._seen.digests:
            found = self._seen.digests[path]
            if found is None:
                raise UnseenError(path)
            return found
        if not self._patterns.has_store(self._named(path)) or not self._is_known(posixpath.dirname(path)):
            raise UnseenError(path)
        return None

    def modified(self, path: str) -> float | None:
        if path in self._seen.places:
            return 0.0  # callers only check whether it exists
        if self._named(path) in self._patterns.files.places:
            return None
        found = self._file(path)
        return None if found is None else found[1]

    def is_directory(self, path: str) -> bool:
        if path in self._seen.folders:
            return True
        named = self._named(path)
        if self._patterns.has_fixed_folder(named) or self._patterns.has_wild_folder(named):
            return False
        raise UnseenError(path)

    def real_path(self, path: str) -> str:
        if path in self._seen.links:
            return self._seen.links[path]
        named = self._named(path)
        is_absent = named in self._patterns.files.places or (
            self._patterns.has_fixed_folder(named) and not self.is_directory(path)
        )
        if is_absent:  # for paths that exist, or could exist, the links are known
            return posixpath.join(self.real_path(posixpath.dirname(path)), posixpath.basename(path))
        raise UnseenError(path)

    def names(self, path: str) -> t.Sequence[str]:
        """Only the names of files that were looked for."""
        if not self.is_directory(path) and self._patterns.has_fixed_folder(self._named(path)):
            return []
        if self._named(path) not in self._patterns.listed_folders:
            raise UnseenError(path)
        return sorted(name for folder, name in map(posixpath.split, self._seen.files) if folder == path)

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        for folder, _slash, name in (path.rpartition("/") for path in self._seen.files):
            if folder == self._seen.home and fnmatch.fnmatchcase(name, JOURNALS):
                raise UnseenError(name)
        return read()

    @property
    def interrupted(self) -> bool:
        return False

    def make_directory(self, path: str) -> None:
        raise UnseenError(path)

    def replace(
        self,
        writes: t.Sequence[FileWrite],
        deletes: t.Sequence[str] = (),
        before_renames: t.Callable[[], None] = lambda: None,
    ) -> t.Sequence[str]:
        raise UnseenError(self._seen.home)

    def exclusive(self) -> t.ContextManager[None]:
        raise UnseenError(self._seen.home)

    def recover(self) -> None:
        raise UnseenError(self._seen.home)

    def lock(self, path: str) -> t.ContextManager[None]:
        raise UnseenError(path)

    def lock_holder(self, path: str) -> int | None:
        raise UnseenError(path)

    @contextlib.contextmanager
    def scratch(self) -> t.Iterator[str]:
        yield ""  # only used for password stores, which are never read

    def _file(self, path: str) -> tuple[bytes, float] | None:
        if path in self._seen.files:
            found = self._seen.files[path]
            if found is None:
                raise UnseenError(path)
            return found
        if not self._patterns.has_file(self._named(path)):
            raise UnseenError(path)
        if not self._is_known(posixpath.dirname(path)):
            raise UnseenError(path)
        return None

    def _is_known(self, folder: str) -> bool:
        """Whether it is a folder or missing: where a pattern matched no folder, a file may have that name."""
        if folder in self._seen.folders or self._patterns.has_fixed_folder(self._named(folder)):
            return True
        return self._patterns.has_wild_folder(self._named(folder)) and not self.is_directory(posixpath.dirname(folder))

    def _named(self, path: str) -> str:
        """A path in the form used by patterns."""
        home = self._seen.home
        return "~" + path[len(home) :] if path == home or path.startswith(f"{home}/") else path
