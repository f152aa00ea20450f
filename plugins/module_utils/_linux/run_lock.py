# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock that keeps runs of this collection apart: how long a run waits for another one, and who has it.

The file is in the home directory, ``.charter-mail-CLIENT.journal``, and is there only while a run changes something, or
after one that was interrupted: so a run that has nothing to change finds out with one system call that nobody is at
work, and leaves no trace. Why there: the home is the one folder that exists before the client's own, that only its
owner can write in (no other user can take the lock), and that all hosts share which share the home over a network.
The lock is fcntl's, which works over NFS, names its holder, and ends with the process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
import time

from .._model.errors import AnotherRunError, HostError
from . import regular_file
from .os_errors import host_error, naming

# struct flock of 64-bit Linux (fcntl(2)): type, whence, start, length, process.
_FLOCK = "hhqqi"
_POLL_SECONDS = 0.1
REMEDY = "move it away and run again"


class RunLock:
    """The lock of one user's client, which keeps runs apart.

    Args:
        path: the file.
        timeout: how many seconds to wait for another run.

    Attributes:
        path: as given.
        noted: the file says what a later run would have to finish.
    """

    def __init__(self, path: str, timeout: float) -> None:
        self.path = path
        self.noted = False
        self._timeout = timeout
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process has the lock."""
        return self._descriptor is not None

    def acquire(self, *, create: bool) -> bool:
        """Take the lock, and wait for it if another run has it.

        Args:
            create: make the file where it is missing.

        Returns:
            False where the file is missing and shall not be made: no run is at work, and none was interrupted. Also
            where the user may not make it: a home that its user cannot write in is no reason not to try.

        Raises:
            AnotherRunError: another run has had it all the time.
            HostError: it cannot be made, or something else stands there.
        """
        give_up = time.monotonic() + self._timeout
        while True:
            descriptor = self._open(create)
            if descriptor is None:
                return False
            try:
                if take(descriptor):
                    if self._is_current(descriptor):
                        self._descriptor = descriptor
                        self.noted = os.fstat(descriptor).st_size > 0
                        return True
                elif time.monotonic() >= give_up:
                    raise AnotherRunError(self.path, holder(descriptor) or None)
                else:
                    time.sleep(_POLL_SECONDS)
            except OSError as error:
                raise host_error(self.path, error) from error
            finally:
                if self._descriptor != descriptor:
                    os.close(descriptor)

    def release(self, *, remove: bool) -> None:
        """Give the lock back.

        Args:
            remove: remove the file, too, unless something is noted in it.
        """
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            if remove and not self.noted:
                with naming(self.path):
                    os.unlink(self.path)
        finally:
            os.close(descriptor)

    def _own(self) -> int:
        if self._descriptor is None:
            raise ValueError("the file is used without its lock")
        return self._descriptor

    def _open(self, create: bool) -> int | None:
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
        try:
            descriptor = regular_file.open_regular(self.path, flags)
        except FileNotFoundError as error:
            if create:
                raise host_error(self.path, error) from error
            return None
        except OSError as error:
            # Nobody can be at work there.
            if error.errno in {errno.EROFS, errno.ENOTDIR} and not create:
                return None
            if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM} and not os.path.lexists(self.path):
                return None
            raise host_error(self.path, error) from error
        if os.fstat(descriptor).st_uid != os.geteuid():
            os.close(descriptor)
            raise HostError(self.path, "this file belongs to another user", REMEDY)
        return descriptor

    def _is_current(self, descriptor: int) -> bool:
        """Whether the file is still there, and has not been removed by the run that had the lock before."""
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(descriptor), os.lstat(self.path))
        return False


def take(descriptor: int) -> bool:
    """Take the lock of a file; False where another process has it."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EAGAIN}:
            raise
        return False
    return True


def holder(descriptor: int) -> int | None:
    """Who would refuse us a write lock on a file; None if nobody, 0 if it is not known."""
    question = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind, _whence, _start, _length, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
    return None if kind == fcntl.F_UNLCK else pid
