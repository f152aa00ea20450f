# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes everything that a lab or a fleet creates on the machine, when it ends or when the next one starts.

Each of them has a record in /run and locks it (flock) while its process lives. The kernel releases the lock when the
process dies, so a record without a lock is stale, even if its process ID has been reused.
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
    """The path of the record with that name."""
    return pathlib.Path(_PREFIX + name)


def owner_of(name: str) -> int | None:
    """The process that holds the record with that name; None if there is no such record or its process is dead."""
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
def removed_at_exit(namespaces: t.Sequence[Namespace], directory: pathlib.Path) -> t.Iterator[None]:
    """Remove namespaces, with all processes in them, and a run directory when the block ends.

    If this process is killed or the removal fails, the record remains and the next lab removes the rest.

    Args:
        namespaces: the record is named after the first one.
        directory: the run directory.

    Raises:
        LabError: One of them exists already and so belongs to another lab.
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


def remove_stale() -> None:
    """Remove what labs whose process is dead have left behind.

    Raises:
        LabError: The removal failed.
    """
    for path in sorted(pathlib.Path("/").glob(f"{_PREFIX[1:]}*")):
        record = _orphaned(path)
        if record is not None:
            with record:
                # An empty record: its owner has created nothing yet, and creates another record if it is alive.
                if content := record.read():
                    plan = json.loads(content)
                    _remove([Namespace(name) for name in plan["namespaces"]], pathlib.Path(plan["directory"]))
                path.unlink()


def _orphaned(path: pathlib.Path) -> t.TextIO | None:
    """A record that was not locked, now locked; None if it has an owner or is gone."""
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
    # It was removed after it was opened; the path may now belong to another lab.
    record.close()
    return None


def _locked(path: pathlib.Path) -> t.TextIO:
    """Create a record and lock it; repeat if another lab removes it as stale before it is locked."""
    while True:
        try:
            record = path.open("x")
        except FileExistsError as error:
            raise LabError(f"{path} belongs to a running lab; choose another name") from error
        fcntl.flock(record, fcntl.LOCK_EX)
        if os.fstat(record.fileno()).st_nlink:
            return record
        record.close()


def _remove(namespaces: t.Sequence[Namespace], directory: pathlib.Path) -> None:
    remove(namespaces)
    while directory.exists():
        # Something in it may vanish meanwhile, such as the socket of an SSH connection that is being closed.
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(directory)
