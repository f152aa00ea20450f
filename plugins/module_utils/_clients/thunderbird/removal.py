# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing an account: its preferences, its passwords, and the mail that it has on this host."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.settings import Settings
from . import configure, folder_users, identities, removal_warnings
from .indexed_settings import ACCOUNTS, SMTP_SERVERS, Draft, IndexedSettings
from .lookup import DEFAULT_ACCOUNT, DEFAULT_SMTP, find, is_shared
from .mapping import PrefIds, branch, default_account, names, text
from .profiles import Root
from .smtp_servers import default_smtp_server, senders_by
from .stored import ThunderbirdState
from .user_choice import choice, is_foreign, is_of_account

if t.TYPE_CHECKING:
    from ..._host.files import Files


def without(files: Files, root: Root, before: ThunderbirdState, account: Account) -> ThunderbirdState:
    """Without the account, however often it is there; what a further run would leave stays.

    Args:
        files: the user's.
        root: of all profiles.
        before: with the account.
        account: as wanted.
    """
    last, after = find(before.settings, account), _without_one(files, root, before, account)
    found = after.password_changes if after is not before else ()
    while not choice(after.settings, account):
        ids = find(after.settings, account)
        if ids in {None, last}:
            break
        last, after = ids, _without_one(files, root, after, account)
        found += after.password_changes
    return after if after is before else after._replace(password_changes=found)


def _without_one(files: Files, root: Root, before: ThunderbirdState, account: Account) -> ThunderbirdState:
    settings, ids = absent(before.settings, account)
    settings = before.sources.with_site_choice(before.settings, settings)
    settings = before.sources.without_vain_choice(before.settings, settings, account)
    if ids is None:
        return before
    passwords, password_changes = before.passwords, []
    for login in configure.logins(before.settings, ids):
        still_used = configure.uses_login(settings, login)
        remaining = passwords if still_used else passwords.without_login(login.origin, login.username)
        if remaining is not passwords:
            password_changes.append(login.change(stored=True, wanted=False))
        passwords = remaining
    left = left_identities(before.settings, ids, account)
    folder, remarks = removal_warnings.of_removal(files, root, before, settings, ids, account, left)
    return before._replace(
        settings=settings,
        new_passwords=passwords,
        password_changes=tuple(password_changes),
        purged=before.purged if folder is None else (*before.purged, folder),
        remarks=(*before.remarks, *remarks),
    )


def absent(before: Settings, account: Account) -> tuple[Settings, PrefIds | None]:
    """The preferences without the account, and the ids that it had; those of every other account stay.

    Raises:
        OptionError: another account keeps its mail in this one's folders.
    """
    state = IndexedSettings.of(before)
    ids = find(state, account)
    if ids is None:
        return before, None
    folder_users.refuse_if_others_depend(state, ids, account)
    own_identities = _identities_only_of(state, ids)
    smtp_servers = {text(state, branch("identity", name) + "smtpServer") for name in own_identities} - {""}
    own_smtp = {name for name in smtp_servers if senders_by(state, name).issubset(own_identities)}
    own_smtp = {name for name in own_smtp if is_of_account(state, name, ids, account)}
    after = Draft(state)
    for kind, own in (
        ("account", [ids.account]),
        ("server", [ids.server]),
        ("identity", [name for name in own_identities if not _is_users(state, name, account)]),
        ("smtpserver", own_smtp),
    ):
        for key in [key for name in own for key in state.below(kind, name)]:
            after.pop(key, None)
    _remove(after, ACCOUNTS, {ids.account})
    _remove(after, SMTP_SERVERS, own_smtp)
    if text(before, DEFAULT_ACCOUNT) == ids.account:
        _set_or_drop(after, DEFAULT_ACCOUNT, default_account(after))
    if text(before, DEFAULT_SMTP) in own_smtp:
        after.pop(DEFAULT_SMTP, None)  # one that is gone would be none
        _set_or_drop(after, DEFAULT_SMTP, default_smtp_server(after))
    return after.finished(), ids


def left_identities(settings: Settings, ids: PrefIds, account: Account) -> t.Sequence[str]:
    """The addresses of the user's own identities, which stay where the account is removed."""
    foreign = (name for name in _identities_only_of(settings, ids) if _is_users(settings, name, account))
    return [text(settings, branch("identity", name) + "useremail") for name in foreign]


def _is_users(settings: Settings, identity: str, account: Account) -> bool:
    return is_foreign(settings, identity, account) and not identities.is_ours(settings, identity)


def _identities_only_of(settings: Settings, ids: PrefIds) -> t.Sequence[str]:
    keys = dict.fromkeys(names(settings, branch("account", ids.account) + "identities"))
    return [name for name in keys if not is_shared(settings, name, ids)]


def _remove(settings: Draft, key: str, removed: set[str]) -> None:
    listed = names(settings, key)
    if removed.intersection(listed):
        _set_or_drop(settings, key, ",".join(name for name in listed if name not in removed))


def _set_or_drop(settings: Draft, key: str, value: str) -> None:
    if value:
        settings[key] = value
    else:
        settings.pop(key, None)
