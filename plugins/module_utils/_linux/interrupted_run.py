# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run that was killed has left of a set of files, which the next run settles.

It reads the journal, and finishes the set, or takes it back where it cannot be finished. It leaves alone what somebody
has changed meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t

from .._model.errors import HostError
from . import replacement
from .journal import Journal, sync_directory
from .os_errors import host_error, naming
from .replacement import FileIdentity, FileStep, Stands

Folder = t.Tuple[str, FileIdentity]


class Interrupted(t.NamedTuple):
    """What a run that was interrupted has left.

    Attributes:
        targets: the paths beside which staged files may be.
        made: folders that it made.
        steps: what has been begun; empty if nothing visible has been changed, or all of it.
        folders: folders that are to be deleted when all steps are done.
        locks: files whose locks it held, so that no client used the set.
    """

    targets: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    steps: tuple[FileStep, ...] = ()
    folders: tuple[Folder, ...] = ()
    locks: tuple[str, ...] = ()

    @classmethod
    def of(cls, journal: Journal) -> Interrupted:
        """What a journal says; one that cannot be understood says nothing."""
        entry = journal.last() or {}
        try:
            return cls(
                targets=_paths(entry["targets"]),
                made=_paths(entry["made"]),
                steps=tuple(FileStep.parsed(step) for step in entry["steps"]),
                folders=tuple((_paths([path])[0], FileIdentity(*map(int, found))) for path, found in entry["folders"]),
                locks=_paths(entry["locks"]),
            )
        except (KeyError, TypeError, ValueError):
            return cls()

    def note(self, journal: Journal | None, *, durable: bool) -> None:
        """Have the journal say it.

        Args:
            journal: None for a change that needs none.
            durable: the entry must survive a power failure before anything else is done.

        Raises:
            HostError: it cannot be written.
        """
        if journal is None:
            return
        try:
            journal.note({**self._asdict(), "steps": [step.as_json() for step in self.steps]}, durable=durable)
        except HostError as error:
            first = next((step.target for step in self.steps), next(iter(self.targets), ""))
            raise HostError(f"{error.subject}, to change {first}", error.reason, error.remedy) from error

    @property
    def finishes(self) -> bool:
        """Whether it can be finished."""
        return all(step.can_finish for step in self.steps)

    @property
    def undoes(self) -> bool:
        """Whether it can be taken back."""
        return all(step.can_undo for step in self.steps)

    def view(self) -> t.Mapping[str, str | None]:
        """Which paths will have another content once this is settled: that is read there; None for nothing."""
        if self.finishes:
            found = [step for step in self.steps if step.stands is Stands.OLD]
            return {step.target: None if step.new is None else replacement.staged(step.target) for step in found}
        if not self.undoes:
            return {}
        found = [step for step in self.steps if step.stands is Stands.NEW]
        return {
            step.target: None
            if step.old is None
            else (replacement.gone if step.new is None else replacement.kept)(step.target)
            for step in found
        }

    def settle(self) -> bool:
        """Finish it, or take it back, and remove what was staged.

        Returns:
            Whether all could be removed; such a failure is no reason to stop.

        Raises:
            HostError: it can neither be finished nor taken back; as much as possible was.
        """
        complete = not self.steps
        if self.steps and self.finishes:
            try:
                finish(self.steps)
                complete = True
            except HostError:
                undo(self.steps)
        elif self.undoes:
            undo(self.steps)
        try:
            clean(self.targets, self.folders if complete else ())
        except HostError:
            return False
        unmake(self.made)
        return True


def finish(steps: t.Sequence[FileStep]) -> None:
    """Have each step's target as wanted; the names in the folders are on the disk then."""
    for step in steps:
        step.finish()
    for folder in dict.fromkeys(os.path.dirname(step.target) for step in steps):
        with naming(folder):
            sync_directory(folder)


def undo(steps: t.Sequence[FileStep]) -> None:
    """Take back what can be; the first failure is raised when all were tried."""
    failures = []
    for step in reversed(steps):
        try:
            step.undo()
        except HostError as error:
            failures.append(error)
    if failures:
        raise failures[0]


def clean(targets: t.Iterable[str], folders: t.Iterable[Folder]) -> None:
    """Remove what is beside targets that are as wanted, and folders that are to be removed."""
    paths = [name(target) for target in targets for name in (replacement.staged, replacement.kept, replacement.gone)]
    failures = []
    for path in paths:
        try:
            replacement.remove(path)
        except NotADirectoryError:
            continue
        except OSError as error:
            failures.append(host_error(path, error))
    for path, identity in folders:
        try:
            if FileIdentity.of(path) == identity:
                shutil.rmtree(path)
        except OSError as error:
            failures.append(host_error(error.filename if isinstance(error.filename, str) else path, error))
    if failures:
        raise failures[0]


def unmake(folders: t.Sequence[str]) -> None:
    """Remove folders that were made for nothing; one that has something in it stays."""
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def _paths(value: t.Any) -> tuple[str, ...]:
    paths = tuple(value)
    if not all(isinstance(path, str) and path.startswith("/") for path in paths):
        raise ValueError("not a list of paths")
    return paths
