# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes a set of files all or nothing, even if the process is killed.

Everything is staged and recorded in the journal first; then each file is renamed; then the old content and deleted
folders are removed. A failure before that undoes everything. If the process is killed, the next run completes or undoes
it: see ``interrupted_run``.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import typing as t

from .._host.file_write import FileWrite
from .._model.errors import HostError
from . import regular_file, replacement
from .interrupted_run import Folder, Interrupted, clean, finish, undo, unmake
from .journal import Journal
from .os_errors import naming
from .replacement import FileIdentity, FileStep, Stands


def replace(
    journal: Journal | None,
    writes: t.Sequence[FileWrite],
    deletes: t.Sequence[str],
    before_renames: t.Callable[[], None],
    locks: t.Sequence[str],
    leftovers: Interrupted | None = None,
) -> list[str]:
    """Write and delete all files or none.

    Args:
        journal: the run's journal, whose lock is held; None to record nothing: a kill may then leave some files new.
        writes: the files to write.
        deletes: files and folders to delete afterwards; missing ones are no error.
        before_renames: called when everything is staged and recorded; an error undoes everything.
        locks: files whose locks this process holds.
        leftovers: an earlier set with files that may still need removal; None if there is none.

    Returns:
        The paths of the backups made.

    Raises:
        HostError: it failed. The message says what was changed: nothing, in nearly all cases.
    """
    leftovers = leftovers or Interrupted()
    doomed, folders = _existing(deletes)
    backups, contents = _contents(writes, doomed)
    if not contents and not doomed and not folders:
        before_renames()
        return []
    targets = (*(write.path for write in contents), *doomed, *leftovers.targets)
    made = _missing_folders(os.path.dirname(write.path) for write in contents)
    noted = Interrupted(targets, tuple(made), locks=tuple(locks))
    steps: list[FileStep] = []
    try:
        noted.note(journal, durable=False)
        _make(made)
        staged = [_staged(write) for write in contents]
        staged += [_doomed(target) for target in doomed]
        noted._replace(steps=tuple(staged), folders=folders).note(journal, durable=True)
        steps = staged
        before_renames()
        finish(steps)
        folders = (*folders, *leftovers.folders)
        if folders:  # from now on, a changed file no longer keeps them
            noted._replace(made=(), folders=folders).note(journal, durable=True)
    except BaseException as error:
        _take_back(journal, steps, noted, error)
        raise
    try:
        clean(targets, folders)
        if journal is not None:
            journal.clear()
    except HostError as error:
        raise HostError(
            error.subject,
            f"everything was changed as wanted, but what was replaced could not be removed: {error.reason}",
            f"{error.remedy}; the next run removes it",
            changed=True,
        ) from error
    return backups


def _contents(writes: t.Sequence[FileWrite], doomed: t.Sequence[str]) -> tuple[list[str], list[FileWrite]]:
    """The backups, and the contents of all files, including the backups, with symbolic links resolved.

    For a deleted file, only the backup is written.
    """
    backups: list[str] = []
    contents: list[FileWrite] = []
    for write in writes:
        target = os.path.realpath(write.path)
        if write.strict:
            regular_file.refuse_link(write.path)
        with naming(target):
            if write.backup and os.path.exists(target):
                backups.append(_backup_name(write.path))
                mode = os.stat(target).st_mode & 0o7777
                contents.append(FileWrite(os.path.realpath(backups[-1]), regular_file.read(target), mode))
        if target not in doomed:
            contents.append(write._replace(path=target))
    return backups, contents


def _existing(deletes: t.Sequence[str]) -> tuple[list[str], tuple[Folder, ...]]:
    """The existing files and symbolic links, and the existing folders, to delete."""
    files: list[str] = []
    folders: list[Folder] = []
    for path in deletes:
        target = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        with naming(target):
            identity = FileIdentity.of(target)
            if identity is None:
                continue
            if os.path.isdir(target) and not os.path.islink(target):
                folders.append((target, identity))
            else:
                files.append(target)
    return files, tuple(folders)


def _staged(write: FileWrite) -> FileStep:
    new = replacement.stage(write.path, write.content, write.mode, strict=write.strict)
    with naming(write.path):
        old = FileIdentity.of(write.path)
    return FileStep(write.path, old, replacement.keep(write.path) if old is not None else None, new)


def _doomed(target: str) -> FileStep:
    with naming(target):
        replacement.remove(replacement.gone(target))
        return FileStep(target, FileIdentity.of(target))


def _take_back(journal: Journal | None, steps: t.Sequence[FileStep], noted: Interrupted, error: BaseException) -> None:
    """Undo what was done, and raise an error that describes the result."""
    try:
        undo(steps)
    except HostError as failure:
        written = [step.target for step in steps if step.stands is not Stands.OLD]
        if isinstance(error, HostError) and written:
            raise HostError(
                error.subject,
                f"{error.reason}; already changed, and could not be restored ({failure.reason}): {', '.join(written)}",
                f"{error.remedy}; the next run completes or undoes the change",
                changed=True,
            ) from error
        return  # the journal keeps it for the next run
    with contextlib.suppress(HostError):  # the next run removes what is left
        clean(noted.targets, ())
        unmake(noted.made)
        if journal is not None:
            journal.clear()
    if isinstance(error, HostError) and not error.changed:
        raise error.with_nothing_changed() from error


def _missing_folders(folders: t.Iterable[str]) -> list[str]:
    """The missing folders, including parents, outermost first."""
    missing: list[str] = []
    for folder in dict.fromkeys(folders):
        found = []
        while not os.path.isdir(folder) and folder not in missing:
            found.append(folder)
            folder = os.path.dirname(folder)
        missing += reversed(found)
    return missing


def _make(folders: t.Iterable[str]) -> None:
    for folder in folders:
        with naming(folder):
            os.mkdir(folder, 0o700)


def _backup_name(path: str) -> str:
    """A free name, in the format of Ansible's own backups."""
    moment = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    name, number = f"{path}.{moment}~", 2
    while os.path.lexists(name):
        name, number = f"{path}.{moment}-{number}~", number + 1
    return name
