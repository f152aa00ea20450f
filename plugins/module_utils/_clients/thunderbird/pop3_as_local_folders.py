# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders of a replaced POP3 account, kept as local folders and restored with the account.

Thunderbird keeps the mail of a POP3 account in a folder of the profile. A server of the type ``none``, which Local
Folders has, shows the same folder with all its contents and receives nothing (seen with 153). So no mail is copied or
moved. The host is renamed: Thunderbird finds folders by login and host, and a POP3 account that the user adds again
would have the same ones.
"""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.account import Account, Protocol, State
from ..._model.errors import HostError
from ..._model.settings import Settings
from . import folder_references, mapping
from .indexed_settings import DEFERRED, MARKER, RETIRED, Draft, IndexedSettings
from .lookup import find
from .mapping import PrefIds, branch, text
from .server_directories import directories

if t.TYPE_CHECKING:
    from ..._host.files import Files

_FORMER_HOST = "charter_mail_retired_host"
_LOCAL = "local-mail."
_SUFFIX = " (POP3)"

# Files in the folder of an account that has received nothing.
_NO_MAIL = frozenset({"popstate.dat", "msgFilterRules.dat", "filterlog.html", "junklog.html"})


class Retired(t.NamedTuple):
    """A replaced POP3 account that is now local folders.

    Attributes:
        server: the key of its server.
        name: its name for the user.
        folders: the directories that its preferences may mean.
    """

    server: str
    name: str
    folders: tuple[str, ...]


def retired(settings: Settings, account: Account, profile: str) -> tuple[Retired, ...]:
    """The local folders with the mail of the replaced POP3 accounts."""
    state = IndexedSettings.of(settings)
    return tuple(
        Retired(
            server, text(settings, branch("server", server) + "name"), tuple(directories(settings, server, profile))
        )
        for server in state.owners("server", RETIRED, account.email)
        if state.accounts_with("server", server)
    )


def root_of_retired(settings: Settings, server: str) -> str | None:
    """The URI of a replaced account's root folder; None for other accounts."""
    prefix = branch("server", server)
    if not text(settings, prefix + RETIRED):
        return None
    return mapping.uri("mailbox", text(settings, prefix + "userName"), text(settings, prefix + "hostname"))


def restored(before: Settings, after: Settings, account: Account) -> t.Iterator[tuple[str, str]]:
    """The root folders of accounts that are POP3 accounts again: old and new URI of each."""
    if account.protocol is Protocol.POP3:
        for one in retired(before, account, ""):
            old, new = root_of_retired(before, one.server), mapping.stored_folder_uri(after, one.server)
            if old is not None and new is not None:
                yield old, new


def restore(before: Settings, account: Account, profile: str) -> Settings:
    """The preferences with a wanted, replaced POP3 account restored, and its folders; else ``before`` itself."""
    if account.protocol is not Protocol.POP3 or account.state is not State.PRESENT:
        return before
    found = retired(before, account, profile)
    if not found or find(before, account) is not None:
        return before
    after = Draft(IndexedSettings.of(before))
    prefix = branch("server", found[0].server)
    host, login = text(before, prefix + _FORMER_HOST), text(before, prefix + "userName")
    if (host.lower(), login.lower()) != (account.incoming.host.lower(), account.username.lower()):
        return before
    old = root_of_retired(before, found[0].server)
    after[prefix + "type"], after[prefix + "hostname"] = "pop3", host
    after[prefix + "name"] = found[0].name[: -len(_SUFFIX)] if found[0].name.endswith(_SUFFIX) else found[0].name
    for key in (RETIRED, _FORMER_HOST):
        after.pop(prefix + key, None)
    _rename(after, old, mapping.stored_folder_uri(after, found[0].server))
    return after.finished()


def has_mail(files: Files, settings: Settings, server: str, profile: str) -> bool:
    """Whether an account's folder contains any mail.

    With a global inbox it may be empty: the mail is then in another account's folders.
    """
    folder = next(directories(settings, server, profile), None)
    if folder is None:
        return False
    names_of_boxes = (name for name in files.names(folder) if name not in _NO_MAIL and not name.endswith(".msf"))
    return any(not _is_empty(files, posixpath.join(folder, name)) for name in names_of_boxes)


def _is_empty(files: Files, path: str) -> bool:
    """Whether a file is empty. A folder is not: it holds the subfolders of a mailbox, or one file per message."""
    if files.is_directory(path):
        return False
    try:
        return not files.read(path)
    except HostError:  # for example, too large to be read at once
        return False


def retire(after: Draft, ids: PrefIds, account: Account) -> None:
    """Turn a POP3 account into local folders, and update everything that names its folders."""
    prefix = branch("server", ids.server)
    old = mapping.stored_folder_uri(after.before, ids.server)
    host = text(after, prefix + "hostname")
    after[prefix + "type"] = "none"
    after[prefix + "hostname"] = _LOCAL + host
    after[prefix + "name"] = (text(after, prefix + "name") or account.email) + _SUFFIX
    after[prefix + RETIRED] = account.email
    after[prefix + _FORMER_HOST] = host
    after.pop(prefix + MARKER, None)
    after.pop(prefix + DEFERRED, None)
    _rename(after, old, root_of_retired(after, ids.server))


def _rename(after: Draft, old: str | None, new: str | None) -> None:
    """Replace one root folder by another in all preferences that name folders below it."""
    if old is None or new is None:
        return
    references = folder_references.References.between(old, new)
    for key in list(after):
        value = after[key]
        if isinstance(value, str) and references.may_be_in(value):
            after[key] = references.moved(value)
