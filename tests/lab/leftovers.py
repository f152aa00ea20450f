# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab or a fleet leaves on the machine while it runs, and its removal: at its end, or by the next one.

Each of them has a record in /run, and holds a lock on it (flock) as long as its process lives. The kernel releases
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
from .namespace import Namespace, remove

_PREFIX = "/run/charter-mail-lab."


def record_of(name: str) -> pathlib.Path:
    """Where the record of that name is."""
    return pathlib.Path(_PREFIX + name)


def owner_of(name: str) -> int | None:
    """The process that holds the record of that name; None where there is no such record, or its process is dead."""
    try:
        with record_of(name).open() as record:
            try:
                fcntl.flock(record, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                content = record.read()
                return int(json.loads(content)["owner"]) if content else None
    except FileNotFoundError:
        pass
    return None


@contextlib.contextmanager
def removed_at_the_end(namespaces: t.Sequence[Namespace], directory: pathlib.Path) -> t.Iterator[None]:
    """Remove namespaces, with all processes in them, and a run directory when the block ends.

    Where this process is killed, or the removal fails, the record stays, and the next lab removes what is left.

    Args:
        namespaces: the first one gives the record its name.
        directory: the run directory.

    Raises:
        LabError: one of them exists already, and so belongs to somebody else.
    """
    path = record_of(namespaces[0].name)
    with _locked(path) as record:
        try:
            if directory.exists() or any(one.exists() for one in namespaces):
                names = ", ".join(one.name for one in namespaces)
                raise LabError(f"{directory} or one of the network namespaces {names} exists already")
            plan = {"namespaces": [one.name for one in namespaces], "directory": str(directory), "owner": os.getpid()}
            json.dump(plan, record)
            record.flush()
        except BaseException:
            path.unlink()
            raise
        try:
            yield
        finally:
            _remove(namespaces, directory)
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
                    _remove([Namespace(name) for name in plan["namespaces"]], pathlib.Path(plan["directory"]))
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


def _remove(namespaces: t.Sequence[Namespace], directory: pathlib.Path) -> None:
    remove(namespaces)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(directory)
