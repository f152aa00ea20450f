# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that Evolution has stored for one user, now or after a change."""

from __future__ import annotations

import functools
import typing as t

from ..._model.account import Account
from ..._model.errors import MailError
from ..._model.secret import Secret
from .signatures import SignatureFiles
from .sources import SourceIds, Sources

if t.TYPE_CHECKING:  # password stores are imported only when a password is needed
    from .default_account_store import Defaults
    from .password_store.store import Passwords

T = t.TypeVar("T")


class Lazy(t.Generic[T]):
    """A value that is opened on first use and then kept."""

    def __init__(self, open_it: t.Callable[[], T]) -> None:
        self._open = open_it

    @functools.cached_property
    def value(self) -> T:
        """The opened value."""
        return self._open()


class Session(t.Protocol):
    """The registry of sources in a running session: it has them in memory and writes their files itself.

    All methods raise ``HostError``.
    """

    def sources(self) -> t.Mapping[str, str]:
        """The uid to the text of all sources that are shown."""

    def create(self, uid: str, text: str) -> None:
        """Add a source; an error if it exists, shown or not."""

    def write(self, uid: str, text: str) -> None:
        """Replace the text of a source."""

    def remove(self, uid: str) -> None:
        """Remove a source, its children, and their files; do nothing if it is not shown."""


class EvolutionRemoval(t.NamedTuple):
    """An account removed since the state was read.

    Attributes:
        account: as wanted.
        ids: its former uids.
        sources: the sources with it.
        waits: whether remaining accounts so far use something of it.
        remarks: remarks for the admin.
    """

    account: Account
    ids: SourceIds
    sources: Sources
    waits: bool = True
    remarks: tuple[str, ...] = ()


class EvolutionState(t.NamedTuple):
    """The contents of a user's Evolution.

    Attributes:
        sources: every readable source.
        damaged: the errors of the others, by uid.
        session: the registry that the sources are read from and written to; None for their files.
        passwords: the password store.
        defaults: the store of the default account.
        signatures: the files with signatures.
        new_signatures: uid to the new content of its file, None for no file.
        new_passwords: uid to the password to store, None to delete it.
        new_defaults: likewise for the default account.
        purged: uids of accounts whose mail on this host is to be deleted.
        removals: the accounts removed so far.
        left: removed accounts whose passwords may still be in a locked keyring.
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
        """The content of a signature's file."""
        return self.new_signatures[uid] if uid in self.new_signatures else self.signatures.content(uid)

    def default(self, name: str) -> str | None:
        """The uid of the default account or identity."""
        return self.new_defaults[name] if name in self.new_defaults else self.defaults.value.stored(name)
