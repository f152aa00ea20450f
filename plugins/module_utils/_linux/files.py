# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this machine, with the process's current rights."""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._host.file_write import FileWrite, LockedError
from .._model.errors import HostError, MailError
from . import local_user, regular_file
from .journal import Journal, Mark
from .os_errors import dead_link, host_error, naming
from .run_lock import holder, take

if t.TYPE_CHECKING:  # imported late: needed only by runs that change something
    from .interrupted_run import Interrupted

T = t.TypeVar("T")

_NO_SUCH_FILE = (FileNotFoundError, NotADirectoryError)  # the second: a parent is a file
_TRIES = 3  # to read without a write in between, if no other run is seen but names in the home change


class LocalFiles:
    """Implements the protocol ``Files``.

    Args:
        journal: the file that separates the runs for one user's client (see there); None if nothing is written.
        lock_timeout: the seconds to wait for another run.
    """

    def __init__(self, journal: str | None = None, lock_timeout: float = 0) -> None:
        self._journal = None if journal is None else Journal(journal, lock_timeout)
        self._locks: dict[str, int] = {}
        self._view: t.Mapping[str, str | None] = {}
        self._interrupted = False
        self._leftovers: Interrupted | None = None

    def read(self, path: str) -> bytes | None:
        if self._view:
            shown = self._shown(path)
            if shown is None:
                return None
            path = shown
        try:
            return regular_file.read(path)
        except _NO_SUCH_FILE:
            return None
        except OSError as error:
            raise host_error(path, error) from error

    def is_directory(self, path: str) -> bool:
        return os.path.isdir(path)

    def real_path(self, path: str) -> str:
        return os.path.realpath(path)

    def names(self, path: str) -> t.Sequence[str]:
        try:
            names = set(os.listdir(path))
        except _NO_SUCH_FILE:
            return []
        except OSError as error:
            raise host_error(path, error) from error
        for target, shown in self._view.items():
            if os.path.dirname(target) == os.path.realpath(path):
                (names.discard if shown is None else names.add)(os.path.basename(target))
        return sorted(names)

    def modified(self, path: str) -> float | None:
        try:
            return os.stat(path).st_mtime
        except _NO_SUCH_FILE:
            return None
        except OSError as error:
            raise host_error(path, error) from error

    def make_directory(self, path: str) -> None:
        missing = []
        while not os.path.isdir(path):
            missing.append(path)
            path = os.path.dirname(path)
        for folder in reversed(missing):
            with naming(folder):
                os.mkdir(folder, 0o700)

    def replace(
        self,
        writes: t.Sequence[FileWrite],
        deletes: t.Sequence[str] = (),
        before_renames: t.Callable[[], None] = lambda: None,
    ) -> t.Sequence[str]:
        with local_user.acting_as_ourselves():
            from . import transaction
        with self.exclusive():
            locks = list(self._locks)
            journal = self._journal if self._journal is not None and self._journal.held else None
            return transaction.replace(journal, writes, deletes, before_renames, locks, self._leftovers)

    @contextlib.contextmanager
    def exclusive(self) -> t.Iterator[None]:
        journal = self._journal
        if journal is None or journal.held:
            yield
            return
        self.make_directory(os.path.dirname(journal.path))
        if not journal.acquire(create=True):
            yield
            return
        try:
            yield
        finally:
            with contextlib.suppress(HostError):  # the work is done; the next run removes the file
                journal.release(remove=True)

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        journal = self._journal
        self._interrupted = False
        if journal is None or journal.held:
            return read()
        for _try in range(_TRIES):
            before = Mark.of(os.path.dirname(journal.path))
            if journal.acquire(create=False):
                self._interrupted = True  # otherwise the file would not exist
                try:
                    self._view = _interrupted(journal).view()
                    return read()
                finally:
                    self._view = {}
                    journal.release(remove=False)
            try:
                found = read()
            except MailError:
                if Mark.of(os.path.dirname(journal.path)) == before:
                    raise
            else:
                if Mark.of(os.path.dirname(journal.path)) == before:
                    return found
        return read()

    @property
    def interrupted(self) -> bool:
        return self._interrupted

    def recover(self) -> None:
        journal = self._journal
        if journal is None or not journal.noted:
            return
        found = _interrupted(journal)
        with contextlib.ExitStack() as held:
            for path in found.locks:
                if path not in self._locks and os.path.isdir(os.path.dirname(path)):
                    held.enter_context(self.lock(path))
            if not found.settle():
                self._leftovers = found
                return
        journal.clear()

    @contextlib.contextmanager
    def lock(self, path: str) -> t.Iterator[None]:
        _refuse_dead_link(path)
        with naming(path):
            descriptor = regular_file.open_regular(path, os.O_RDWR | os.O_CREAT)
        try:
            with naming(path):
                if not take(descriptor):
                    raise LockedError(holder(descriptor) or None, path)
            self._locks[path] = descriptor
            yield
        finally:
            self._locks.pop(path, None)
            os.close(descriptor)

    def lock_holder(self, path: str) -> int | None:
        if path in self._locks:  # closing another descriptor would release the lock (fcntl(2))
            return None
        _refuse_dead_link(path)
        try:
            descriptor = regular_file.open_regular(path, os.O_RDONLY)
        except _NO_SUCH_FILE:
            return None
        except OSError as error:
            raise host_error(path, error) from error
        try:
            return holder(descriptor)
        finally:
            os.close(descriptor)

    def scratch(self) -> t.ContextManager[str]:
        with local_user.acting_as_ourselves():
            from .scratch_folder import scratch
        return scratch()

    def _shown(self, path: str) -> str | None:
        """Where to read a file's content, while the view shows a set of files as a later run will complete it."""
        target = os.path.realpath(path)
        return self._view.get(target, target)


def _interrupted(journal: Journal) -> Interrupted:
    """The work that an interrupted run left."""
    with local_user.acting_as_ourselves():
        from .interrupted_run import Interrupted
    return Interrupted.of(journal)


def _refuse_dead_link(path: str) -> None:
    """Check that a lock can be taken: its file is created, but no folder for it."""
    if os.path.islink(path) and not os.path.isdir(os.path.dirname(os.path.realpath(path))):
        raise dead_link(path)
