# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird's stored passwords: key4.db and logins.json together, as one value.

Nothing here reads or writes the profile: the bytes come in, and what is to be written goes out.
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
    """key4.db, which is opened when a key is first needed.

    Attributes:
        content: the whole file; None where there is none.
        path: the file.
        scratch: a private directory for SQLite to work in, as long as the value is used.
    """

    content: bytes | None = dataclasses.field(repr=False)
    path: str
    scratch: str = dataclasses.field(repr=False, compare=False)

    @functools.cached_property
    def keys(self) -> sdr.SdrKeys:
        """The keys; none where there is no file or none has been made."""
        if self.content is None:
            return sdr.SdrKeys(())
        return key_database.unlock(self.content, self.path, self.scratch)

    @functools.cached_property
    def usernames(self) -> dict[str, str | None]:
        """The user names decrypted so far, by their encrypted form: each account looks through all of its server's."""
        return {}

    def with_key(self, cipher: Cipher) -> KeyDatabase:
        """With a key to encrypt with: itself where it has one, whatever it is for."""
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

    Every method may raise ``PasswordStoreError`` (a primary password is set, this machine lacks what is needed),
    ``DamagedFileError`` or ``HostError`` (no space in the scratch directory); nothing has changed then. key4.db is only
    opened where an entry of that origin must be read or written.

    Attributes:
        key_file: key4.db.
        logins: logins.json.
        logins_path: that file.
        fresh: what a key that has to be made is for: AES with Thunderbird 144 and later, DES3 with older ones.
        now: the time that new entries bear, in milliseconds since 1970.
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
        """The passwords of a profile; key4.db is not looked into yet.

        Args:
            key4: the whole key4.db, None where there is none.
            key4_path: that file.
            logins: the whole logins.json, None where there is none.
            logins_path: that file.
            scratch: a private directory (0700), which must stay as long as the store is used.
            fresh: see above.
            now: see above.
            read_backup: reads logins-backup.json, which Thunderbird goes on with where there is no logins.json.

        Raises:
            DamagedFileError: logins.json cannot be read.
        """
        if logins is None:
            logins = _readable(read_backup(), logins_path)
        return cls(KeyDatabase(key4, key4_path, scratch), parse(logins, logins_path), logins_path, fresh, now)

    def stored(self, origin: str, username: str) -> Secret | None:
        """The password that Thunderbird would use; None where there is none, or none that can be decrypted.

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
        """With this password for that login; the store itself where it is stored already.

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
        """Without that login; the store itself where it is not there."""
        found = self._found(origin, username)
        if not found:
            return self
        after = dataclasses.replace(self, logins=self.logins.without([login.position for login in found]))
        return after._indexed_as(self, {origin: self._positions_at(origin).updated({}, [username])})

    def with_moved_login(self, old: str, new: str, username: str) -> NssPasswordStore:
        """With a login moved to another server, its password as it is; a login that is there already wins.

        Args:
            old: the origin that it has, as for ``stored``.
            new: the origin that it shall have.
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
        """What must be written to come here from another state, in the order in which it must be: the keys first."""
        files = []
        if self.key_file != before.key_file and self.key_file.content is not None:
            files.append(FileWrite(self.key_file.path, self.key_file.content))
        if self.logins != before.logins:
            files.append(FileWrite(self.logins_path, self.logins.render()))
        return tuple(files)

    def _indexed_as(
        self, before: NssPasswordStore, changed: t.Mapping[str, PersistentMap[str, tuple[int, ...]]]
    ) -> NssPasswordStore:
        """With the index of an earlier state: of n logins, each would look through all others."""
        self.__dict__["_positions"] = {**before._positions, **changed}
        return self

    def _found(self, origin: str, username: str) -> tuple[LoginEntry, ...]:
        """All entries of a login; an entry that cannot be decrypted is nobody's, as it is for Thunderbird."""
        return tuple(self.logins.login(position) for position in self._positions_at(origin).get(username, ()))

    def _positions_at(self, origin: str) -> PersistentMap[str, tuple[int, ...]]:
        """The positions of the entries of one server, by their user names."""
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
        """What is known of it so far, by the origin."""
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
    """The copy, unless Thunderbird would pass it over, too."""
    if backup is not None:
        try:
            parse(backup, path)
        except DamagedFileError:
            return None
    return backup
