# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a POP3 account to the IMAP account of the same address.

Thunderbird keeps the mail of a POP3 account in a folder of the profile. As a server of the type ``none``, the type of
Local Folders, the same folder is shown with all that is in it, and nothing is received for it (seen with 153). So no
mail is copied or moved. Its host gets another name: Thunderbird finds folders by login and host, and a POP3 account
that the user adds again would have the same.
"""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.account import Account, Protocol, State
from ..._model.errors import HostError
from ..._model.settings import Settings
from ..migration import migrates, moves_from
from ..view import View
from . import folder_references, mapping
from .indexed_settings import ACCOUNTS, MARKER, RETIRED, Draft, IndexedSettings
from .lookup import DEFAULT_ACCOUNT, allocate_ids, by_pop3, find
from .mapping import PrefIds, branch, names, text
from .server_directories import directories
from .user_choice import chosen_for

RETIRED_HOST = "charter_mail_retired_host"
"""The host that it had."""

if t.TYPE_CHECKING:
    from ..._host.files import Files
    from .stored import ThunderbirdState

_LOCAL = "local-mail."
_SUFFIX = " (POP3)"
_DEFERRED = "deferred_to_account"
_FOLDERS = {
    "fcc_folder": "Sent",
    "draft_folder": "Drafts",
    "stationery_folder": "Templates",
    "archive_folder": "Archives",
}
# What is in the folder of an account that has received nothing.
_NO_MAIL = frozenset({"popstate.dat", "msgFilterRules.dat", "filterlog.html", "junklog.html"})


class Retired(t.NamedTuple):
    """A POP3 account that was replaced, and is local folders now.

    Attributes:
        server: its key.
        name: what the user sees.
        folders: its directories, as the preferences may mean them.
    """

    server: str
    name: str
    folders: tuple[str, ...]


def replaced_ids(settings: Settings, account: Account) -> t.Sequence[PrefIds]:
    """The POP3 accounts that the account replaces."""
    if not migrates(account):
        return ()
    found = _of_provider(settings, account)
    return found if account.override else [ids for ids in found if not chosen_for(settings, ids, account)]


def kept(settings: Settings, account: Account) -> t.Iterator[tuple[str, str]]:
    """The hosts of POP3 accounts that are not replaced, each with the reason, a clause."""
    if migrates(account) and not account.override:
        for ids in _of_provider(settings, account):
            chosen = chosen_for(settings, ids, account)
            if chosen:
                yield text(settings, branch("server", ids.server) + "hostname"), chosen


def replaced(settings: Settings, account: Account) -> tuple[Account, ...]:
    """The POP3 accounts that the account replaces, as they stand."""
    found = (mapping.read_back(settings, ids) for ids in replaced_ids(settings, account))
    return tuple(one for one in found if one is not None)


def shown(view: View, settings: Settings, account: Account) -> View:
    """The view of an account with what is worth showing where it replaces another one, and that one."""
    local = ", ".join(one.name for one in retired(settings, account, ""))
    details = {**view.details, "local folders": local} if local and view.account is not None else view.details
    return view._replace(details=details, replaces=replaced(settings, account))


def retired(settings: Settings, account: Account, profile: str) -> tuple[Retired, ...]:
    """The local folders with the mail of the POP3 accounts that were replaced."""
    state = IndexedSettings.of(settings)
    return tuple(
        Retired(
            server, text(settings, branch("server", server) + "name"), tuple(directories(settings, server, profile))
        )
        for server in state.owners("server", RETIRED, account.email)
        if state.accounts_with("server", server)
    )


def root_of_retired(settings: Settings, server: str) -> str | None:
    """The URI of the root folder of an account that was replaced; None for others."""
    prefix = branch("server", server)
    if not text(settings, prefix + RETIRED):
        return None
    return mapping.uri("mailbox", text(settings, prefix + "userName"), text(settings, prefix + "hostname"))


def has_filters(state: ThunderbirdState, server: str) -> bool:
    """Whether the account has message filters."""
    folders = directories(state.settings, server, state.profile.path)
    files = (state.references.get(posixpath.join(folder, "msgFilterRules.dat"), b"") for folder in folders)
    return any(b'\nname="' in content for content in files)


def moved(before: Settings, account: Account, files: Files, profile: str) -> Settings:
    """The preferences with the IMAP account in place of the POP3 accounts; ``before`` itself where there are none.

    The IMAP account gets the identities and the name. The rest of it is as if its user had made it: it is to be
    configured next. A POP3 account that was replaced, and is wanted again, gets its folders back.

    Args:
        before: as Thunderbird sees them.
        account: as wanted.
        files: the user's.
        profile: its folder.
    """
    found = replaced_ids(before, account)
    if not found:
        return _with_restored(before, account, profile)
    state = IndexedSettings.of(before)
    after = Draft(state)
    there = find(state, account)
    key = _create(after, found[0], account) if there is None else there.account
    for ids in found:
        _move_identities(after, ids, key, account)
        if _has_inbox_of_others(after, ids) or _has_mail(files, state, ids.server, profile):
            _retire(after, ids, account)
        else:
            _drop(after, ids)
        if text(after, DEFAULT_ACCOUNT) == ids.account:
            after[DEFAULT_ACCOUNT] = key
    return after.finished()


def restored(before: Settings, after: Settings, account: Account) -> t.Iterator[tuple[str, str]]:
    """The root folders of accounts that are POP3 accounts again: the URI that each had, and has."""
    if account.protocol is Protocol.POP3:
        for one in retired(before, account, ""):
            old, new = root_of_retired(before, one.server), mapping.stored_folder_uri(after, one.server)
            if old is not None and new is not None:
                yield old, new


def _with_restored(before: Settings, account: Account, profile: str) -> Settings:
    if account.protocol is not Protocol.POP3 or account.state is not State.PRESENT:
        return before
    found = retired(before, account, profile)
    if not found or find(before, account) is not None:
        return before
    after = Draft(IndexedSettings.of(before))
    prefix = branch("server", found[0].server)
    host, login = text(before, prefix + RETIRED_HOST), text(before, prefix + "userName")
    if (host.lower(), login.lower()) != (account.incoming.host.lower(), account.username.lower()):
        return before
    old = root_of_retired(before, found[0].server)
    after[prefix + "type"], after[prefix + "hostname"] = "pop3", host
    after[prefix + "name"] = found[0].name[: -len(_SUFFIX)] if found[0].name.endswith(_SUFFIX) else found[0].name
    for key in (RETIRED, RETIRED_HOST):
        after.pop(prefix + key, None)
    _rename(after, old, mapping.stored_folder_uri(after, found[0].server))
    return after.finished()


def _of_provider(settings: Settings, account: Account) -> t.Sequence[PrefIds]:
    found = by_pop3(settings, account)
    return [ids for ids in found if moves_from(account, text(settings, branch("server", ids.server) + "hostname"))]


def _create(after: Draft, old: PrefIds, account: Account) -> str:
    """An IMAP account without identities at the place of the old one in the list; its key."""
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
    """Give the identities to the IMAP account, which saves mail to the server from now on."""
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
    """Whether other accounts have their inbox in an account. If it has its own elsewhere, theirs is there, too."""
    elsewhere = text(after, branch("server", ids.server) + _DEFERRED)
    found = after.before.owners("server", _DEFERRED, ids.account)
    others = [server for server in found if server != ids.server and after.before.accounts_with("server", server)]
    if elsewhere:
        after.update({branch("server", server) + _DEFERRED: elsewhere for server in others})
    return bool(others) and not elsewhere


def _has_mail(files: Files, settings: Settings, server: str, profile: str) -> bool:
    """Whether there is anything in the folder of an account.

    That of one with a global inbox may be empty: its mail is in the folders of another account.
    """
    folder = next(directories(settings, server, profile), None)
    if folder is None:
        return False
    names_of_boxes = (name for name in files.names(folder) if name not in _NO_MAIL and not name.endswith(".msf"))
    return any(not _is_empty(files, posixpath.join(folder, name)) for name in names_of_boxes)


def _is_empty(files: Files, path: str) -> bool:
    """Whether a file has nothing in it; a folder has the boxes below another one, or a message a file."""
    if files.is_directory(path):
        return False
    try:
        return not files.read(path)
    except HostError:  # such as one that is too large to be read at once
        return False


def _retire(after: Draft, ids: PrefIds, account: Account) -> None:
    prefix = branch("server", ids.server)
    old = mapping.stored_folder_uri(after.before, ids.server)
    host = text(after, prefix + "hostname")
    after[prefix + "type"] = "none"
    after[prefix + "hostname"] = _LOCAL + host
    after[prefix + "name"] = (text(after, prefix + "name") or account.email) + _SUFFIX
    after[prefix + RETIRED] = account.email
    after[prefix + RETIRED_HOST] = host
    after.pop(prefix + MARKER, None)
    after.pop(prefix + _DEFERRED, None)
    _rename(after, old, root_of_retired(after, ids.server))


def _rename(after: Draft, old: str | None, new: str | None) -> None:
    """Have all preferences that name folders below one root name them below another one."""
    if old is None or new is None:
        return
    references = folder_references.References.between(old, new)
    for key in list(after):
        value = after[key]
        if isinstance(value, str) and references.may_be_in(value):
            after[key] = references.moved(value)


def _drop(after: Draft, ids: PrefIds) -> None:
    """Remove an account that has no mail on this host; what little is in its folder stays."""
    for kind, name in (("account", ids.account), ("server", ids.server)):
        for key in after.before.below(kind, name):
            after.pop(key, None)
    after[ACCOUNTS] = ",".join(name for name in after.list_of(ACCOUNTS).names if name != ids.account)
