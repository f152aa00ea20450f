# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private folder for a run; a later run removes it if this one is killed.

The names are fixed, so that leftovers are found without searching all of /tmp, and the folder is locked (flock(2)) as
long as its run lives. Another user gains nothing by creating a folder with such a name first: only our own folders with
mode 0700 are used, and there are further names.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import typing as t

from .._model.errors import HostError
from .os_errors import host_error

_NAMES = 4


@contextlib.contextmanager
def scratch() -> t.Iterator[str]:
    """The folder (0700); it is removed with its contents at the end.

    Raises:
        HostError: there is no folder for temporary files, or nothing can be created in it.
    """
    base = _base()
    with contextlib.ExitStack() as held:
        folder = None
        for number in range(_NAMES):
            name = os.path.join(base, f"charter-mail-{os.geteuid()}-{number}")
            if folder is None:
                folder = _taken(name, held)
            else:
                _remove_if_dead(name)
        if folder is None:
            folder = _fresh(base, held)
        yield folder


def _base() -> str:
    # The default folder was determined when the process was another user, who may have had a private one.
    try:
        usual = tempfile.gettempdir()
    except OSError as error:
        raise HostError(
            "the folder for temporary files", (error.strerror or str(error)).lower(), "make /tmp usable and run again"
        ) from error
    return usual if os.access(usual, os.W_OK | os.X_OK, effective_ids=True) else "/tmp"


def _taken(name: str, held: contextlib.ExitStack) -> str | None:
    """A new folder with this name, or an emptied one of a dead run; None if it is in use or not ours."""
    made = False
    try:
        os.mkdir(name, 0o700)
        made = True
    except FileExistsError:
        pass
    except OSError as error:
        raise host_error(name, error) from error
    try:
        descriptor = _locked(name)
    except OSError as error:
        if made:
            _remove(name)
        raise host_error(name, error) from error
    if descriptor is None:
        return None
    held.callback(os.close, descriptor)
    held.callback(_remove, name)
    if not made:
        _empty(name)
    return name


def _fresh(base: str, held: contextlib.ExitStack) -> str:
    try:
        folder = tempfile.mkdtemp(prefix="charter-mail-", dir=base)
    except OSError as error:
        raise host_error(base, error) from error
    held.callback(_remove, folder)
    return folder


def _locked(name: str) -> int | None:
    """The descriptor of an unused folder of ours, locked; None for any other."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    try:
        found = os.fstat(descriptor)
        ours = found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == 0o700
        # The previous holder of the lock may have removed the folder, so check again.
        if ours and _lock(descriptor) and os.path.samestat(found, os.lstat(name)):
            return descriptor
    except FileNotFoundError:
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_if_dead(name: str) -> None:
    with contextlib.suppress(OSError):
        os.lstat(name)
        descriptor = _locked(name)
        if descriptor is not None:
            _remove(name)
            os.close(descriptor)


def _remove(name: str) -> None:
    """Remove it; if that fails, the next run does."""
    shutil.rmtree(name, ignore_errors=True)


def _empty(name: str) -> None:
    for entry in os.listdir(name):
        path = os.path.join(name, entry)
        if os.path.isdir(path) and not os.path.islink(path):
            _remove(path)
        else:
            with contextlib.suppress(OSError):
                os.unlink(path)
