# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves a POP3 account to the IMAP account of the same address.

``pop3_as_local_folders`` keeps the POP3 account's mail in place.
"""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.account import Account
from ..._model.settings import Settings
from ..migration import migrates, moves_from
from ..view import View
from . import mapping
from .indexed_settings import ACCOUNTS, DEFERRED, Draft, IndexedSettings
from .lookup import DEFAULT_ACCOUNT, allocate_ids, by_pop3, find
from .mapping import PrefIds, branch, names, text
from .pop3_as_local_folders import has_mail, restore, retire, retired
from .server_directories import directories
from .user_choice import chosen_for

if t.TYPE_CHECKING:
    from ..._host.files import Files
    from .stored import ThunderbirdState

_FOLDERS = {
    "fcc_folder": "Sent",
    "draft_folder": "Drafts",
    "stationery_folder": "Templates",
    "archive_folder": "Archives",
}


def replaced_ids(settings: Settings, account: Account) -> t.Sequence[PrefIds]:
    """The POP3 accounts that the account replaces."""
    if not migrates(account):
        return ()
    found = _of_provider(settings, account)
    return found if account.override else [ids for ids in found if not chosen_for(settings, ids, account)]


def kept(settings: Settings, account: Account) -> t.Iterator[tuple[str, str]]:
    """The hosts of POP3 accounts that are not replaced, with the reason, a clause."""
    if migrates(account) and not account.override:
        for ids in _of_provider(settings, account):
            chosen = chosen_for(settings, ids, account)
            if chosen:
                yield text(settings, branch("server", ids.server) + "hostname"), chosen


def replaced(settings: Settings, account: Account) -> tuple[Account, ...]:
    """The POP3 accounts that the account replaces, as stored."""
    found = (mapping.read_back(settings, ids) for ids in replaced_ids(settings, account))
    return tuple(one for one in found if one is not None)


def shown(view: View, settings: Settings, account: Account) -> View:
    """The view of an account, with the POP3 account that it replaces and the related details."""
    local = ", ".join(one.name for one in retired(settings, account, ""))
    details = {**view.details, "local folders": local} if local and view.account is not None else view.details
    return view._replace(details=details, replaces=replaced(settings, account))


def has_filters(state: ThunderbirdState, server: str) -> bool:
    """Whether the account has message filters."""
    folders = directories(state.settings, server, state.profile.path)
    files = (state.references.get(posixpath.join(folder, "msgFilterRules.dat"), b"") for folder in folders)
    return any(b'\nname="' in content for content in files)


def moved(before: Settings, account: Account, files: Files, profile: str) -> Settings:
    """The preferences with the IMAP account in place of the POP3 accounts; ``before`` itself if there are none.

    The IMAP account gets the identities and the name, and is otherwise as if its user had created it: it still has to
    be configured. A replaced POP3 account that is wanted again gets its folders back.

    Args:
        before: as Thunderbird sees them.
        account: the wanted account.
        files: the user's files.
        profile: the profile's folder.
    """
    found = replaced_ids(before, account)
    if not found:
        return restore(before, account, profile)
    state = IndexedSettings.of(before)
    after = Draft(state)
    there = find(state, account)
    key = _create(after, found[0], account) if there is None else there.account
    for ids in found:
        _move_identities(after, ids, key, account)
        if _has_inbox_of_others(after, ids) or has_mail(files, state, ids.server, profile):
            retire(after, ids, account)
        else:
            _drop(after, ids)
        if text(after, DEFAULT_ACCOUNT) == ids.account:
            after[DEFAULT_ACCOUNT] = key
    return after.finished()


def _of_provider(settings: Settings, account: Account) -> t.Sequence[PrefIds]:
    found = by_pop3(settings, account)
    return [ids for ids in found if moves_from(account, text(settings, branch("server", ids.server) + "hostname"))]


def _create(after: Draft, old: PrefIds, account: Account) -> str:
    """Add an IMAP account without identities, in the old account's place in the list, and return its key."""
    new = allocate_ids(after.before)
    after.count_account(new.account)
    after[branch("account", new.account) + "server"] = new.server
    listed = list(after.list_of(ACCOUNTS).names)
    listed.insert(listed.index(old.account), new.account)
    after[ACCOUNTS] = ",".join(listed)
    mapping.write(after, branch("server", new.server), (*mapping.SERVER, *mapping.NEW_SERVER), account)
    name = text(after, branch("server", old.server) + "name")
    if name:
        after[branch("server", new.server) + "name"] = name
    return new.account


def _move_identities(after: Draft, old: PrefIds, key: str, account: Account) -> None:
    """Move the identities to the IMAP account, and have them save mail on the server from now on."""
    root = mapping.stored_folder_uri(after.before, old.server)
    listed = branch("account", key) + "identities"
    there = {_address(after, name) for name in names(after, listed)}
    for name in names(after, branch("account", old.account) + "identities"):
        prefix = branch("identity", name)
        if _address(after, name) in there:
            for below in after.before.below("identity", name):
                after.pop(below, None)
            continue
        after.append(listed, name)
        for setting, folder in _FOLDERS.items():
            if root is not None and text(after, prefix + setting).startswith(root + "/"):
                after[prefix + setting] = f"{mapping.folder_uri(account)}/{folder}"
    after.pop(branch("account", old.account) + "identities", None)


def _address(settings: Settings, identity: str) -> str:
    return text(settings, branch("identity", identity) + "useremail").lower()


def _has_inbox_of_others(after: Draft, ids: PrefIds) -> bool:
    """Whether other accounts use an account's inbox. If its own inbox is elsewhere, theirs is there too."""
    elsewhere = text(after, branch("server", ids.server) + DEFERRED)
    found = after.before.owners("server", DEFERRED, ids.account)
    others = [server for server in found if server != ids.server and after.before.accounts_with("server", server)]
    if elsewhere:
        after.update({branch("server", server) + DEFERRED: elsewhere for server in others})
    return bool(others) and not elsewhere


def _drop(after: Draft, ids: PrefIds) -> None:
    """Remove an account without mail on this host; any files in its folder stay."""
    for kind, name in (("account", ids.account), ("server", ids.server)):
        for key in after.before.below(kind, name):
            after.pop(key, None)
    after[ACCOUNTS] = ",".join(name for name in after.list_of(ACCOUNTS).names if name != ids.account)
