# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles whose passwords are still in the store of a Thunderbird before 58. A new store would hide them."""

from __future__ import annotations

import posixpath
import typing as t

from ...._model.errors import PasswordStoreError
from .store_in_use import KEY_DATABASE, LOGINS

_OLD_KEY_DATABASE = "key3.db"  # before Thunderbird 58


def refuse_older_store(folder: str, contents: t.Mapping[str, bytes | None], exists: t.Callable[[str], bool]) -> None:
    """Refuse an old key database, whose keys Thunderbird ignores if there is a new one.

    Args:
        folder: the profile's folder.
        contents: the files in use, by name.
        exists: whether a file exists.

    Raises:
        PasswordStoreError: a new key database would hide the passwords of the old one.
    """
    old = older_store(folder, contents, exists)
    if old:
        raise PasswordStoreError(
            f"{old}: the passwords of this profile are still in the store of an old Thunderbird, "
            "which a new one would hide; nothing was changed. Start and quit Thunderbird once, and run again."
        )


def older_store(folder: str, contents: t.Mapping[str, bytes | None], exists: t.Callable[[str], bool]) -> str:
    """The key database of an old Thunderbird if there is no new one; else empty. Arguments as above."""
    old = posixpath.join(folder, _OLD_KEY_DATABASE)
    return old if contents[KEY_DATABASE] is None and exists(old) else ""


def may_have(contents: t.Mapping[str, bytes | None], origin: str) -> bool:
    """Whether logins.json has a password for a server; its login cannot be read.

    Args:
        contents: the files in use, by name.
        origin: as in ``ProfilePasswordStore``.
    """
    return f'"{origin}"'.encode() in (contents.get(LOGINS) or b"")
