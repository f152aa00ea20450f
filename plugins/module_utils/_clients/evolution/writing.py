# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing sources, and the seal of their passwords: as files, or through the registry of a running session.

A registry has all sources in memory. It notices a changed file after three seconds, and overwrites it with what it
remembers if a program has it write the source meanwhile; so beside a registry no file is the way to change anything.
"""

from __future__ import annotations

import posixpath
import time
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._host.files import Files, FileWrite
from ..._model.errors import DamagedFileError, HostError
from ..._model.persistent import differing
from ..._model.settings import Change
from ..change_log import Noted
from . import defaults
from .differences import source_changes
from .lookup import find
from .password_store.keyring_item import Item
from .password_store.store import PLAINTEXT_KEYRING
from .signatures import FOLDER, changed
from .sources import DATA_SOURCE, MAIL_ACCOUNT, MAIL_IDENTITY, Sources, source_path
from .stored import EvolutionState, Session
from .user_choice import choice

if t.TYPE_CHECKING:
    from ..._model.account import Account
    from ..seal import Seal
    from .location_choice import Location

_LOOKS, _PAUSE = 50, 0.02  # one second; the registry needs some milliseconds


def as_files(
    files: Files, folder: str, before: Sources, after: Sources, *, backup: bool
) -> tuple[list[FileWrite], list[str]]:
    """The files to write and to delete, where nothing runs that would have them in memory."""
    writes = [
        FileWrite(source_path(folder, uid), source.render(), backup=backup)
        for uid, source in after.items()
        if before.get(uid) is not source
    ]
    gone = _removed(before, after)
    return [*writes, *(_kept(files, folder, gone) if backup else ())], [source_path(folder, uid) for uid in gone]


def folders(
    files: Files, location: Location, before: EvolutionState, after: EvolutionState, password_store: str
) -> list[str]:
    """The folders in which a change writes, also by links, each with a slash.

    Args:
        files: the user's files.
        location: of Evolution's folders.
        before: the state as it is.
        after: as it will be.
        password_store: one of ``store.CHOICES``.
    """
    found = [location.keyrings] if after.new_passwords and password_store == PLAINTEXT_KEYRING else []
    found += [posixpath.join(location.config, FOLDER)] if after.new_signatures else []
    found += [posixpath.dirname(location.settings)] if after.new_defaults and location.settings else []
    if before.session is not None:  # a registry writes by itself, with the user's rights
        found += [location.sources] if after.sources is not before.sources else []
    else:
        edited = [uid for uid, source in after.sources.items() if before.sources.get(uid) is not source]
        paths = (source_path(location.sources, uid) for uid in edited)
        usual = files.real_path(location.sources)
        linked = dict.fromkeys(posixpath.dirname(files.real_path(path)) for path in paths)
        found += [location.sources, *(folder for folder in linked if folder != usual)]
    return [f"{folder}/" for folder in found]


class EvolutionNotes:
    """Implements the protocol ``Notes``."""

    def noted(self, before: EvolutionState, after: EvolutionState) -> Noted:
        changes = source_changes(before.sources, after.sources)
        for name, chosen in after.new_defaults.items():
            if before.default(name) != chosen:
                changes.append(Change(defaults.path(name), before.default(name), chosen))
        for key, one, other in changed(before.signature, after.new_signatures):
            changes.append(Change(key, _decoded(one), _decoded(other)))
        differ = list(differing(before.sources, after.sources))
        return Noted(
            changes,
            created=[uid for uid in differ if uid in after.sources and uid not in before.sources],
            removed=[uid for uid in differ if uid in before.sources and uid not in after.sources],
            texts={
                uid: _text(before.sources[uid])
                for uid in differ
                if uid in before.sources and before.sources[uid] is not after.sources.get(uid)
            },
        )

    def parts(self, ids: t.Mapping[str, str]) -> t.Sequence[str]:
        return [uid for uid in ids.values() if uid]


def _decoded(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "surrogateescape")


class SessionChange:
    """A change of sources that the registry of a session makes.

    Args:
        session: the registry.
        files: the user's files.
        folder: that of the sources.
        before: the sources as they are.
        after: as they will be.
    """

    def __init__(self, session: Session, files: Files, folder: str, before: Sources, after: Sources) -> None:
        self._session = session
        self._files = files
        self._folder = folder
        self._before = before
        self._edited = {uid: source for uid, source in after.items() if before.get(uid) is not source}
        self._gone = _removed(before, after)

    def kept(self) -> list[FileWrite]:
        """What leaves a copy of each file that the registry will write or remove."""
        known = [uid for uid in self._edited if uid in self._before]
        return _kept(self._files, self._folder, [*known, *self._gone])

    @property
    def deletes(self) -> list[str]:
        """The files that are to be gone once the change is made."""
        return [source_path(self._folder, uid) for uid in self._gone]

    def make(self) -> None:
        """Have the registry write and remove the sources.

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
        """See that the memory of the registry and its files agree."""
        _mend(self._session, self._files, self._folder, self._edited)


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


