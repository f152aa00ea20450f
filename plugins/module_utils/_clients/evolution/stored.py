# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that Evolution has stored for one user, as it is or as it will be."""

from __future__ import annotations

import functools
import typing as t

from ..._model.account import Account
from ..._model.errors import MailError
from ..._model.secret import Secret
from .signatures import SignatureFiles
from .sources import SourceIds, Sources

if t.TYPE_CHECKING:  # password stores are imported only when a password is needed
    from .default_stores import Defaults
    from .password_store.store import Passwords

T = t.TypeVar("T")


class Lazy(t.Generic[T]):
    """Something that is opened when it is first needed, and then stays."""

    def __init__(self, open_it: t.Callable[[], T]) -> None:
        self._open = open_it

    @functools.cached_property
    def value(self) -> T:
        """It, opened."""
        return self._open()


class Session(t.Protocol):
    """The registry of sources in a running session: it has them in memory and writes their files itself.

    All of it raises ``HostError``.
    """

    def sources(self) -> t.Mapping[str, str]:
        """uid to the text of its source, of all that are shown."""

    def create(self, uid: str, text: str) -> None:
        """Add a source. An error where it is there already, shown or not."""

    def write(self, uid: str, text: str) -> None:
        """Give a source another text."""

    def remove(self, uid: str) -> None:
        """Remove a source, its children, and their files; nothing where it is not shown."""


class EvolutionRemoval(t.NamedTuple):
    """An account that has been removed since the state was read.

    Attributes:
        account: as wanted.
        ids: what it had.
        sources: with it.
        waits: whether others that are still there use something of it, so far.
        remarks: what the admin should know.
    """

    account: Account
    ids: SourceIds
    sources: Sources
    waits: bool = True
    remarks: tuple[str, ...] = ()


class EvolutionState(t.NamedTuple):
    """What one user's Evolution holds.

    Attributes:
        sources: every source that can be read.
        damaged: the others, by their uids.
        session: where the sources come from and go to; None for their files.
        passwords: the password store.
        defaults: where the default account is stored.
        signatures: the files with signatures.
        new_signatures: uid to the content that its file shall have, None for no file.
        new_passwords: uid to the password to store, None for one to delete.
        new_defaults: likewise for the default account.
        purged: uids of accounts whose mail on this host is to be deleted.
        removals: the accounts that have been removed so far.
        left: accounts that are gone, and whose passwords may still be in a locked keyring.
    """

    sources: Sources
    damaged: t.Mapping[str, MailError]
    session: Session | None
    passwords: Lazy[Passwords]
    defaults: Lazy[Defaults]
    signatures: SignatureFiles
    new_signatures: t.Mapping[str, bytes | None] = {}
    new_passwords: t.Mapping[str, Secret | None] = {}
    new_defaults: t.Mapping[str, str | None] = {}
    purged: tuple[str, ...] = ()
    removals: tuple[EvolutionRemoval, ...] = ()
    left: tuple[str, ...] = ()

    def password(self, uid: str) -> Secret | None:
        """The password of a source."""
        return self.new_passwords[uid] if uid in self.new_passwords else self.passwords.value.stored(uid)

    def signature(self, uid: str) -> bytes | None:
        """The content of the file with a signature."""
        return self.new_signatures[uid] if uid in self.new_signatures else self.signatures.content(uid)

    def default(self, name: str) -> str | None:
        """The uid of the default account or identity."""
        return self.new_defaults[name] if name in self.new_defaults else self.defaults.value.stored(name)
