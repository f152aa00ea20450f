# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop settings that a site has locked for all users (dconf(7)).

Checked with dconf 0.40: the profile's compiled databases count, not the text files from which ``dconf update`` creates
them. A lock applies to one setting; the name of a folder locks nothing.
"""

from __future__ import annotations

import posixpath
import typing as t

from .._model.errors import MailError
from . import gvdb

if t.TYPE_CHECKING:
    from .._host.files import Files

_PROFILES = ("/etc/dconf/profile/user", "/usr/local/share/dconf/profile/user", "/usr/share/dconf/profile/user")
_DATABASES = "/etc/dconf/db"


def lock(files: Files, key: str) -> str | None:
    """The file that locks a setting: the text file if found, otherwise the database; None if it is not locked.

    Args:
        files: the host's files, as the user sees them.
        key: the full name, such as ``/org/gnome/evolution/default-mail-account``.
    """
    for database in _databases(files):
        content = _read(files, database)
        try:
            if not content or not gvdb.is_locked(database, content, key):
                continue
        except MailError:  # dconf ignores it
            continue
        folder = f"{database}.d/locks"
        texts = (posixpath.join(folder, name) for name in _names(files, folder))
        return next((text for text in texts if key.encode() in _read(files, text).split()), database)
    return None


def _databases(files: Files) -> t.Iterator[str]:
    """The profile's databases except the user's own."""
    profile = next(filter(None, (_read(files, path) for path in _PROFILES)), b"").decode("utf-8", "replace")
    for line in profile.splitlines():
        kind, _colon, name = line.partition("#")[0].strip().partition(":")
        if kind == "system-db" and name:
            yield posixpath.join(_DATABASES, name)
        elif kind == "file-db" and name:
            yield name


def _read(files: Files, path: str) -> bytes:
    try:
        return files.read(path) or b""
    except MailError:  # dconf also reads it as the user
        return b""


def _names(files: Files, path: str) -> t.Sequence[str]:
    try:
        return files.names(path)
    except MailError:
        return ()
