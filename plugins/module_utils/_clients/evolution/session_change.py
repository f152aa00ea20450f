# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes sources through the registry of a running session.

A registry has all sources in memory. It notices a changed file after three seconds, and overwrites it from memory if a
program makes it write the source in the meantime. While a registry runs, nothing is changed through files.
"""

from __future__ import annotations

import time
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._host.file_write import FileWrite
from ..._model.errors import DamagedFileError, HostError
from .sources import Sources, source_path
from .writing import kept, removed, text_of

if t.TYPE_CHECKING:
    from ..._host.files import Files
    from .stored import Session

_LOOKS, _PAUSE = 50, 0.02  # one second; the registry needs some milliseconds


class SessionChange:
    """A change of sources made by the registry of a session.

    Args:
        session: the registry.
        files: the user's files.
        folder: the folder of the sources.
        before: the current sources.
        after: the wanted sources.
    """

    def __init__(self, session: Session, files: Files, folder: str, before: Sources, after: Sources) -> None:
        self._session = session
        self._files = files
        self._folder = folder
        self._before = before
        self._edited = {uid: source for uid, source in after.items() if before.get(uid) is not source}
        self._gone = removed(before, after)

    def kept(self) -> list[FileWrite]:
        """The writes that back up each file that the registry will write or remove."""
        known = [uid for uid in self._edited if uid in self._before]
        return kept(self._files, self._folder, [*known, *self._gone])

    @property
    def deletes(self) -> list[str]:
        """The files that the change deletes."""
        return [source_path(self._folder, uid) for uid in self._gone]

    def make(self) -> None:
        """Make the registry write and remove the sources.

        Raises:
            HostError: the registry refuses.
        """
        before = self._session.sources()
        try:
            for uid in self._gone:
                self._session.remove(uid)
            refusals = _create(self._session, self._edited, self._before)
            _enforce(self._session, self._edited, self._before, refusals)
        except HostError as error:
            error.changed = self._session.sources() != before
            raise

    def mend(self) -> None:
        """Make the registry's files match its memory."""
        _mend(self._session, self._files, self._folder, self._edited)


def _create(session: Session, edited: t.Mapping[str, GlibKeyFile], before: Sources) -> dict[str, HostError]:
    """Add new sources; an account comes after the sources it names, since it is shown at once.

    The children of an account that a user deletes stay in the registry's memory, hidden until an account with that uid
    returns. They cannot be added then: they reappear by themselves, unchanged.
    """
    refusals = {}
    for uid, source in edited.items():
        if uid not in before:
            try:
                session.create(uid, text_of(source))
            except HostError as error:
                refusals[uid] = error
    return refusals


def _enforce(
    session: Session, edited: t.Mapping[str, GlibKeyFile], before: Sources, refusals: t.Mapping[str, HostError]
) -> None:
    """Make sure that the registry's memory has every value, and none that is to be removed."""
    memory = session.sources()
    for uid, source in edited.items():
        if uid not in memory and uid in refusals:
            raise refusals[uid]
        gone = before[uid].values.keys() - source.values.keys() if uid in before else ()
        if not _has_all(memory.get(uid, ""), source, gone):
            session.write(uid, text_of(source))


def _mend(session: Session, files: Files, folder: str, edited: t.Mapping[str, GlibKeyFile]) -> None:
    """Make the files match the registry's memory: it does not report a failed write.

    It answers before it writes, so it is given a moment.
    """
    memory = session.sources()
    for uid in edited:
        if uid not in memory:
            raise HostError(
                f"Evolution's account registry, source {uid}",
                "it accepted the source, but no longer has it",
                "check whether something else changes the accounts at the same time, then run again",
            )
    contents = {source_path(folder, uid): memory[uid].encode("utf-8", "surrogateescape") for uid in edited}
    for _look in range(_LOOKS):
        contents = {path: text for path, text in contents.items() if _values(files.read(path)) != _values(text)}
        if not contents:
            return
        time.sleep(_PAUSE)
    files.replace([FileWrite(path, text) for path, text in contents.items()])


def _has_all(text: str, source: GlibKeyFile, gone: t.Collection[tuple[str, str]]) -> bool:
    there = _values(text.encode("utf-8", "surrogateescape")) or {}
    return there.keys().isdisjoint(gone) and all(there.get(place) == value for place, value in source.values.items())


def _values(content: bytes | None) -> t.Mapping[tuple[str, str], str] | None:
    """The values of a source; None if it is missing or unreadable."""
    try:
        return None if content is None else GlibKeyFile.parse(content, "").values
    except DamagedFileError:
        return None
