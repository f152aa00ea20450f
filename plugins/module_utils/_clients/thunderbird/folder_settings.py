# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders for sent mail, drafts and so on, in Thunderbird's preferences.

See nsMsgIdentity.cpp, nsSpamSettings.cpp and nsImapIncomingServer.cpp (DiscoveryDone): if the folder in a preference
does not exist on the server and the server names one (RFC 6154), Thunderbird uses that one and changes the preference.
In the URI of a folder on a server, only the root is escaped, as in ``imap://me%40x@host/Sent Mail``.
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ..._formats import modified_utf7
from ..._model.account import Account
from ..._model.folders import Folder, Folders, Place, agrees, usual_name
from ..._model.settings import Settings, Value
from . import local_folders, mapping
from .mapping import PrefIds, branch, effective_value


class _OfIdentity(t.NamedTuple):
    """The preferences for a folder of an identity.

    Attributes:
        kind: its name in Folders.
        uri: the folder's URI.
        picker: the choice in the account settings: "0" for the usual folder of an account, "1" for another folder.
        switch: whether such mail is kept at all; empty if there is no such preference.
    """

    kind: str
    uri: str
    picker: str
    switch: str = ""


_OF_IDENTITY = (
    _OfIdentity("sent", "fcc_folder", "fcc_folder_picker_mode", "fcc"),
    _OfIdentity("drafts", "draft_folder", "drafts_folder_picker_mode"),
    _OfIdentity("templates", "stationery_folder", "tmpl_folder_picker_mode"),
    _OfIdentity("archive", "archive_folder", "archives_folder_picker_mode", "archive_enabled"),
)
_TRASH = "trash_folder_name"
_DELETE_MODEL, _MOVE_TO_TRASH = "delete_model", 1  # nsMsgImapDeleteModels
_MOVE_JUNK = "moveOnSpam"
_JUNK_MODE, _ACCOUNT, _FOLDER = "moveTargetMode", 0, 1  # nsISpamSettings
_JUNK_ACCOUNT, _JUNK_FOLDER = "spamActionTargetAccount", "spamActionTargetFolder"


def read(settings: Settings, ids: PrefIds) -> Folders:
    """The folders of an account as stored; a folder without a preference is the usual one."""
    roots = _Roots.of(settings, ids)
    if roots is None:
        return Folders()
    found: dict[str, Folder] = {}
    if ids.identity:
        prefix = branch("identity", ids.identity)
        for one in _OF_IDENTITY:
            is_kept = not one.switch or _value(settings, prefix + one.switch, True)
            found[one.kind] = _of_identity(settings, prefix, one, roots) if is_kept else Folder(Place.NOWHERE)
    server = branch("server", ids.server)
    if roots.imap:
        name = str(_value(settings, server + _TRASH, "")) or usual_name("trash")
        moves = _value(settings, server + _DELETE_MODEL, _MOVE_TO_TRASH) == _MOVE_TO_TRASH
        found["trash"] = Folder(Place.SERVER, name) if moves else Folder(Place.NOWHERE)
    moves = _value(settings, server + _MOVE_JUNK, False) is True
    found["junk"] = _junk(settings, server, roots) if moves else Folder(Place.NOWHERE)
    return Folders(**found)


