# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder with an account's mail on this host, if it may be deleted."""

from __future__ import annotations

import posixpath
import re
import typing as t

from ..._model.errors import HostError
from ..._model.settings import Settings, Value
from ..mail_deletion import shared_with
from .mapping import PrefIds, branch, text
from .prefs_grammar import statements
from .server_directories import DIRECTORIES, IN_PROFILE, UP, meant, to_delete

if t.TYPE_CHECKING:
    from ..._host.files import Files

_USER_PREFERENCE = re.compile(rb"user_pref(?![A-Za-z0-9_])")
_RELATIVE = "-rel"
_WITH_FILES = ("mail.server.", "mail.identity.")
# A news server stores the list of its groups in a file; an identity may have its signature in one.
_FILES = tuple(f".{name}{end}" for name in ("directory", "newsrc.file", "sig_file") for end in (_RELATIVE, ""))


class MailFolder(t.NamedTuple):
    """What to delete of an account's mail.

    Attributes:
        folder: the folder that could be deleted, relative to the profile; None for none.
        reason: why nothing may be deleted, a clause; empty if it may be, or if there is no mail.
    """

    folder: str | None
    reason: str = ""


def where_mail_is(files: Files, profile: str, settings: Settings, ids: PrefIds) -> MailFolder:
    """The account's own folder, whether or not others use it.

    Args:
        files: the user's files.
        profile: the profile's folder.
        settings: the preferences with the account.
        ids: the account's ids.
    """
    prefix = branch("server", ids.server)
    named = [text(settings, prefix + key) for key in DIRECTORIES if text(settings, prefix + key)]
    if not named:
        return MailFolder(None)
    relative = _relative(settings, ids.server)
    if relative is None:
        return MailFolder(None, f"it is not in its own folder in the profile ({named[0]})")
    folder = posixpath.join(profile, relative)
    real = files.real_path(folder)
    if real != posixpath.join(files.real_path(posixpath.dirname(folder)), posixpath.basename(folder)):
        return MailFolder(None, f"{folder} is a link to {real}")
    return MailFolder(relative)


def used_by(
    files: Files, profile: str, folder: str, users: t.Iterable[Settings], other_profiles: t.Iterable[str] = ()
) -> str:
    """What uses a mail folder, a clause; empty for nothing.

    Args:
        files: the user's files.
        profile: the profile's folder.
        folder: relative to the profile.
        users: the preferences of accounts of the profile whose mail must stay.
        other_profiles: the folders of the user's other profiles, whose accounts may use the same mail.
    """
    others = [path for settings in users for path in _used(settings, profile)]
    for other in other_profiles:
        preferences = _preferences(files, other)
        # The absolute path beside a relative one is ignored: in a copied profile, it leads to the original.
        relative_ones = {key[: -len(_RELATIVE)] for key in preferences if key.endswith(_RELATIVE)}
        others += _used({key: value for key, value in preferences.items() if key not in relative_ones}, other)
    shared = shared_with(to_delete(posixpath.join(profile, folder)), others, files.real_path)
    return f"another account uses {shared[1]}" if shared else ""


def _used(settings: Settings, profile: str) -> t.Iterator[str]:
    """The folders and files of all servers and identities, including accounts that are not in the list."""
    for key, value in settings.items():
        if key.startswith(_WITH_FILES) and key.endswith(_FILES) and isinstance(value, str):
            yield from meant(value, profile)


def _preferences(files: Files, profile: str) -> Settings:
    """The preferences of another profile, as far as they can be read; what Thunderbird skips is ignored."""
    found: dict[str, Value] = {}
    for name in ("prefs.js", "user.js"):
        try:
            content = files.read(posixpath.join(profile, name)) or b""
        except HostError:
            continue
        found.update({one.name: one.value for one in statements(content, _USER_PREFERENCE) if one is not None})
    return found


def _relative(settings: Settings, server: str) -> str | None:
    value = text(settings, branch("server", server) + "directory-rel")
    if not value.startswith(IN_PROFILE):
        return None
    relative = value[len(IN_PROFILE) :].strip("/")
    parts = relative.split("/")
    # Two levels such as ImapMail/imap.charter.net: never the profile itself or all of Mail/.
    own = len(parts) == 2 and not {"..", ".", ""}.intersection(parts) and UP not in value and "\0" not in value
    return relative if own else None
