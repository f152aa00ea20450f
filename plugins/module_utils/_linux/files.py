# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this machine, with the rights of whoever the process is at that moment."""

from __future__ import annotations

import contextlib
import datetime
import errno
import fcntl
import os
import shutil
import stat
import struct
import tempfile
import typing as t

from .._host.files import FileWrite, LockedError
from .._model.errors import HostError

_REMEDIES = {
    errno.EACCES: "see that the user owns this path and the folders above it",
    errno.EPERM: "see that the user owns this path and the folders above it",
    errno.ENOSPC: "free space on this file system and run again; nothing was changed",
    errno.EDQUOT: "raise the user's quota or free space and run again; nothing was changed",
    errno.EROFS: "mount this file system writable and run again; nothing was changed",
    errno.ENOTDIR: "see what stands where a folder is expected",
    errno.ELOOP: "see where its symbolic links lead",
}
# struct flock of 64-bit Linux (fcntl(2)): type, whence, start, length, process.
_FLOCK = "hhqqi"


class LocalFiles:
    """Implements the protocol ``Files``."""

    def read(self, path: str) -> bytes | None:
        try:
            with open(path, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _host_error(path, error) from error

    def is_directory(self, path: str) -> bool:
        return os.path.isdir(path)

    def real_path(self, path: str) -> str:
        return os.path.realpath(path)

    def require_writable(self, path: str) -> None:
        target = os.path.realpath(path)
        while not os.path.lexists(target):
            target = os.path.dirname(target)
        needed = os.W_OK | os.X_OK if os.path.isdir(target) else os.W_OK
        if target != os.path.realpath(path) and not os.path.isdir(target):
            raise _host_error(target, OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
        if not os.access(target, needed, effective_ids=True):
            raise _host_error(target, OSError(errno.EACCES, os.strerror(errno.EACCES)))

    def names(self, path: str) -> t.Sequence[str]:
        try:
            return sorted(os.listdir(path))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _host_error(path, error) from error

    def modified(self, path: str) -> float | None:
        try:
            return os.stat(path).st_mtime
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _host_error(path, error) from error

    def make_directory(self, path: str) -> None:
        missing = []
        while not os.path.isdir(path):
            missing.append(path)
            path = os.path.dirname(path)
        for folder in reversed(missing):
            try:
                os.mkdir(folder, 0o700)
            except OSError as error:
                raise _host_error(folder, error) from error

    def replace(self, writes: t.Sequence[FileWrite]) -> t.Sequence[str]:
        with contextlib.ExitStack() as cleanup:
            renames: list[tuple[str, str]] = []
            backups: list[str] = []
            for write in writes:
                target = os.path.realpath(write.path)
                if write.backup and os.path.exists(target):
                    backup = _backup_name(write.path)
                    renames.append((_stage(cleanup, target, self.read(target) or b"", write.mode, "old"), backup))
                    backups.append(backup)
                renames.append((_stage(cleanup, target, write.content, write.mode, "new"), target))
            for staged, target in renames:
                _rename(staged, target)
            return backups

    def delete(self, path: str) -> None:
        try:
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _host_error(path, error) from error

    @contextlib.contextmanager
    def lock(self, path: str) -> t.Iterator[None]:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _host_error(path, error) from error
        try:
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in {errno.EACCES, errno.EAGAIN}:
                    raise _host_error(path, error) from error
                raise LockedError(_holder(descriptor) or None) from None
            yield
        finally:
            os.close(descriptor)

    def lock_holder(self, path: str) -> int | None:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _host_error(path, error) from error
        try:
            return _holder(descriptor)
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def scratch(self) -> t.Iterator[str]:
        # The default folder is remembered from when the process was another user, who may have had one of his own.
        usual = tempfile.gettempdir()
        writable = os.access(usual, os.W_OK | os.X_OK, effective_ids=True)
        with tempfile.TemporaryDirectory(prefix="charter-mail-", dir=usual if writable else "/tmp") as folder:
            yield folder


def _stage(cleanup: contextlib.ExitStack, target: str, content: bytes, mode: int, suffix: str) -> str:
    """Write the content beside its target and flush it to the disk. What an interrupted run left goes first."""
    folder, name = os.path.split(target)
    staged = os.path.join(folder, f".{name}.charter-mail-{suffix}")
    try:
        with contextlib.suppress(FileNotFoundError):
            mode = stat.S_IMODE(os.stat(target).st_mode)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(staged)
        cleanup.callback(_unlink_if_there, staged)
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise _host_error(target, error) from error
    return staged


def _rename(staged: str, target: str) -> None:
    try:
        os.rename(staged, target)
        descriptor = os.open(os.path.dirname(target), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _host_error(target, error) from error


def _unlink_if_there(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _backup_name(path: str) -> str:
    """A name that is free, in the form that Ansible's own modules give to backups."""
    moment = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    name, number = f"{path}.{moment}~", 2
    while os.path.lexists(name):
        name, number = f"{path}.{moment}-{number}~", number + 1
    return name


def _holder(descriptor: int) -> int | None:
    """Who would refuse us a write lock; None if nobody."""
    question = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind, _whence, _start, _length, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
    return None if kind == fcntl.F_UNLCK else pid


def _host_error(path: str, error: OSError) -> HostError:
    reason = (error.strerror or str(error)).lower()
    remedy = _REMEDIES.get(error.errno or 0, "see what is wrong with this path; nothing was changed")
    return HostError(path, reason, remedy)
