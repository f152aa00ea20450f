# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird's stored passwords in logins.db and key4.db, as one value.

This module does not access the profile: it receives bytes and returns what to write.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ...._host.file_write import FileWrite
from ...._model.errors import PasswordStoreError
from ...._model.persistent import PersistentMap
from ...._model.secret import Secret
from . import encrypted_login, key_database, logins_database
from .login_rules import require_storable
from .logins_database import Row


@dataclasses.dataclass(frozen=True)
class LoginsKey:
    """The key of logins.db, read on first use.

    Attributes:
        content: the whole key4.db; None if there is none.
        path: the path of key4.db.
        scratch: a private directory for SQLite, which must exist while the value is in use.
    """

    content: bytes | None = dataclasses.field(repr=False)
    path: str
    scratch: str = dataclasses.field(repr=False, compare=False)

    @property
    def value(self) -> bytes:
        """The key.

        Raises:
            PasswordStoreError: there is no key.
        """
        if self._found is None:
            raise PasswordStoreError(
                f"{self.path}: the key of the logins in Thunderbird's logins.db is not in it; nothing was changed. "
                "Restore both files from the same backup and run again, or leave the password out."
            )
        return self._found

    def made(self) -> LoginsKey:
        """The same value if the key exists, else one with a new key, which must then be written."""
        if self._found is not None:
            return self
        return LoginsKey(key_database.with_logins_key(self.content, self.path, self.scratch), self.path, self.scratch)

    @functools.cached_property
    def _found(self) -> bytes | None:
        if self.content is None:
            return None
        return key_database.unlock_logins_key(self.content, self.path, self.scratch)

    @functools.cached_property
    def opened(self) -> dict[str, tuple[str, str] | None]:
        """The logins decrypted so far, by their sealed form; None for one that cannot be decrypted."""
        return {}


@dataclasses.dataclass(frozen=True)
class DatabasePasswordStore:
    """The stored passwords of one profile, with the methods and errors of ``NssPasswordStore``.

    key4.db is opened only to read or write an entry for the given origin.

    Attributes:
        key: the key.
        content: the whole logins.db on the disk, None if there is none.
        path: the path of logins.db.
        entries: the logins by origin.
        now: the time of changes in milliseconds since 1970.
    """

    key: LoginsKey
    content: bytes | None = dataclasses.field(repr=False)
    path: str
    entries: PersistentMap[str, tuple[Row, ...]] = dataclasses.field(repr=False)
    now: int = dataclasses.field(compare=False)

    @classmethod
    def open(
        cls, key4: bytes | None, key4_path: str, logins: bytes | None, path: str, *, scratch: str, now: int
    ) -> DatabasePasswordStore:
        """Open the passwords of a profile, without reading key4.db yet.

        Args:
            key4: the whole key4.db, None if there is none.
            key4_path: the path of key4.db.
            logins: the whole logins.db, None if there is none.
            path: the path of logins.db.
            scratch: a private directory (0700), which must exist while the store is in use.
            now: see above.

        Raises:
            PasswordStoreError: the host's Python has no sqlite3.
            DamagedFileError: logins.db cannot be read.
            HostError: the scratch directory cannot be written.
        """
        found: dict[str, list[Row]] = {}
        for row in () if logins is None else logins_database.rows(logins, path, scratch):
            found.setdefault(row.origin, []).append(row)
        entries = PersistentMap({origin: tuple(rows) for origin, rows in found.items()})
        return cls(LoginsKey(key4, key4_path, scratch), logins, path, entries, now)

    def stored(self, origin: str, username: str) -> Secret | None:
        """The password that Thunderbird would use; None if there is none that can be decrypted."""
        for row in self._found(origin, username):
            return self._password(row)
        return None

    def with_login(self, origin: str, username: str, password: Secret) -> DatabasePasswordStore:
        """The store with this password for the login; itself if it is already stored."""
        require_storable(username, password)
        if self.content is None:
            raise PasswordStoreError(
                f"{self.path}: Thunderbird's preferences say that it keeps passwords there, but there is no such file; "
                "nothing was changed. Start and quit Thunderbird once, which makes it, and run again, or leave the "
                "password out."
            )
        found = self._found(origin, username)
        differing = [row for row in found if self._password(row) != password]
        if found and not differing:
            return self
        # Thunderbird creates the key with its first login. Existing logins without a key cannot be decrypted.
        key = self.key if any(self.entries.values()) else self.key.made()
        sealed = encrypted_login.encrypt(key.value, username, password.reveal())
        here = self.entries.get(origin, ())
        if not found:
            return dataclasses.replace(self._with({origin: (*here, Row.new(origin, sealed))}), key=key)
        return self._with({origin: tuple(row._replace(sealed=sealed) if row in differing else row for row in here)})

    def without_login(self, origin: str, username: str) -> DatabasePasswordStore:
        """The store without the login; itself if the login is not there."""
        found = self._found(origin, username)
        if not found:
            return self
        return self._with({origin: tuple(row for row in self.entries.get(origin, ()) if row not in found)})

    def with_moved_login(self, old: str, new: str, username: str) -> DatabasePasswordStore:
        """The store with a login and its password moved to another server, unless the login already exists there."""
        found = self._found(old, username)
        if old == new or not found:
            return self
        if self._found(new, username):
            return self.without_login(old, username)
        moved = tuple(row._replace(origin=new) for row in found)
        left = tuple(row for row in self.entries.get(old, ()) if row not in found)
        return self._with({old: left, new: (*self.entries.get(new, ()), *moved)})

    def files_since(self, before: t.Any) -> tuple[FileWrite, ...]:
        """The files to write to get here from another state, in the order to write them: the key first."""
        was, shall_be = _by_guid(before.entries), _by_guid(self.entries)
        if was == shall_be or self.content is None:
            return ()
        files = []
        if self.key != before.key and self.key.content is not None:
            files.append(FileWrite(self.key.path, self.key.content))
        content = logins_database.changed(self.content, self.key.scratch, was, shall_be, self.now)
        return (*files, FileWrite(self.path, content))

    def _with(self, changed: t.Mapping[str, tuple[Row, ...]]) -> DatabasePasswordStore:
        return dataclasses.replace(self, entries=self.entries.updated(changed))

    def _found(self, origin: str, username: str) -> tuple[Row, ...]:
        """All entries of a login; entries that cannot be decrypted are ignored."""
        return tuple(row for row in self.entries.get(origin, ()) if self._username(row) == username)

    def _username(self, row: Row) -> str | None:
        opened = self._opened(row)
        return None if opened is None else opened[0]

    def _password(self, row: Row) -> Secret | None:
        opened = self._opened(row)
        return None if opened is None else Secret(opened[1])

    def _opened(self, row: Row) -> tuple[str, str] | None:
        known = self.key.opened
        if row.sealed not in known:
            key = self.key.value
            try:
                known[row.sealed] = encrypted_login.decrypt(key, row.sealed)
            except ValueError:
                known[row.sealed] = None
        return known[row.sealed]


def _by_guid(entries: PersistentMap[str, tuple[Row, ...]]) -> dict[str, Row]:
    return {row.guid: row for rows in entries.values() for row in rows}
