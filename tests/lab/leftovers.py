# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab leaves on the machine while it runs, and its removal: by the lab at its end, or by the next one.

Each lab has a record in /run, and holds a lock on it (flock) as long as its process lives. The kernel releases
the lock, so that a record without a lock belongs to a dead process, whatever runs under that process id by now.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import typing as t

from .errors import LabError
from .namespace import Namespace

_PREFIX = "/run/charter-mail-lab."


@contextlib.contextmanager
def removed_at_the_end(namespace: Namespace, directory: pathlib.Path) -> t.Iterator[None]:
    """Remove a lab's namespace, with all processes in it, and its run directory when the block ends.

    Where this process is killed, or the removal fails, the record stays, and the next lab removes what is left.

    Raises:
        LabError: one of the two exists already, and so is not the lab's.
    """
    path = pathlib.Path(_PREFIX + namespace.name)
    with _locked(path) as record:
        try:
            if namespace.exists() or directory.exists():
                raise LabError(f"the network namespace {namespace.name} or {directory} exists already")
            json.dump({"namespace": namespace.name, "directory": str(directory), "owner": os.getpid()}, record)
            record.flush()
        except BaseException:
            path.unlink()
            raise
        try:
            yield
        finally:
            _remove(namespace, directory)
            path.unlink()


def clear() -> None:
    """Remove what is left of labs whose process is dead.

    Raises:
        LabError: it cannot be removed.
    """
    for path in sorted(pathlib.Path("/").glob(f"{_PREFIX[1:]}*")):
        record = _orphaned(path)
        if record is not None:
            with record:
                # Empty: its owner made nothing yet, and makes another record if it lives.
                if content := record.read():
                    plan = json.loads(content)
                    _remove(Namespace(plan["namespace"]), pathlib.Path(plan["directory"]))
                path.unlink()


def _orphaned(path: pathlib.Path) -> t.TextIO | None:
    """A record that nobody holds a lock on, locked; None where it has an owner or is gone."""
    try:
        record = path.open()
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        record.close()
        return None
    if os.fstat(record.fileno()).st_nlink:
        return record
    # Removed since it was opened; by now the path may be another lab's.
    record.close()
    return None


def _locked(path: pathlib.Path) -> t.TextIO:
    """Make a record and lock it, again if another lab takes it for a leftover before it is locked."""
    while True:
        try:
            record = path.open("x")
        except FileExistsError as error:
            raise LabError(f"{path} belongs to a lab that runs; choose another name") from error
        fcntl.flock(record, fcntl.LOCK_EX)
        if os.fstat(record.fileno()).st_nlink:
            return record
        record.close()


def _remove(namespace: Namespace, directory: pathlib.Path) -> None:
    namespace.remove()
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(directory)
