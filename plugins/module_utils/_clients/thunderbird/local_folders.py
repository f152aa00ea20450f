# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local Folders, Thunderbird's account without a server, which can hold folders of other accounts.

Thunderbird creates it at its first start, in a directory that does not exist yet. If a local folder is missing, it
prefers one that the server names (RFC 6154), so both are created before it starts (measured with 153).
"""

from __future__ import annotations

import posixpath
import typing as t
import urllib.parse

from ..._host.file_write import FileWrite
from ..._model.account import Account
from ..._model.folders import Place
from ..._model.persistent import differing
from ..._model.settings import Settings
from . import mapping
from .indexed_settings import ACCOUNTS, Draft, IndexedSettings
from .lookup import allocate_ids, stored
from .mapping import branch, names, text
from .server_directories import directories

if t.TYPE_CHECKING:
    from ..._host.files import Files

_SERVER = "mail.accountmanager.localfoldersserver"
_NAME = "Local Folders"
_USER = "nobody"
_DIRECTORY = f"Mail/{_NAME}"
_FOLDERS = frozenset({"fcc_folder", "draft_folder", "archive_folder"})


def root(settings: Settings) -> str:
    """The URI of its root folder, whether it exists or not."""
    prefix = branch("server", text(settings, _SERVER))
    user, host = text(settings, prefix + "userName") or _USER, text(settings, prefix + "hostname") or _NAME
    return mapping.uri("mailbox", user, urllib.parse.quote(host, safe=""))


def with_local_folders(before: IndexedSettings, account: Account) -> IndexedSettings:
    """The preferences with Local Folders if an account has a folder in it; ``before`` itself if nothing is missing."""
    if not any(folder.place is Place.LOCAL for _kind, folder in account.folders.given()) or _is_there(before):
        return before
    after, ids = Draft(before), allocate_ids(before)
    after[branch("account", ids.account) + "server"] = ids.server
    after.count_account(ids.account)
    after.append(ACCOUNTS, ids.account)
    after[_SERVER] = ids.server
    values = {
        "type": "none",
        "hostname": _NAME,
        "userName": _USER,
        "name": _NAME,
        "directory-rel": f"[ProfD]{_DIRECTORY}",
        "storeContractID": "@mozilla.org/msgstore/berkeleystore;1",
    }
    for key, value in values.items():
        after[branch("server", ids.server) + key] = value
    return after.finished()


def made(before: Settings, after: Settings) -> tuple[str, ...]:
    """The prefixes of the preferences of Local Folders that a run created; they stay if the run is undone."""
    server = text(after, _SERVER)
    if not server or server == text(before, _SERVER):
        return ()
    accounts = [key for key in names(after, ACCOUNTS) if text(after, branch("account", key) + "server") == server]
    return (_SERVER, branch("server", server), *(branch("account", key) for key in accounts))


def _is_there(settings: Settings) -> bool:
    servers = [ids.server for ids in stored(settings)]
    return any(
        text(settings, branch("server", server) + "type") == "none"
        and text(settings, branch("server", server) + "hostname") == _NAME
        for server in (*servers, text(settings, _SERVER))
    )


def missing_folders(files: Files, profile: str, before: Settings, after: Settings) -> list[FileWrite]:
    """The folders of Local Folders that are newly named and missing, as empty files.

    If they are missing, Thunderbird prefers folders that the server names.

    Args:
        files: the user's files.
        profile: the profile's folder.
        before: the preferences before.
        after: the preferences after.
    """
    prefix = root(after) + "/"
    new = [
        value[len(prefix) :]
        for key in differing(before, after)
        for value in [after.get(key)]
        if key.startswith("mail.identity.") and key.rpartition(".")[2] in _FOLDERS
        if isinstance(value, str) and value.startswith(prefix)
    ]
    server = text(after, _SERVER)
    if not new or "maildir" in text(after, branch("server", server) + "storeContractID"):
        return []
    place = next(directories(after, server, profile), posixpath.join(profile, _DIRECTORY))
    there = files.names(place)
    wanted = dict.fromkeys(urllib.parse.unquote(path) for path in new)
    return [FileWrite(posixpath.join(place, name), b"") for name in wanted if "/" not in name and name not in there]
