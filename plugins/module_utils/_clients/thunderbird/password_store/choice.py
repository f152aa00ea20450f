# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the password store in the files of a profile."""

from __future__ import annotations

import posixpath
import typing as t

from ...._model.errors import DamagedFileError
from .store_in_use import KEY_DATABASE, LEFTOVERS, LOGINS, LOGINS_DATABASE

if t.TYPE_CHECKING:
    from ...._host.file_write import FileWrite
    from ...._model.secret import Secret

_BACKUP = "logins-backup.json"
_FIRST_WITH_AES = 144


class ProfilePasswordStore(t.Protocol):
    """The stored passwords of one profile, in logins.json or logins.db. See ``NssPasswordStore``."""

    def stored(self, origin: str, username: str) -> Secret | None:
        """The password that Thunderbird would use."""

    def with_login(self, origin: str, username: str, password: Secret) -> ProfilePasswordStore:
        """The store with this password for the login."""

    def without_login(self, origin: str, username: str) -> ProfilePasswordStore:
        """The store without the login."""

    def with_moved_login(self, old: str, new: str, username: str) -> ProfilePasswordStore:
        """The store with a login moved to another server."""

    def files_since(self, before: t.Any) -> tuple[FileWrite, ...]:
        """The files to write to get here from another state of the same store."""


def open_store(
    folder: str,
    contents: t.Mapping[str, bytes | None],
    *,
    scratch: str,
    now: int,
    version: t.Callable[[], int | None],
    read: t.Callable[[str], bytes | None],
    as_root: t.Callable[[], t.ContextManager[None]],
) -> ProfilePasswordStore:
    """Open the password store, without decrypting anything yet.

    Args:
        folder: the profile's folder.
        contents: the files in use, by name.
        scratch: a private directory (0700), which must exist while the store is in use.
        now: milliseconds since 1970, for times in the store.
        version: returns the version of Thunderbird, None if not known.
        read: reads a file by its path.
        as_root: see ``Thunderbird``.

    Raises:
        DamagedFileError: the files cannot be read, or Thunderbird was interrupted while it changed them.
    """
    for name, content in contents.items():
        if name.endswith(LEFTOVERS) and content:
            database = name.rpartition("-")[0]
            raise DamagedFileError(
                posixpath.join(folder, name),
                None,
                f"Thunderbird was interrupted while it changed {database}",
                "start and quit Thunderbird once, which completes the change",
            )
    keys, keys_path = contents[KEY_DATABASE], posixpath.join(folder, KEY_DATABASE)
    if LOGINS_DATABASE in contents:
        with as_root():
            from .database_store import DatabasePasswordStore
        path = posixpath.join(folder, LOGINS_DATABASE)
        return DatabasePasswordStore.open(keys, keys_path, contents[LOGINS_DATABASE], path, scratch=scratch, now=now)
    with as_root():
        from .json_store import NssPasswordStore
        from .sdr import Cipher
    # AES since Thunderbird 144; for older or unknown versions 3DES, which every version reads.
    installed = version()
    return NssPasswordStore.open(
        keys,
        keys_path,
        contents[LOGINS],
        posixpath.join(folder, LOGINS),
        scratch=scratch,
        fresh=Cipher.AES if installed is not None and installed >= _FIRST_WITH_AES else Cipher.DES3,
        now=now,
        read_backup=lambda: read(posixpath.join(folder, _BACKUP)),
    )
