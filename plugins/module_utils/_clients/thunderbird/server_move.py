# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves folder URIs and passwords along with an account that moves to another server."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.errors import DamagedFileError, PasswordStoreError
from ..._model.settings import Change, Settings
from . import configure, folder_references, mapping, migration, pop3_as_local_folders
from .configure import LoginKey
from .indexed_settings import IndexedSettings
from .lookup import find
from .mapping import PrefIds

if t.TYPE_CHECKING:
    from .password_store.choice import ProfilePasswordStore
    from .stored import ThunderbirdState


_FILTERS = (
    "the POP3 account has message filters, which remain with its folders. Have the user create them again for the IMAP "
    "account in Thunderbird (Tools, Message Filters)"
)


class Followed(t.NamedTuple):
    """What was moved along with an account.

    Attributes:
        references: the files that name folders.
        remarks: what the administrator should know.
        new_passwords: the password store; None if unchanged so far.
        password_changes: the changes in it.
    """

    references: t.Mapping[str, bytes]
    remarks: tuple[str, ...]
    new_passwords: ProfilePasswordStore | None
    password_changes: list[Change]


def follow(before: ThunderbirdState, settings: Settings, ids: PrefIds, account: Account) -> Followed:
    """Move folder URIs and passwords along with the account, according to the new preferences.

    Args:
        before: the state before.
        settings: the new preferences; the same object if nothing of the account changes.
        ids: the account's ids in ``settings``.
        account: the wanted account.
    """
    followed = Followed(before.references, (), before.new_passwords, [])
    if settings is before.settings:
        return followed
    old = find(before.settings, account)
    if old is not None:
        followed = _folders(settings, (_root(before, old), mapping.folder_uri(account)), followed, account)
        followed = _passwords(before, _same_login(before, old, settings, ids), settings, followed)
    for moved in pop3_as_local_folders.restored(before.settings, settings, account):
        followed = _folders(settings, moved, followed, account)
    for pop3 in migration.replaced_ids(before.settings, account):
        roots = _root(before, pop3), pop3_as_local_folders.root_of_retired(settings, pop3.server)
        followed = _folders(settings, roots, followed, account)
        moves = [(was, shall) for was, shall in _pairs(before, pop3, settings, ids) if was != shall]
        followed = _passwords(before, moves, settings, followed)
        if migration.has_filters(before, pop3.server):
            followed = followed._replace(remarks=(*followed.remarks, f"{account}: {_FILTERS}"))
    return followed


def follow_move(
    before: ThunderbirdState, settings: Settings, ids: PrefIds, account: Account
) -> tuple[t.Mapping[str, bytes], tuple[str, ...]]:
    """The files that name folders, updated, and the remarks about folders that still have their former URI."""
    start = Followed(before.references, (), before.new_passwords, [])
    followed = _folders(settings, (_root(before, ids), mapping.folder_uri(account)), start, account)
    return followed.references, followed.remarks


def move_passwords(
    before: ThunderbirdState, old_ids: PrefIds, settings: Settings, ids: PrefIds
) -> tuple[ProfilePasswordStore | None, list[Change]]:
    """The password store after an account's servers have moved, and its changes."""
    start = Followed(before.references, (), before.new_passwords, [])
    followed = _passwords(before, _same_login(before, old_ids, settings, ids), settings, start)
    return followed.new_passwords, followed.password_changes


def follow_back(
    before: ThunderbirdState, after: ThunderbirdState, imap: PrefIds, pop3: t.Sequence[PrefIds]
) -> ThunderbirdState:
    """The state in which restored POP3 accounts have their folders and passwords again.

    Args:
        before: the state with local folders in their place.
        after: the state with the accounts.
        imap: the ids of the account that replaced them, in ``before``.
        pop3: their ids, in ``after``.
    """
    settings = IndexedSettings.of(after.settings)
    followed = Followed(after.references, (), after.new_passwords, list(after.password_changes))
    for ids in pop3:
        old, new = pop3_as_local_folders.root_of_retired(before.settings, ids.server), _root(after, ids)
        if old is not None and new is not None:
            settings = folder_references.moved_settings(settings, old, new)
            moved = folder_references.moved(followed.references, old, new)
            followed = followed._replace(references=moved)
        logins = [(was, shall) for was, shall in _pairs(before, imap, settings, ids) if was != shall and shall.username]
        followed = _copied(before, logins, settings, followed)
        followed = _passwords(before, logins, settings, followed)
    return after._replace(
        settings=settings,
        references=followed.references,
        new_passwords=followed.new_passwords,
        password_changes=tuple(followed.password_changes),
    )


