# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes accounts from the preferences.

What several accounts share is removed with the last of them, in any order: see also ``unused_after_removal``.
"""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.settings import Settings
from . import dependent_accounts, further_identities
from .indexed_settings import ACCOUNTS, SMTP_SERVERS, Draft, IndexedSettings
from .lookup import DEFAULT_ACCOUNT, DEFAULT_SMTP, find
from .mail_deletion import where_mail_is
from .mapping import PrefIds, branch, default_account, names, text
from .smtp_servers import default_smtp_server, senders_by
from .stored import ThunderbirdRemoval, ThunderbirdState
from .user_choice import choice, is_foreign, is_of_account

if t.TYPE_CHECKING:
    from ..._host.files import Files


def without(files: Files, before: ThunderbirdState, account: Account) -> ThunderbirdState:
    """The state without the account, however often it exists, except instances that a further run would keep.

    Args:
        files: the user's files.
        before: the state with the account.
        account: the wanted account.
    """
    last, after = find(before.settings, account), _without_one(files, before, account)
    while not choice(after.settings, account):
        ids = find(after.settings, account)
        if ids in {None, last}:
            break
        last, after = ids, _without_one(files, after, account)
    return after


def _without_one(files: Files, before: ThunderbirdState, account: Account) -> ThunderbirdState:
    settings, ids, smtp_servers = absent(before.settings, account)
    settings = without_unused(settings, before.smtp_servers_left)
    settings = before.sources.with_site_choice(before.settings, settings)
    settings = before.sources.without_vain_choice(before.settings, settings, account)
    if ids is None:
        return before
    mail = where_mail_is(files, before.profile.path, before.settings, ids) if account.purge else None
    removal = ThunderbirdRemoval(account, ids, before.settings, smtp_servers, mail)
    removals = (*before.removals, removal)
    return before._replace(settings=settings, new_passwords=before.passwords, password_changes=(), removals=removals)


class Removed(t.NamedTuple):
    """Preferences from which an account was removed.

    Attributes:
        settings: those of other accounts stay.
        ids: the ids that the account had; None if it was not there.
        smtp_servers: the SMTP servers created for it, including those that others use and that stay.
    """

    settings: Settings
    ids: PrefIds | None
    smtp_servers: t.Sequence[str] = ()


def absent(before: Settings, account: Account) -> Removed:
    """The preferences without the account; ``before`` itself if it is not there.

    Raises:
        DependedOnError: another account keeps its mail in this account's folders.
    """
    state = IndexedSettings.of(before)
    ids = find(state, account)
    if ids is None:
        return Removed(before, None)
    dependent_accounts.refuse_if_others_depend(state, ids, account)
    accounts = _accounts_of(state, ids)
    own_identities = _identities_only_of(state, ids)
    after = Draft(state)
    for kind, own in (
        ("account", accounts),
        ("server", [ids.server]),
        ("identity", [name for name in own_identities if not _is_users(state, name, account)]),
    ):
        for key in [key for name in own for key in state.below(kind, name)]:
            after.pop(key, None)
    _remove(after, ACCOUNTS, accounts)
    if text(before, DEFAULT_ACCOUNT) in accounts:
        _set_or_drop(after, DEFAULT_ACCOUNT, default_account(after))
    named = {text(before, branch("identity", name) + "smtpServer") for name in own_identities}
    smtp_servers = sorted(name for name in named if name and is_of_account(before, name, ids, account))
    return Removed(without_unused(after.finished(), smtp_servers), ids, smtp_servers)


def without_unused(before: Settings, smtp_servers: t.Collection[str]) -> Settings:
    """The preferences without the unused ones among some SMTP servers; ``before`` itself if all are used.

    Args:
        before: without the accounts for which the servers were created.
        smtp_servers: some may be removed already.
    """
    if not smtp_servers:
        return before
    state = IndexedSettings.of(before)
    listed = state.list_of(SMTP_SERVERS).positions
    unused = {name for name in smtp_servers if not senders_by(state, name)}
    after = Draft(state)
    for key in [key for name in unused for key in state.below("smtpserver", name)]:
        after.pop(key, None)
    if not unused.isdisjoint(listed):
        _remove(after, SMTP_SERVERS, unused)
    if text(state, DEFAULT_SMTP) in unused:
        after.pop(DEFAULT_SMTP, None)  # a removed default would mean no default
        _set_or_drop(after, DEFAULT_SMTP, default_smtp_server(after))
    finished = after.finished()
    return before if finished is state else finished


def left_identities(settings: Settings, ids: PrefIds, account: Account) -> t.Sequence[str]:
    """The addresses of the user's own identities, which stay when the account is removed."""
    foreign = (name for name in _identities_only_of(settings, ids) if _is_users(settings, name, account))
    return [text(settings, branch("identity", name) + "useremail") for name in foreign]


def _is_users(settings: Settings, identity: str, account: Account) -> bool:
    return is_foreign(settings, identity, account) and not further_identities.is_ours(settings, identity)


def _identities_only_of(settings: Settings, ids: PrefIds) -> t.Sequence[str]:
    state = IndexedSettings.of(settings)
    accounts = _accounts_of(state, ids)
    keys = dict.fromkeys(name for key in accounts for name in names(state, branch("account", key) + "identities"))
    return [name for name in keys if accounts.issuperset(state.accounts_with("identities", name))]


def _accounts_of(state: IndexedSettings, ids: PrefIds) -> set[str]:
    """The account, and any others with the same server: Thunderbird keeps only one of them."""
    return {ids.account, *state.accounts_with("server", ids.server)}


def _remove(settings: Draft, key: str, removed: t.Collection[str]) -> None:
    listed = names(settings, key)
    if any(name in removed for name in listed):
        _set_or_drop(settings, key, ",".join(name for name in listed if name not in removed))


def _set_or_drop(settings: Draft, key: str, value: str) -> None:
    if value:
        settings[key] = value
    else:
        settings.pop(key, None)
