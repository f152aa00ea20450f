# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock that separates runs of this collection: how long a run waits for another, and which process holds it.

The file ``.charter-mail-CLIENT.journal`` is in the home directory. It exists only while a run changes something, or
after an interrupted run: so a run without changes needs one system call to find that no other is running, and leaves no
trace. The home is the one folder that exists before the client's own, that only its owner can write to (no other user
can take the lock), and that hosts share if they share the home over a network. The lock is fcntl's, which works over
NFS, names its holder, and ends with the process.
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
    """The lock of one user's client, which separates runs.

    Args:
        path: the file.
        timeout: the seconds to wait for another run.

    Attributes:
        path: the file.
        noted: the file has work that a later run must complete.
    """

    def __init__(self, path: str, timeout: float) -> None:
        self.path = path
        self.noted = False
        self._timeout = timeout
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process holds the lock."""
        return self._descriptor is not None

    def acquire(self, *, create: bool) -> bool:
        """Take the lock; wait if another run holds it.

        Args:
            create: create the file if it is missing.

        Returns:
            False if the file is missing and must not be created: no run is active, and none was interrupted. Also if
            the user may not create it: writing elsewhere may still work although the home is not writable.

        Raises:
            AnotherRunError: another run held it for the whole time.
            HostError: the file cannot be created, or is not ours.
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
        """Release the lock.

        Args:
            remove: also remove the file, unless it has entries.
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
            # No run can be active there.
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
        """Whether the file still exists, and was not removed by the previous holder of the lock."""
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(descriptor), os.lstat(self.path))
        return False


def take(descriptor: int) -> bool:
    """Take the lock of a file; False if another process holds it."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EAGAIN}:
            raise
        return False
    return True


def holder(descriptor: int) -> int | None:
    """The process that would block our write lock on a file; None if there is none, 0 if unknown."""
    question = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind, _whence, _start, _length, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
    return None if kind == fcntl.F_UNLCK else pid
