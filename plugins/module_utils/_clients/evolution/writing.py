# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing sources: as files, or through the registry of a session that is alive.

A registry has all sources in memory. It notices a changed file after three seconds, and overwrites it with what it
remembers if a program has it write the source meanwhile; so beside a registry no file is the way to change anything.
"""

from __future__ import annotations

import time
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._host.files import Files, FileWrite
from ..._model.errors import DamagedFileError, HostError
from .sources import MAIL_ACCOUNT, MAIL_IDENTITY, Sources, source_path
from .stored import Session

_LOOKS, _PAUSE = 50, 0.02  # one second; the registry needs some milliseconds


def to_files(files: Files, folder: str, before: Sources, after: Sources, *, backup: bool) -> t.Sequence[str]:
    """Write and delete files; nothing runs that would have them in memory.

    Returns:
        The backups made.
    """
    writes = [
        FileWrite(source_path(folder, uid), source.render(), backup=backup)
        for uid, source in after.items()
        if before.get(uid) is not source
    ]
    gone = _removed(before, after)
    if writes:
        files.make_directory(folder)
    backups = [*files.replace([*writes, *(_kept(files, folder, gone) if backup else ())])]
    for uid in gone:
        files.delete(source_path(folder, uid))
    return backups


def to_session(
    session: Session, files: Files, folder: str, before: Sources, after: Sources, *, backup: bool
) -> t.Sequence[str]:
    """Have the registry write and delete sources, and see that its memory and its files agree.

    Returns:
        The backups made.

    Raises:
        HostError: the registry refuses.
    """
    edited = {uid: source for uid, source in after.items() if before.get(uid) is not source}
    gone = _removed(before, after)
    known = [uid for uid in edited if uid in before]
    backups = files.replace(_kept(files, folder, [*known, *gone])) if backup else ()
    for uid in gone:
        session.remove(uid)
    refusals = _create(session, edited, before)
    _enforce(session, edited, refusals)
    for uid in gone:
        files.delete(source_path(folder, uid))
    _mend(session, files, folder, edited)
    return backups


def _removed(before: Sources, after: Sources) -> list[str]:
    """The uids that are gone, in the order in which they must go: what is named before what names it."""
    gone = [uid for uid in before if uid not in after]
    return sorted(gone, key=lambda uid: 2 * before.has_group(uid, MAIL_ACCOUNT) + before.has_group(uid, MAIL_IDENTITY))


def _create(session: Session, edited: t.Mapping[str, GlibKeyFile], before: Sources) -> dict[str, HostError]:
    """Add what is new; an account comes after what it names, since it is shown at once.

    An account that a user deletes leaves its children in the memory of the registry, unseen until an account of that
    uid comes back: then they cannot be added, and appear by themselves, as they were.
    """
    refusals = {}
    for uid, source in edited.items():
        if uid not in before:
            try:
                session.create(uid, _text(source))
            except HostError as error:
                refusals[uid] = error
    return refusals


def _enforce(session: Session, edited: t.Mapping[str, GlibKeyFile], refusals: t.Mapping[str, HostError]) -> None:
    """See that the registry has every value in its memory."""
    memory = session.sources()
    for uid, source in edited.items():
        if uid not in memory and uid in refusals:
            raise refusals[uid]
        if not _has_all(memory.get(uid, ""), source):
            session.write(uid, _text(source))


def _mend(session: Session, files: Files, folder: str, edited: t.Mapping[str, GlibKeyFile]) -> None:
    """See that the files say what the registry has in its memory: it does not tell where it could not write one.

    It answers before it writes, so that it gets a moment for it.
    """
    memory = session.sources()
    contents = {source_path(folder, uid): memory[uid].encode("utf-8", "surrogateescape") for uid in edited}
    for _look in range(_LOOKS):
        contents = {path: text for path, text in contents.items() if _values(files.read(path)) != _values(text)}
        if not contents:
            return
        time.sleep(_PAUSE)
    files.replace([FileWrite(path, text) for path, text in contents.items()])


def _has_all(text: str, source: GlibKeyFile) -> bool:
    there = _values(text.encode("utf-8", "surrogateescape")) or {}
    return all(there.get(place) == value for place, value in source.values.items())


def _values(content: bytes | None) -> t.Mapping[tuple[str, str], str] | None:
    """The values of a source; None where there is none that could be read."""
    try:
        return None if content is None else GlibKeyFile.parse(content, "").values
    except DamagedFileError:
        return None


def _kept(files: Files, folder: str, uids: t.Iterable[str]) -> list[FileWrite]:
    """What leaves a copy of each file, whose content stays for now."""
    contents = [(path, files.read(path)) for path in (source_path(folder, uid) for uid in uids)]
    return [FileWrite(path, content, backup=True) for path, content in contents if content is not None]


def _text(source: GlibKeyFile) -> str:
    return source.render().decode("utf-8", "surrogateescape")
