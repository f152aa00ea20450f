# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders for sent mail, drafts and so on, in Evolution's sources.

A folder is ``folder://uid/path`` (e_mail_folder_uri_build); folders On This Computer have the uid ``local``. With
NeedsInitialSetup, Evolution uses the folders that the server names (RFC 6154), or that have usual names, when it next
connects (imapx_initial_setup_sync in camel-imapx-store.c). It sets all of them, so the key is turned off if another
folder is wanted.
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.account import Account, Protocol
from ..._model.folders import Folder, Folders, Place, agrees, usual_name
from .mapping import IMAPX_BACKEND, MAIL_COMPOSITION, protocol_of
from .sources import MAIL_ACCOUNT, MAIL_SUBMISSION, SourceIds

Edited = t.MutableMapping[str, GlibKeyFile]
"""uid to source."""

_LOCAL = "local"
_SETUP = (MAIL_ACCOUNT, "NeedsInitialSetup")
_SWITCH_OF_SENT = (MAIL_SUBMISSION, "UseSentFolder")
# Field of SourceIds, group and key of a folder's URI.
_URIS = {
    "sent": ("identity", MAIL_SUBMISSION, "SentFolder"),
    "drafts": ("identity", MAIL_COMPOSITION, "DraftsFolder"),
    "templates": ("identity", MAIL_COMPOSITION, "TemplatesFolder"),
    "archive": ("account", MAIL_ACCOUNT, "ArchiveFolder"),
}
# The keys for a folder's path and for whether it is used.
_PATHS = {"trash": ("RealTrashPath", "UseRealTrashPath"), "junk": ("RealJunkPath", "UseRealJunkPath")}
# Evolution's defaults if nothing is stored; an account without an archive has none.
_LOCAL_BY_DEFAULT = frozenset({"sent", "drafts", "templates"})


def read(sources: t.Mapping[str, GlibKeyFile], ids: SourceIds) -> Folders:
    """The current folders of an account."""
    account = sources.get(ids.account, GlibKeyFile())
    found = {kind: _of_uri(sources, ids, kind) for kind, place in _URIS.items() if getattr(ids, place[0])}
    if protocol_of(account) is Protocol.IMAP:
        for kind, (path, switch) in _PATHS.items():
            name = account.text(IMAPX_BACKEND, path) or ""
            used = name and account.text(IMAPX_BACKEND, switch) == "true"
            found[kind] = Folder(Place.SERVER, name) if used else Folder(Place.NOWHERE)
    return Folders(**found)


def enforce(edited: Edited, ids: SourceIds, account: Account) -> None:
    """Set each wanted folder that differs."""
    stored = read(edited, ids)
    changed = False
    for kind, wanted in account.folders.given():
        found = getattr(stored, kind)
        if found is None or agrees(wanted, found):
            continue
        changed = True
        name = wanted.name or usual_name(kind)
        if kind in _PATHS:
            path, switch = _PATHS[kind]
            source = edited[ids.account].with_text(IMAPX_BACKEND, path, name)
            edited[ids.account] = source.with_text(IMAPX_BACKEND, switch, "true")
            continue
        part, group, key = _URIS[kind]
        uid = getattr(ids, part)
        if not agrees(wanted, _of_uri(edited, ids, kind, switched_on=True)):
            is_local = wanted.place is Place.LOCAL or account.protocol is Protocol.POP3
            edited[uid] = edited[uid].with_text(group, key, _uri(_LOCAL if is_local else ids.account, name))
        if kind == "sent" and edited[uid].text(*_SWITCH_OF_SENT) == "false":
            edited[uid] = edited[uid].with_text(*_SWITCH_OF_SENT, "true")
    _enforce_setup(edited, ids, account.folders, changed=changed)


def _enforce_setup(edited: Edited, ids: SourceIds, wanted: Folders, *, changed: bool) -> None:
    """Make Evolution ask the server for all folders, or for none."""
    source = edited[ids.account]
    if any(folder != Folder(Place.SERVER) for _kind, folder in wanted.given()):
        if source.text(*_SETUP) == "true":
            edited[ids.account] = source.with_text(*_SETUP, "false")
    elif changed and None not in wanted and protocol_of(source) is Protocol.IMAP:
        edited[ids.account] = source.with_text(*_SETUP, "true")


def _uri(uid: str, name: str) -> str:
    return f"folder://{urllib.parse.quote(uid, safe='')}/{urllib.parse.quote(name, safe='/')}"


def _of_uri(sources: t.Mapping[str, GlibKeyFile], ids: SourceIds, kind: str, *, switched_on: bool = False) -> Folder:
    part, group, key = _URIS[kind]
    source = sources.get(getattr(ids, part), GlibKeyFile())
    if kind == "sent" and not switched_on and source.text(*_SWITCH_OF_SENT) == "false":
        return Folder(Place.NOWHERE)
    uri = source.text(group, key) or ""
    if not uri:
        if kind not in _LOCAL_BY_DEFAULT:
            return Folder(Place.NOWHERE)
        uri = _uri(_LOCAL, usual_name(kind))
    uid, _slash, path = uri.partition("://")[2].partition("/")
    name = urllib.parse.unquote(path, errors="replace")
    owner = urllib.parse.unquote(uid)
    if owner == _LOCAL:
        has_server = protocol_of(sources.get(ids.account, GlibKeyFile())) is Protocol.IMAP
        return Folder(Place.LOCAL if has_server else Place.EITHER, name)
    return Folder(Place.SERVER, name) if owner == ids.account else Folder(Place.ELSEWHERE, uri)
