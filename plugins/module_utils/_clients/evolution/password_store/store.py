# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password stores of Evolution: what they have in common, and the choice among them.

Evolution searches the user's keyring (Secret Service) for an item with the attribute ``e-source-uid``. The account and
the transport each have one: Evolution does not use the account's password for sending (e-secret-store.c).
"""

from __future__ import annotations

import typing as t

from ...._host.file_write import FileWrite
from ...._model.secret import Secret
from .keyring_item import Item

SECRET_SERVICE = "secret_service"
PLAINTEXT_KEYRING = "plaintext_keyring"
NONE = "none"
CHOICES = (SECRET_SERVICE, PLAINTEXT_KEYRING, NONE)


class PasswordStore(t.Protocol):
    """The passwords of sources, by their uids."""

    def stored(self, uid: str) -> Secret | None:
        """The password; None if there is none."""

    @property
    def contents(self) -> t.Mapping[str, bytes | None]:
        """All files of the store by name, as they are or will be; empty for a service."""

    def write(self, wanted: t.Mapping[str, Item | None]) -> None:
        """Store these passwords if a service stores them. None deletes one; it is no error if there is none.

        Raises:
            MailError: it failed.
        """

    def file_writes(self, wanted: t.Mapping[str, Item | None]) -> t.Sequence[FileWrite]:
        """The files to write in addition to ``write``."""


class Passwords:
    """The store to use, and the other places where a password may be.

    Args:
        store: None if nothing can be stored.
        problem: the reason, a clause.
        locked: there may be passwords that cannot be read now.
        others: further stores, from which the passwords of a removed account are also deleted.
    """

    def __init__(
        self,
        store: PasswordStore | None,
        problem: str = "",
        *,
        locked: bool = False,
        others: t.Sequence[PasswordStore] = (),
    ) -> None:
        self._store = store
        self._others = others
        self._known: dict[str, Secret | None] = {}
        self.problem = problem
        self.locked = locked

    @property
    def writable(self) -> bool:
        """Whether passwords can be stored."""
        return self._store is not None

    def stored(self, uid: str) -> Secret | None:
        """The password that Evolution would use, as far as known."""
        if self._store is None:
            return None
        if uid not in self._known:
            self._known[uid] = self._store.stored(uid)
        return self._known[uid]

    def anywhere(self, uid: str) -> Secret | None:
        """The password, from any store."""
        found = self.stored(uid)
        for other in self._others:
            found = other.stored(uid) if found is None else found
        return found

    @property
    def contents(self) -> t.Mapping[str, bytes | None]:
        """See ``PasswordStore``."""
        return {} if self._store is None else self._store.contents

    def write(self, wanted: t.Mapping[str, Item | None]) -> None:
        """Make services store these passwords, and delete every copy of those that are None."""
        for store, items in self._shares(wanted):
            store.write(items)

    def file_writes(self, wanted: t.Mapping[str, Item | None]) -> list[FileWrite]:
        """The files to write in addition."""
        return [write for store, items in self._shares(wanted) for write in store.file_writes(items)]

    def _shares(
        self, wanted: t.Mapping[str, Item | None]
    ) -> t.Iterator[tuple[PasswordStore, t.Mapping[str, Item | None]]]:
        """The items for each store."""
        if self._store is not None:
            yield self._store, wanted
        for other in self._others:
            yield other, {uid: None for uid, item in wanted.items() if item is None}