def _enforce(
    session: Session, edited: t.Mapping[str, GlibKeyFile], before: Sources, refusals: t.Mapping[str, HostError]
) -> None:
    """See that the registry has every value in its memory, and none that is to go."""
    memory = session.sources()
    for uid, source in edited.items():
        if uid not in memory and uid in refusals:
            raise refusals[uid]
        gone = before[uid].values.keys() - source.values.keys() if uid in before else ()
        if not _has_all(memory.get(uid, ""), source, gone):
            session.write(uid, _text(source))


def _mend(session: Session, files: Files, folder: str, edited: t.Mapping[str, GlibKeyFile]) -> None:
    """See that the files say what the registry has in its memory: it does not tell where it could not write one.

    It answers before it writes, so that it gets a moment for it.
    """
    memory = session.sources()
    for uid in edited:
        if uid not in memory:
            raise HostError(
                f"Evolution's account registry, source {uid}",
                "it accepted the source and no longer has it",
                "see whether something else changes the accounts at the same time, then run again",
            )
    contents = {source_path(folder, uid): memory[uid].encode("utf-8", "surrogateescape") for uid in edited}
    for _look in range(_LOOKS):
        contents = {path: text for path, text in contents.items() if _values(files.read(path)) != _values(text)}
        if not contents:
            return
        time.sleep(_PAUSE)
    files.replace([FileWrite(path, text) for path, text in contents.items()])


def password_item(state: EvolutionState, uid: str) -> Item | None:
    """What the password store gets for a source; None for nothing."""
    secret = state.new_passwords[uid]
    name = state.sources.text(uid, DATA_SOURCE, "DisplayName")
    return None if secret is None else Item(f'Evolution Data Source "{name}"', secret)


def seal_changes(
    seal: Seal | None, files: Files, location: Location, state: EvolutionState
) -> tuple[list[FileWrite], list[str]]:
    """See ``Seal.changes``. What is to be written of the keyring counts as written."""
    if seal is None:
        return [], []

    def logins(account: Account) -> list[tuple[str]]:
        ids = None if choice(state.sources, account) else find(state.sources, account)
        return [] if ids is None else [(ids.account,), (ids.transport,)]

    stored = seal.held(logins, state.password)
    if not (stored or state.new_passwords):
        return [], []
    return seal.changes(files, location.keyrings, state.passwords.value.contents, stored)


def renew_seal(seal: Seal, files: Files, location: Location, state: EvolutionState) -> tuple[str, ...]:
    """See ``Seal.renew``."""
    return seal.renew(files, lambda: seal_changes(seal, files, location, state))


def _has_all(text: str, source: GlibKeyFile, gone: t.Collection[tuple[str, str]]) -> bool:
    there = _values(text.encode("utf-8", "surrogateescape")) or {}
    return there.keys().isdisjoint(gone) and all(there.get(place) == value for place, value in source.values.items())


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
