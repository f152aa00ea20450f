# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file of a set that changes: where its old and its new content are, and which of them is in place.

Everything is in the folder of the target, so that each change is one rename(2):

* ``.NAME.charter-mail-new``: what it is to be, until it is renamed to the target;
* ``.NAME.charter-mail-old``: what it was, until the set is complete;
* ``.NAME.charter-mail-gone``: a file that is deleted, until the set is complete.
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

# Where a file cannot get a second name, its content is copied: the file system has no hard links, the file is another
# user's (protected_hardlinks), or something is mounted on it.
_NO_LINK = frozenset(
    getattr(errno, name) for name in ("EACCES", "EMLINK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM", "EXDEV")
)


class FileIdentity(t.NamedTuple):
    """Tells whether a path still has the very content that it had. A rename or a further name changes none of it."""

    device: int
    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, path: str) -> FileIdentity | None:
        """That of what stands at a path, links not followed; None where nothing does."""
        try:
            found = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if stat.S_ISDIR(found.st_mode):  # the same folder, whatever is in it
            return cls(found.st_dev, found.st_ino, 0, 0)
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    @classmethod
    def parsed(cls, value: t.Any) -> FileIdentity | None:
        """From JSON."""
        return None if value is None else cls(*map(int, value))


class Stands(enum.Enum):
    """What stands at a target."""

    OLD = "old"
    NEW = "new"
    OTHER = "other"
    """Neither: somebody has changed it since, and it is left alone."""


class FileStep(t.NamedTuple):
    """The change of one target.

    Attributes:
        target: the file; no link but one that is deleted.
        old: what stood there; None for nothing.
        kept: the copy of it.
        new: what shall stand there; None for nothing: the target is deleted.
    """

    target: str
    old: FileIdentity | None
    kept: FileIdentity | None = None
    new: FileIdentity | None = None

    @property
    def stands(self) -> Stands:
        """What stands there now."""
        now = FileIdentity.of(self.target)
        if self.new is None:
            return Stands.OLD if now is not None and now == self.old else Stands.NEW
        if now == self.new:
            return Stands.NEW
        return Stands.OLD if now == self.old or (now is not None and now == self.kept) else Stands.OTHER

    @property
    def can_finish(self) -> bool:
        """Whether the new content is there, at the target or beside it."""
        if self.stands is Stands.OLD and self.new is not None:
            return FileIdentity.of(staged(self.target)) == self.new
        return self.stands is not Stands.OTHER

    @property
    def can_undo(self) -> bool:
        """Whether the old content is there, at the target or beside it."""
        if self.stands is not Stands.NEW:
            return self.stands is Stands.OLD
        if self.new is None:
            return FileIdentity.of(self.target) is None and FileIdentity.of(gone(self.target)) == self.old
        return self.old is None or (self.kept is not None and FileIdentity.of(kept(self.target)) == self.kept)

    def finish(self) -> None:
        """Make the target new."""
        with naming(self.target):
            if self.stands is Stands.OLD:
                os.rename(
                    *((self.target, gone(self.target)) if self.new is None else (staged(self.target), self.target))
                )

    def undo(self) -> None:
        """Make the target old again."""
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
        """For the journal."""
        return self._asdict()

    @classmethod
    def parsed(cls, value: t.Mapping[str, t.Any]) -> FileStep:
        """From the journal.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        target = value["target"]
        if not isinstance(target, str) or not target.startswith("/"):
            raise ValueError("not a path")
        return cls(target, *(FileIdentity.parsed(value[name]) for name in ("old", "kept", "new")))


def staged(target: str) -> str:
    """Where the new content of a target waits."""
    return _beside(target, "new")


def kept(target: str) -> str:
    """Where the old content of a target is kept."""
    return _beside(target, "old")


def gone(target: str) -> str:
    """What a target is called from its deletion until the set is complete."""
    return _beside(target, "gone")


def stage(target: str, content: bytes, mode: int, *, strict: bool = False) -> FileIdentity:
    """Write content beside its target and flush it to the disk.

    Args:
        target: the file.
        content: all of it.
        mode: for a file that is new; an existing file keeps its own.
        strict: an existing file gets the mode, too.
    """
    with naming(target):
        if not strict:
            with contextlib.suppress(FileNotFoundError):
                mode = stat.S_IMODE(os.stat(target).st_mode)
        return _write(staged(target), content, mode)


def keep(target: str) -> FileIdentity | None:
    """Keep what stands at a target beside it; None where nothing does."""
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
    """Remove whatever stands at one of our own names; no error where nothing does."""
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
