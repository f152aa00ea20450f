# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes with an account that moves to another server: addresses of folders, and passwords."""

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
    "the POP3 account has message filters, which stay with its folders. Have the user create them again for the IMAP "
    "account in Thunderbird (Tools, Message Filters)"
)


class Followed(t.NamedTuple):
    """What has followed an account.

    Attributes:
        references: the files that name folders.
        remarks: what the admin should know.
        new_passwords: the password store; None where no account has changed it yet.
        password_changes: what has changed in it.
    """

    references: t.Mapping[str, bytes]
    remarks: tuple[str, ...]
    new_passwords: ProfilePasswordStore | None
    password_changes: list[Change]


def follow(before: ThunderbirdState, settings: Settings, ids: PrefIds, account: Account) -> Followed:
    """What goes with the account from where it was to where the new preferences have it.

    Args:
        before: as it was.
        settings: as they will be; the same object where nothing of the account changes.
        ids: the account's in these.
        account: as wanted.
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
    """The files that name folders, and what is said about folders that are still named as before."""
    start = Followed(before.references, (), before.new_passwords, [])
    followed = _folders(settings, (_root(before, ids), mapping.folder_uri(account)), start, account)
    return followed.references, followed.remarks


def move_passwords(
    before: ThunderbirdState, old_ids: PrefIds, settings: Settings, ids: PrefIds
) -> tuple[ProfilePasswordStore | None, list[Change]]:
    """The stored passwords of an account whose servers move, and what changes."""
    start = Followed(before.references, (), before.new_passwords, [])
    followed = _passwords(before, _same_login(before, old_ids, settings, ids), settings, start)
    return followed.new_passwords, followed.password_changes


def follow_back(
    before: ThunderbirdState, after: ThunderbirdState, imap: PrefIds, pop3: t.Sequence[PrefIds]
) -> ThunderbirdState:
    """The state in which the folders and the passwords of POP3 accounts that come back are theirs again.

    Args:
        before: with local folders in their place.
        after: with the accounts.
        imap: the ids of the account that has replaced them, in ``before``.
        pop3: theirs, in ``after``.
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
    """With a copy of each password whose login others go on using."""
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
    """With the files that name folders as they shall be, and what is said about folders still named as before."""
    old, new = roots
    if old is None or new is None or old == new:
        return followed
    references = folder_references.moved(followed.references, old, new)
    left = folder_references.left(settings, references, old, new)
    remark = f"{account}: the old server is still named, in a form that is not known here, in {', '.join(left)}"
    return followed._replace(references=references, remarks=followed.remarks + ((remark,) if left else ()))


def _pairs(
    before: ThunderbirdState, old_ids: PrefIds, settings: Settings, ids: PrefIds
) -> t.Iterable[tuple[LoginKey, LoginKey]]:
    """Which logins the account had, and has, for receiving and for sending."""
    return zip(configure.logins(before.settings, old_ids), configure.logins(settings, ids))


def _passwords(
    before: ThunderbirdState, moves: t.Sequence[tuple[LoginKey, LoginKey]], settings: Settings, followed: Followed
) -> Followed:
    """The stored passwords go with a server that moves, so that nobody is asked for them.

    A password that others use stays where it is. Where a primary password hides them, all stay, and Thunderbird asks.
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
