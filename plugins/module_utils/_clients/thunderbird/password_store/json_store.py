# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird's stored passwords in key4.db and logins.json, as one value.

This module does not access the profile: it receives bytes and returns what to write.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ...._host.file_write import FileWrite
from ...._model.errors import DamagedFileError
from ...._model.persistent import PersistentMap
from ...._model.secret import Secret
from . import key_database, sdr
from .login_rules import require_storable
from .logins import LoginEntry, LoginsFile, parse
from .sdr import Cipher


@dataclasses.dataclass(frozen=True)
class KeyDatabase:
    """key4.db, opened when a key is first needed.

    Attributes:
        content: the whole file; None if there is none.
        path: the file's path.
        scratch: a private directory for SQLite, which must exist while the value is in use.
    """

    content: bytes | None = dataclasses.field(repr=False)
    path: str
    scratch: str = dataclasses.field(repr=False, compare=False)

    @functools.cached_property
    def keys(self) -> sdr.SdrKeys:
        """The keys; none if there is no file or no key in it."""
        if self.content is None:
            return sdr.SdrKeys(())
        return key_database.unlock(self.content, self.path, self.scratch)

    @functools.cached_property
    def usernames(self) -> dict[str, str | None]:
        """The user names decrypted so far, by their encrypted form: each account searches all entries of its server."""
        return {}

    def with_key(self, cipher: Cipher) -> KeyDatabase:
        """The database with a key for encryption; itself if it has one for any cipher."""
        if self.keys.keys:
            return self
        if self.content is None:
            content = key_database.create(self.scratch, cipher)
        else:
            content = key_database.with_key(self.content, self.path, self.scratch, cipher)
        return dataclasses.replace(self, content=content)


