# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures: a source for each, and a file with its content, named after the source.

The file is ``~/.config/evolution/signatures/UID`` (e-source-mail-signature.c). Evolution executes the file if it is
executable, and uses its output. So ours is written with mode 0600, and never through a symbolic link.
"""

from __future__ import annotations

import dataclasses
import posixpath
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._host.file_write import FileWrite
from ..._model.account import Account
from ..._model.errors import HostError
from ..._model.signature import Signature, normal, same_content
from ..lookup import marker
from .lookup import SIGNATURE, uid
from .mapping import MAIL_COMPOSITION
from .sources import DATA_SOURCE, MAIL_IDENTITY, MARKER_GROUP, MARKER_KEY, Sources
from .user_choice import kept_address

if t.TYPE_CHECKING:
    from ..._host.files import Files

MAIL_SIGNATURE = "Mail Signature"
FOLDER = "signatures"
"""Beside the folder of the sources."""

SIGNATURE_UID = "SignatureUid"
TOP_SIGNATURE = "TopSignature"
DIGEST_KEY = "Digest"
"""In our own group: the content that we wrote."""

_NONE = "none"
_MIME_TYPES = {True: "text/html", False: "text/plain"}
_PLACES = {"on": True, "off": False}  # CamelThreeState, whose third value is inconsistent

CHANGE = "signature "
"""The prefix, before the uid, that names a change of a file's content."""

Contents = t.Callable[[str], t.Optional[bytes]]
"""Returns the content of a source's file by uid; None if there is none."""
NewContents = t.Mapping[str, t.Optional[bytes]]
"""uid to the new content of the file; None to delete it."""


class SignatureFiles:
    """The signature files of a user.

    Args:
        files: the user's files.
        folder: where Evolution keeps its settings.
    """

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = posixpath.join(folder, FOLDER)
        self._known: dict[str, bytes | None] = {}

    def content(self, name: str) -> bytes | None:
        """See ``Contents``."""
        if name not in self._known:
            self._known[name] = self._files.read(self.path(name))
        return self._known[name]

    def require_plain(self, new: NewContents) -> None:
        """Check that the files can be written without following a symbolic link.

        Raises:
            HostError: one is a symbolic link.
        """
        for name in filter(self.is_link, new):
            raise HostError(
                self.path(name),
                "this is a symbolic link, so Evolution's signature is not written there",
                "move it away and run again; nothing was changed",
            )

    def is_link(self, name: str) -> bool:
        """Whether a file is a symbolic link. Evolution creates one for a signature that a program prints."""
        return self._files.real_path(self.path(name)) != posixpath.join(self._files.real_path(self._folder), name)

    def writes(self, new: NewContents, *, backup: bool) -> list[FileWrite]:
        """The files to write."""
        present = [(name, content) for name, content in new.items() if content is not None]
        return [FileWrite(self.path(name), content, backup=backup, strict=True) for name, content in present]

    def gone(self, new: NewContents) -> list[str]:
        """The files to delete."""
        return [self.path(name) for name, content in new.items() if content is None]

    def path(self, name: str) -> str:
        """The file of a source."""
        return posixpath.join(self._folder, name)


def read(sources: Sources, identity: str, contents: Contents) -> Signature:
    """The signature of an identity; an empty one if there is none."""
    name = sources.text(identity, MAIL_IDENTITY, SIGNATURE_UID)
    above = _PLACES.get(sources.text(identity, MAIL_COMPOSITION, TOP_SIGNATURE))
    if not sources.has_group(name, MAIL_SIGNATURE):
        return Signature("", above=above)
    return dataclasses.replace(_read(sources, name, contents), above=above)


def changed(before: Contents, new: NewContents) -> t.Iterator[tuple[str, bytes | None, bytes | None]]:
    """The files whose content changes: the name of the change, and the content before and after."""
    for name, content in new.items():
        if before(name) != content:
            yield CHANGE + name, before(name), content


