# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file of a set that changes: the locations of its old and new content, and which of them is in place.

Everything is in the target's folder, so that each change is one rename(2):

* ``.NAME.charter-mail-new``: the new content, until it is renamed to the target;
* ``.NAME.charter-mail-old``: the old content, until the set is complete;
* ``.NAME.charter-mail-gone``: a deleted file, until the set is complete.
"""

from __future__ import annotations

import contextlib
import enum
import errno
import os
import shutil
import stat
import typing as t

from . import regular_file
from .os_errors import naming

# The content is copied if a file cannot be hard-linked: the file system has no hard links, the file belongs to another
# user (protected_hardlinks), or something is mounted on it.
_NO_LINK = frozenset(
    getattr(errno, name) for name in ("EACCES", "EMLINK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM", "EXDEV")
)


class FileIdentity(t.NamedTuple):
    """Identifies the content at a path. Renaming a file or adding hard links does not change it."""

    device: int
    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, path: str) -> FileIdentity | None:
        """The identity of the file at a path, without following symbolic links; None if there is none."""
        try:
            found = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if stat.S_ISDIR(found.st_mode):  # the same folder, whatever its contents
            return cls(found.st_dev, found.st_ino, 0, 0)
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    @classmethod
    def parsed(cls, value: t.Any) -> FileIdentity | None:
        """Parse from JSON."""
        return None if value is None else cls(*map(int, value))


class Stands(enum.Enum):
    """The content at a target."""

    OLD = "old"
    NEW = "new"
    OTHER = "other"
    """Neither: it was changed since and is left alone."""


class FileStep(t.NamedTuple):
    """The change of one target.

    Attributes:
        target: the file; a symbolic link only if it is deleted.
        old: the file before; None if there was none.
        kept: the copy of the old file.
        new: the new file; None to delete the target.
    """

    target: str
    old: FileIdentity | None
    kept: FileIdentity | None = None
    new: FileIdentity | None = None

    @property
    def stands(self) -> Stands:
        """The content at the target now."""
        now = FileIdentity.of(self.target)
        if self.new is None:
            return Stands.OLD if now is not None and now == self.old else Stands.NEW
        if now == self.new:
            return Stands.NEW
        return Stands.OLD if now == self.old or (now is not None and now == self.kept) else Stands.OTHER

    @property
    def can_finish(self) -> bool:
        """Whether the new content exists, at the target or in its folder."""
        if self.stands is Stands.OLD and self.new is not None:
            return FileIdentity.of(staged(self.target)) == self.new
        return self.stands is not Stands.OTHER

    @property
    def can_undo(self) -> bool:
        """Whether the old content exists, at the target or in its folder."""
        if self.stands is not Stands.NEW:
            return self.stands is Stands.OLD
        if self.new is None:
            return FileIdentity.of(self.target) is None and FileIdentity.of(gone(self.target)) == self.old
        return self.old is None or (self.kept is not None and FileIdentity.of(kept(self.target)) == self.kept)

    def finish(self) -> None:
        """Put the new content in place."""
        with naming(self.target):
            if self.stands is Stands.OLD:
                os.rename(
                    *((self.target, gone(self.target)) if self.new is None else (staged(self.target), self.target))
                )

    def undo(self) -> None:
        """Restore the old content."""
        with naming(self.target):
            if self.stands is not Stands.NEW:
                return
            if self.new is None:
                os.rename(gone(self.target), self.target)
            elif self.old is None:
                os.unlink(self.target)
            else:
                os.rename(kept(self.target), self.target)

    def as_json(self) -> t.Mapping[str, t.Any]:
        """The JSON form for the journal."""
        return self._asdict()

    @classmethod
    def parsed(cls, value: t.Mapping[str, t.Any]) -> FileStep:
        """Parse from the journal.

        Raises:
            KeyError, TypeError, ValueError: the value is invalid.
        """
        target = value["target"]
        if not isinstance(target, str) or not target.startswith("/"):
            raise ValueError("not a path")
        return cls(target, *(FileIdentity.parsed(value[name]) for name in ("old", "kept", "new")))


def staged(target: str) -> str:
    """The path of a target's staged new content."""
    return _beside(target, "new")


def kept(target: str) -> str:
    """The path of a target's old content."""
    return _beside(target, "old")


def gone(target: str) -> str:
    """The path of a deleted target until the set is complete."""
    return _beside(target, "gone")


def stage(target: str, content: bytes, mode: int, *, strict: bool = False) -> FileIdentity:
    """Write content into the target's folder and flush it to disk.

    Args:
        target: the file.
        content: the entire content.
        mode: the mode of a new file; an existing file keeps its own.
        strict: also set the mode of an existing file.
    """
    with naming(target):
        if not strict:
            with contextlib.suppress(FileNotFoundError):
                mode = stat.S_IMODE(os.stat(target).st_mode)
        return _write(staged(target), content, mode)


def keep(target: str) -> FileIdentity | None:
    """Keep a copy of the target's file in the same folder; None if there is none."""
    with naming(target):
        remove(kept(target))
        try:
            os.link(target, kept(target), follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            return _write(kept(target), regular_file.read(target), stat.S_IMODE(os.stat(target).st_mode))
        return FileIdentity.of(kept(target))


def remove(path: str) -> None:
    """Remove the file at one of our own names; no error if there is none."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno not in {errno.EISDIR, errno.EPERM} or os.path.islink(path) or not os.path.isdir(path):
            raise
        shutil.rmtree(path)


def _write(path: str, content: bytes, mode: int) -> FileIdentity:
    remove(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, mode)
        written = 0
        while written < len(content):
            written += os.write(descriptor, content[written:])
        os.fsync(descriptor)
        found = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return FileIdentity(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _beside(target: str, what: str) -> str:
    folder, name = os.path.split(target)
    return os.path.join(folder, f".{name}.charter-mail-{what}")
