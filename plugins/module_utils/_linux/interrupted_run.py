# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Completes or undoes a set of files that a killed run left.

The next run reads the journal and completes the set, or undoes it if it cannot be completed. Files that were changed in
the meantime are left alone.
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
    """The work that an interrupted run left.

    Attributes:
        targets: the paths with possible staged files in their folders.
        made: folders that it created.
        steps: the steps begun; empty if nothing visible was changed, or everything.
        folders: folders to delete after all steps.
        locks: files whose locks it held, so that no client used the set.
    """

    targets: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    steps: tuple[FileStep, ...] = ()
    folders: tuple[Folder, ...] = ()
    locks: tuple[str, ...] = ()

    @classmethod
    def of(cls, journal: Journal) -> Interrupted:
        """Parse a journal; an invalid one is treated as empty."""
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
        """Record it in the journal.

        Args:
            journal: None if no record is needed.
            durable: the entry must survive a power failure before anything else is done.

        Raises:
            HostError: the journal cannot be written.
        """
        if journal is None:
            return
        try:
            journal.note({**self._asdict(), "steps": [step.as_json() for step in self.steps]}, durable=durable)
        except HostError as error:
            first = next((step.target for step in self.steps), next(iter(self.targets), ""))
            raise HostError(f"{error.subject}, needed to change {first}", error.reason, error.remedy) from error

    @property
    def finishes(self) -> bool:
        """Whether it can be completed."""
        return all(step.can_finish for step in self.steps)

    @property
    def undoes(self) -> bool:
        """Whether it can be undone."""
        return all(step.can_undo for step in self.steps)

    def view(self) -> t.Mapping[str, str | None]:
        """The paths whose content changes when this is settled, with the path to read instead; None for no file."""
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
        """Complete or undo it, and remove staged files.

        Returns:
            Whether everything could be removed; a failure to remove does not stop the run.

        Raises:
            HostError: it can neither be completed nor undone; as much as possible was done.
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
    """Complete each step, and flush the names in the folders to disk."""
    for step in steps:
        step.finish()
    for folder in dict.fromkeys(os.path.dirname(step.target) for step in steps):
        with naming(folder):
            sync_directory(folder)


def undo(steps: t.Sequence[FileStep]) -> None:
    """Undo the steps as far as possible; raise the first failure after trying all."""
    failures = []
    for step in reversed(steps):
        try:
            step.undo()
        except HostError as error:
            failures.append(error)
    if failures:
        raise failures[0]


def clean(targets: t.Iterable[str], folders: t.Iterable[Folder]) -> None:
    """Remove the auxiliary files of finished targets, and the folders to delete."""
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
    """Remove unneeded new folders; those with contents stay."""
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def _paths(value: t.Any) -> tuple[str, ...]:
    paths = tuple(value)
    if not all(isinstance(path, str) and path.startswith("/") for path in paths):
        raise ValueError("not a list of paths")
    return paths
