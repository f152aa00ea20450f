# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes sources, and the seal of their passwords, as files; see ``session_change`` for a running session."""

from __future__ import annotations

import posixpath
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._host.file_write import FileWrite
from ..._model.persistent import differing
from ..._model.settings import Change
from ..change_log import Noted
from . import default_account
from .differences import source_changes
from .lookup import find
from .password_store.keyring_item import Item
from .password_store.store import PLAINTEXT_KEYRING
from .signatures import FOLDER, changed
from .sources import DATA_SOURCE, MAIL_ACCOUNT, MAIL_IDENTITY, Sources, source_path
from .stored import EvolutionState
from .user_choice import choice

if t.TYPE_CHECKING:
    from ..._host.files import Files
    from ..._model.account import Account
    from ..seal import Seal
    from .location_choice import Location


def as_files(
    files: Files, folder: str, before: Sources, after: Sources, *, backup: bool
) -> tuple[list[FileWrite], list[str]]:
    """The files to write and to delete if no running program has them in memory."""
    writes = [
        FileWrite(source_path(folder, uid), source.render(), backup=backup)
        for uid, source in after.items()
        if before.get(uid) is not source
    ]
    gone = removed(before, after)
    return [*writes, *(kept(files, folder, gone) if backup else ())], [source_path(folder, uid) for uid in gone]


def folders(
    files: Files, location: Location, before: EvolutionState, after: EvolutionState, password_store: str
) -> list[str]:
    """The folders in which a change writes, also through symbolic links, each with a trailing slash.

    Args:
        files: the user's files.
        location: Evolution's folders.
        before: the current state.
        after: the wanted state.
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
                changes.append(Change(default_account.path(name), before.default(name), chosen))
        for key, one, other in changed(before.signature, after.new_signatures):
            changes.append(Change(key, _decoded(one), _decoded(other)))
        differ = list(differing(before.sources, after.sources))
        return Noted(
            changes,
            created=[uid for uid in differ if uid in after.sources and uid not in before.sources],
            removed=[uid for uid in differ if uid in before.sources and uid not in after.sources],
            texts={
                uid: text_of(before.sources[uid])
                for uid in differ
                if uid in before.sources and before.sources[uid] is not after.sources.get(uid)
            },
        )

    def parts(self, ids: t.Mapping[str, str]) -> t.Sequence[str]:
        return [uid for uid in ids.values() if uid]


def _decoded(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "surrogateescape")


def removed(before: Sources, after: Sources) -> list[str]:
    """The removed uids in the order of removal: each before the source that names it."""
    gone = [uid for uid in before if uid not in after]
    return sorted(gone, key=lambda uid: 2 * before.has_group(uid, MAIL_ACCOUNT) + before.has_group(uid, MAIL_IDENTITY))


def password_item(state: EvolutionState, uid: str) -> Item | None:
    """The password store's item for a source; None for nothing."""
    secret = state.new_passwords[uid]
    name = state.sources.text(uid, DATA_SOURCE, "DisplayName")
    return None if secret is None else Item(f'Evolution Data Source "{name}"', secret)


def seal_changes(
    seal: Seal | None, files: Files, location: Location, state: EvolutionState
) -> tuple[list[FileWrite], list[str]]:
    """See ``Seal.changes``. The keyring's file writes are then taken as done."""
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


def kept(files: Files, folder: str, uids: t.Iterable[str]) -> list[FileWrite]:
    """The writes that back up each file and leave its content unchanged."""
    contents = [(path, files.read(path)) for path in (source_path(folder, uid) for uid in uids)]
    return [FileWrite(path, content, backup=True) for path, content in contents if content is not None]


def text_of(source: GlibKeyFile) -> str:
    """The text of a source as the registry has it."""
    return source.render().decode("utf-8", "surrogateescape")