def _copied(
    before: ThunderbirdState, logins: t.Sequence[tuple[LoginKey, LoginKey]], settings: Settings, followed: Followed
) -> Followed:
    """Copy each password whose login others still use."""
    passwords = before.passwords if followed.new_passwords is None else followed.new_passwords
    password_changes = list(followed.password_changes)
    for old, new in logins:
        if not configure.uses_login(settings, old):
            continue
        try:
            password = None if passwords.stored(*new) is not None else passwords.stored(*old)
            if password is None:
                continue
            passwords = passwords.with_login(*new, password)
        except (PasswordStoreError, DamagedFileError):
            continue
        password_changes.append(new.change(stored=False, wanted=True))
    if len(password_changes) == len(followed.password_changes):
        return followed
    return followed._replace(new_passwords=passwords, password_changes=password_changes)


def _same_login(
    before: ThunderbirdState, old_ids: PrefIds, settings: Settings, ids: PrefIds
) -> list[tuple[LoginKey, LoginKey]]:
    pairs = _pairs(before, old_ids, settings, ids)
    return [(was, shall) for was, shall in pairs if was.origin != shall.origin and was.username == shall.username]


def _root(before: ThunderbirdState, ids: PrefIds) -> str | None:
    return mapping.stored_folder_uri(before.settings, ids.server)


def _folders(
    settings: Settings, roots: tuple[str | None, str | None], followed: Followed, account: Account
) -> Followed:
    """Update the files that name folders, and add remarks about folders that still have their former URI."""
    old, new = roots
    if old is None or new is None or old == new:
        return followed
    references = folder_references.moved(followed.references, old, new)
    left = folder_references.left(settings, references, old, new)
    remark = f"{account}: the old server is still named, in an unknown form, in {', '.join(left)}"
    return followed._replace(references=references, remarks=followed.remarks + ((remark,) if left else ()))


def _pairs(
    before: ThunderbirdState, old_ids: PrefIds, settings: Settings, ids: PrefIds
) -> t.Iterable[tuple[LoginKey, LoginKey]]:
    """The account's logins for receiving and for sending, before and after."""
    return zip(configure.logins(before.settings, old_ids), configure.logins(settings, ids))


def _passwords(
    before: ThunderbirdState, moves: t.Sequence[tuple[LoginKey, LoginKey]], settings: Settings, followed: Followed
) -> Followed:
    """Move the stored passwords along with a server, so that the user is not asked for them.

    A password that others use is not moved. If a primary password protects them, none is moved, and Thunderbird asks.
    """
    if not moves:
        return followed
    passwords = before.passwords if followed.new_passwords is None else followed.new_passwords
    password_changes = list(followed.password_changes)
    for old, new in moves:
        if configure.uses_login(settings, old):
            continue
        try:
            after = _moved(passwords, old, new)
        except (PasswordStoreError, DamagedFileError):
            continue
        if after is not passwords:
            password_changes.append(old.change(stored=True, wanted=False))
            password_changes.append(new.change(stored=False, wanted=True))
        passwords = after
    return followed._replace(new_passwords=passwords, password_changes=password_changes)


def _moved(passwords: ProfilePasswordStore, old: LoginKey, new: LoginKey) -> ProfilePasswordStore:
    if old.username == new.username:
        return passwords.with_moved_login(old.origin, new.origin, old.username)
    password = passwords.stored(*old)
    if password is None:
        return passwords
    remaining = passwords.without_login(*old)
    return remaining if remaining.stored(*new) is not None else remaining.with_login(*new, password)