def configured(sources: Sources, identity: str, account: Account, contents: Contents) -> tuple[Sources, NewContents]:
    """The sources with the account's signature, and the new content of its file.

    Args:
        sources: with the account; returned if nothing changes.
        identity: the uid of the account's identity.
        account: as wanted.
        contents: the current contents of the files.
    """
    wanted = account.signature
    if wanted is None or kept_address(sources, identity, account):
        return sources, {}
    stored = read(sources, identity, contents)
    after, new = sources, t.cast(NewContents, {})
    if not same_content(wanted, stored):
        after, new = _with(sources, identity, account, wanted) if wanted.content else without(sources, account)
    if wanted.content and wanted.above is not None and wanted.above is not stored.above:
        place = "on" if wanted.above else "off"
        after = after.updated({identity: after[identity].with_text(MAIL_COMPOSITION, TOP_SIGNATURE, place)})
    return after, new


def without(sources: Sources, account: Account) -> tuple[Sources, NewContents]:
    """The sources without our signature, unless the user also uses it for another account."""
    name = uid(account, SIGNATURE)
    users = [
        one
        for one, source in sources.items()
        if MAIL_IDENTITY in source.groups and source.text(MAIL_IDENTITY, SIGNATURE_UID) == name
    ]
    own = [one for one in users if sources.text(one, MARKER_GROUP, MARKER_KEY) == marker(account)]
    edited = {one: sources[one].with_text(MAIL_IDENTITY, SIGNATURE_UID, _NONE) for one in own}
    is_ours = sources.has_group(name, MAIL_SIGNATURE) and len(own) == len(users)
    if not edited and not is_ours:
        return sources, {}
    return sources.updated(edited, [name] if is_ours else []), {name: None} if is_ours else {}


def left_by_user(sources: Sources, account: Account, contents: Contents) -> tuple[Sources, NewContents]:
    """The sources without our signature for an account that the user has deleted; kept if it was changed since."""
    name = uid(account, SIGNATURE)
    if sources.text(name, MARKER_GROUP, MARKER_KEY) != marker(account) or not sources.has_group(name, MAIL_SIGNATURE):
        return sources, {}
    identities = (one for one in sources if sources.text(one, MAIL_IDENTITY, SIGNATURE_UID) == name)
    if any(sources.accounts_of(one) for one in identities):
        return sources, {}
    if contents(name) is not None and not _read(sources, name, contents).managed:
        return sources, {}
    return sources.updated({}, [name]), {name: None}


def _read(sources: Sources, name: str, contents: Contents) -> Signature:
    content = normal((contents(name) or b"").decode("utf-8", "replace"))
    html = sources.text(name, MAIL_SIGNATURE, "MimeType") == _MIME_TYPES[True]
    found = Signature(content, html=html and bool(content))
    return dataclasses.replace(found, managed=sources.text(name, MARKER_GROUP, DIGEST_KEY) == found.digest)


def _with(sources: Sources, identity: str, account: Account, wanted: Signature) -> tuple[Sources, NewContents]:
    name = uid(account, SIGNATURE)
    source = sources.get(name, GlibKeyFile())
    texts = {
        (DATA_SOURCE, "DisplayName"): source.text(DATA_SOURCE, "DisplayName") or account.email,
        (DATA_SOURCE, "Enabled"): "true",
        (DATA_SOURCE, "Parent"): "",
        (MAIL_SIGNATURE, "MimeType"): _MIME_TYPES[wanted.html],
        (MARKER_GROUP, MARKER_KEY): marker(account),
        (MARKER_GROUP, DIGEST_KEY): wanted.digest,
    }
    changed = {place: value for place, value in texts.items() if source.text(*place) != value}
    edited = {
        name: source.with_texts(changed) if changed else source,
        identity: sources[identity].with_text(MAIL_IDENTITY, SIGNATURE_UID, name),
    }
    return sources.updated(edited), {name: wanted.content.encode("utf-8")}