def enforce(after: t.MutableMapping[str, Value], ids: PrefIds, account: Account) -> None:
    """Set each folder that differs from what is wanted; the account's servers are already configured."""
    roots = _Roots.of(after, ids)
    if roots is None:
        return
    stored = read(after, ids)
    server = branch("server", ids.server)
    for one in _OF_IDENTITY:
        wanted = getattr(account.folders, one.kind)
        if wanted is not None:
            _enforce_of_identity(after, branch("identity", ids.identity), one, wanted, roots)
    trash, junk = account.folders.trash, account.folders.junk
    if trash is not None and stored.trash is not None and not agrees(trash, stored.trash):
        if not agrees(trash, Folder(Place.SERVER, str(_value(after, server + _TRASH, "")) or usual_name("trash"))):
            after[server + _TRASH] = trash.name
        if _value(after, server + _DELETE_MODEL, _MOVE_TO_TRASH) != _MOVE_TO_TRASH:
            after[server + _DELETE_MODEL] = _MOVE_TO_TRASH
    if junk is not None and stored.junk is not None and not agrees(junk, stored.junk):
        if not agrees(junk, _junk(after, server, roots)):
            after[server + _JUNK_MODE] = _FOLDER if junk.name else _ACCOUNT
            if junk.name:
                after[server + _JUNK_FOLDER] = roots.uri(junk, "junk")
            else:
                after[server + _JUNK_ACCOUNT] = roots.own
        after[server + _MOVE_JUNK] = True


class _Roots(t.NamedTuple):
    """The URIs of the root folders that an account can use.

    Attributes:
        own: the account's own.
        local: that of Local Folders.
        imap: the account's folders are on a server.
    """

    own: str
    local: str
    imap: bool

    @classmethod
    def of(cls, settings: Settings, ids: PrefIds) -> _Roots | None:
        """The roots for a stored account; None if it is neither IMAP nor POP3."""
        own = mapping.stored_folder_uri(settings, ids.server)
        if own is None:
            return None
        return cls(own, local_folders.root(settings), own.startswith("imap:"))

    def uri(self, folder: Folder, kind: str) -> str:
        """The URI of a folder."""
        name = folder.name or usual_name(kind)
        if folder.place is Place.SERVER and self.imap:
            return f"{self.own}/{modified_utf7.encoded(name)}"
        # For folders on this computer, escaped as by NS_MsgEscapeEncodeURLPath.
        path = urllib.parse.quote(name, safe="/*+@").replace("~", "%7E")
        return f"{self.local if folder.place is Place.LOCAL else self.own}/{path}"

    def folder(self, uri: str) -> Folder:
        """The folder with a URI."""
        for root, place in ((self.own, Place.SERVER), (self.local, Place.LOCAL)):
            if uri.startswith(root + "/"):
                path = uri[len(root) + 1 :]
                on_server = self.imap and place is Place.SERVER
                return Folder(place, modified_utf7.decoded(path) if on_server else urllib.parse.unquote(path))
        return Folder(Place.ELSEWHERE, uri)


def _of_identity(settings: Settings, prefix: str, one: _OfIdentity, roots: _Roots) -> Folder:
    uri = str(_value(settings, prefix + one.uri, ""))
    return roots.folder(uri) if uri else Folder(Place.SERVER, usual_name(one.kind))


def _enforce_of_identity(
    after: t.MutableMapping[str, Value], prefix: str, one: _OfIdentity, wanted: Folder, roots: _Roots
) -> None:
    if not agrees(wanted, _of_identity(after, prefix, one, roots)):
        after[prefix + one.uri] = roots.uri(wanted, one.kind)
        after[prefix + one.picker] = "1" if wanted.name else "0"
    if one.switch and not _value(after, prefix + one.switch, True):
        after[prefix + one.switch] = True


def _junk(settings: Settings, server: str, roots: _Roots) -> Folder:
    if _value(settings, server + _JUNK_MODE, _ACCOUNT) == _FOLDER:
        uri = str(_value(settings, server + _JUNK_FOLDER, ""))
    else:
        account = str(_value(settings, server + _JUNK_ACCOUNT, "")) or roots.own
        uri = f"{account}/{usual_name('junk')}"
    return roots.folder(uri) if uri else Folder(Place.NOWHERE)


def _value(settings: Settings, key: str, default: Value) -> Value:
    """The effective value."""
    prefix, dot, name = key.rpartition(".")
    value = effective_value(settings, prefix + dot, name, default)
    return default if value is None or type(value) is not type(default) else value