@dataclasses.dataclass(frozen=True)
class NssPasswordStore:
    """The stored passwords of one profile.

    Every method may raise ``PasswordStoreError`` (a primary password is set, or the host lacks sqlite3 or a usable
    libcrypto), ``DamagedFileError`` or ``HostError`` (no space in the scratch directory); nothing has changed then.
    key4.db is opened only to read or write an entry for the given origin.

    Attributes:
        key_file: key4.db.
        logins: logins.json.
        logins_path: the path of logins.json.
        fresh: the cipher of a new key: AES with Thunderbird 144 and later, DES3 with older versions.
        now: the time for new entries in milliseconds since 1970.
    """

    key_file: KeyDatabase
    logins: LoginsFile = dataclasses.field(repr=False)
    logins_path: str
    fresh: Cipher
    now: int = dataclasses.field(compare=False)

    @classmethod
    def open(
        cls,
        key4: bytes | None,
        key4_path: str,
        logins: bytes | None,
        logins_path: str,
        *,
        scratch: str,
        fresh: Cipher,
        now: int,
        read_backup: t.Callable[[], bytes | None] = lambda: None,
    ) -> NssPasswordStore:
        """Open the passwords of a profile, without reading key4.db yet.

        Args:
            key4: the whole key4.db, None if there is none.
            key4_path: the path of key4.db.
            logins: the whole logins.json, None if there is none.
            logins_path: the path of logins.json.
            scratch: a private directory (0700), which must exist while the store is in use.
            fresh: see above.
            now: see above.
            read_backup: reads logins-backup.json, which Thunderbird uses if there is no logins.json.

        Raises:
            DamagedFileError: logins.json cannot be read.
        """
        if logins is None:
            logins = _readable(read_backup(), logins_path)
        return cls(KeyDatabase(key4, key4_path, scratch), parse(logins, logins_path), logins_path, fresh, now)

    def stored(self, origin: str, username: str) -> Secret | None:
        """The password that Thunderbird would use; None if there is none that can be decrypted.

        Args:
            origin: ``imap://HOST``, ``mailbox://HOST`` (POP3) or ``smtp://HOST``, without a port.
            username: the login, compared exactly.
        """
        for login in self._found(origin, username):
            password = self._password(login)
            if password is not None:
                return password
        return None

    def with_login(self, origin: str, username: str, password: Secret) -> NssPasswordStore:
        """The store with this password for the login; itself if it is already stored.

        Args:
            origin: as for ``stored``.
            username: the login.
            password: not empty.
        """
        require_storable(username, password)
        found = self._found(origin, username)
        differing = [login.position for login in found if self._password(login) != password]
        if found and not differing:
            return self
        key_file = self.key_file.with_key(self.fresh)
        sealed = key_file.keys.encrypt(password.reveal())
        if found:
            changed = self.logins.with_password(differing, sealed, self.now)
            names: dict[str, tuple[int, ...]] = {}
        else:
            added = key_file.keys.encrypt(username)
            key_file.usernames[added] = username
            changed = self.logins.with_added(origin, added, sealed, self.now)
            names = {username: (len(self.logins.entries),)}
        after = dataclasses.replace(self, key_file=key_file, logins=changed)
        return after._indexed_as(self, {origin: self._positions_at(origin).updated(names)})

    def without_login(self, origin: str, username: str) -> NssPasswordStore:
        """The store without the login; itself if the login is not there."""
        found = self._found(origin, username)
        if not found:
            return self
        after = dataclasses.replace(self, logins=self.logins.without([login.position for login in found]))
        return after._indexed_as(self, {origin: self._positions_at(origin).updated({}, [username])})

    def with_moved_login(self, old: str, new: str, username: str) -> NssPasswordStore:
        """The store with a login and its password moved to another server, unless the login already exists there.

        Args:
            old: its present origin, as for ``stored``.
            new: its new origin.
            username: the login.
        """
        found = [login.position for login in self._found(old, username)]
        if old == new or not found:
            return self
        if self._found(new, username):
            return self.without_login(old, username)
        after = dataclasses.replace(self, logins=self.logins.with_origin(found, new))
        here, there = self._positions_at(old), self._positions_at(new)
        moved = {old: here.updated({}, [username]), new: there.updated({username: tuple(found)})}
        return after._indexed_as(self, moved)

    def files_since(self, before: t.Any) -> tuple[FileWrite, ...]:
        """The files to write to get here from another state, in the order to write them: the keys first."""
        files = []
        if self.key_file != before.key_file and self.key_file.content is not None:
            files.append(FileWrite(self.key_file.path, self.key_file.content))
        if self.logins != before.logins:
            files.append(FileWrite(self.logins_path, self.logins.render()))
        return tuple(files)

    def _indexed_as(
        self, before: NssPasswordStore, changed: t.Mapping[str, PersistentMap[str, tuple[int, ...]]]
    ) -> NssPasswordStore:
        """Take over the index of an earlier state: otherwise each of n logins would search all others."""
        self.__dict__["_positions"] = {**before._positions, **changed}
        return self

    def _found(self, origin: str, username: str) -> tuple[LoginEntry, ...]:
        """All entries of a login; entries that cannot be decrypted are ignored, as in Thunderbird."""
        return tuple(self.logins.login(position) for position in self._positions_at(origin).get(username, ()))

    def _positions_at(self, origin: str) -> PersistentMap[str, tuple[int, ...]]:
        """The positions of a server's entries, by user name."""
        if origin not in self._positions:
            known = self.key_file.usernames
            found: dict[str, list[int]] = {}
            for login in self.logins.at(origin):
                if login.username not in known:
                    known[login.username] = self._decrypted(login.username)
                username = known[login.username]
                if username is not None:
                    found.setdefault(username, []).append(login.position)
            self._positions[origin] = PersistentMap({name: tuple(places) for name, places in found.items()})
        return self._positions[origin]

    @functools.cached_property
    def _positions(self) -> dict[str, PersistentMap[str, tuple[int, ...]]]:
        """Known positions, by origin."""
        return {}

    def _password(self, login: LoginEntry) -> Secret | None:
        text = self._decrypted(login.password)
        return None if text is None else Secret(text)

    def _decrypted(self, sealed: str) -> str | None:
        try:
            return self.key_file.keys.decrypt(sealed)
        except ValueError:
            return None


def _readable(backup: bytes | None, path: str) -> bytes | None:
    """The backup, unless Thunderbird would ignore it too."""
    if backup is not None:
        try:
            parse(backup, path)
        except DamagedFileError:
            return None
    return backup
