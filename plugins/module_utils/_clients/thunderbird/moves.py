# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes with an account that moves to another server: addresses of folders, and passwords."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.errors import DamagedFileError, PasswordStoreError
from ..._model.settings import Change, Settings
from . import configure, folder_references, mapping
from .configure import LoginKey
from .mapping import PrefIds

if t.TYPE_CHECKING:
    from .stored import PasswordStore, ThunderbirdState


def follow_move(
    before: ThunderbirdState, settings: Settings, ids: PrefIds, account: Account
) -> tuple[t.Mapping[str, bytes], tuple[str, ...]]:
    """The files that name folders, and what is said about folders that are still named as before."""
    old, new = mapping.stored_folder_uri(before.settings, ids.server), mapping.folder_uri(account)
    if old is None or old == new:
        return before.references, ()
    references = folder_references.moved(before.references, old, new)
    left = folder_references.left(settings, references, old, new)
    remark = f"{account}: the old server is still named, in a form that is not known here, in {', '.join(left)}"
    return references, (remark,) if left else ()


def move_passwords(
    before: ThunderbirdState, old_ids: PrefIds, settings: Settings, ids: PrefIds
) -> tuple[PasswordStore | None, list[Change]]:
    """The stored passwords go with a server that moves, so that nobody is asked for them.

    A password that others use stays where it is. Where a primary password hides them, all stay, and Thunderbird asks.
    """
    pairs = zip(configure.logins(before.settings, old_ids), configure.logins(settings, ids))
    moves = [(old, new) for old, new in pairs if old.origin != new.origin and old.username == new.username]
    if not moves:
        return before.new_passwords, []
    passwords, password_changes = before.passwords, []
    for old, new in moves:
        if configure.uses_login(settings, old):
            continue
        try:
            after = passwords.with_moved_login(old.origin, new.origin, old.username)
        except (PasswordStoreError, DamagedFileError):
            continue
        if after is not passwords:
            password_changes.append(password_change(old, stored=True, wanted=False))
            password_changes.append(password_change(new, stored=False, wanted=True))
        passwords = after
    return passwords, password_changes


def password_change(login: LoginKey, *, stored: bool, wanted: bool) -> Change:
    return Change.of_secret(f"password of {login.username} for {login.origin}", stored=stored, wanted=wanted)
