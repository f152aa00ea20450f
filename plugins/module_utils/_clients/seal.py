# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seal of a password store: lets anyone with the key and the passwords check that it holds them.

A small file beside the store. For each login it has an HMAC-SHA256 of the login, its password and the digests of
the store's files. A check of the host compares it with what is wanted, without transferring the store. Any change of
the store invalidates it. SECURITY.md explains why. Other files import this one late: most tasks have no key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import posixpath
import re
import typing as t

from .._host.file_write import FileWrite, LockedError
from .._model.account import Account, State
from .._model.errors import MailError, OptionError
from .._model.secret import Secret

if t.TYPE_CHECKING:
    from .._host.files import Files

NAME = "charter-mail.seal"
OPTION = "seal_key"
SHORTEST = 32  # characters of a key

_FORM = "charter.mail seal 1"
_COMMENT = (
    b"# By the Ansible collection charter.mail: it tells whether the stored passwords are those that were set up.\n"
    b"# It has no password in it. It can be deleted.\n"
)
_ENTRY = re.compile(rb"[0-9a-f]{64}")
_MOST = 1000  # maximum number of entries kept from other tasks

Digests = t.Mapping[str, t.Optional[str]]
"""File name to SHA-256 of the content in hexadecimal; None if the file does not exist."""
Stored = t.Tuple[t.Sequence[str], Secret]
"""The values that name a login in a store, and its password."""


def require_key(key: str) -> None:
    """Refuse a guessable key.

    Raises:
        OptionError: it is too short.
    """
    if len(key) < SHORTEST:
        raise OptionError(
            OPTION,
            f"it has {len(key)} characters, and needs at least {SHORTEST}",
            "give a random one, or leave it out",
        )


def digests_of(contents: t.Mapping[str, bytes | None]) -> Digests:
    """The digests of files, by name; None for a file that does not exist."""
    return {
        name: None if content is None else hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }


def entries_in(content: bytes | None) -> tuple[str, ...]:
    """The entries of a seal, first the store's; none if it is damaged or missing."""
    lines = [line for line in (content or b"").splitlines() if not line.startswith(b"#")]
    return tuple(line.decode() for line in lines) if all(map(_ENTRY.fullmatch, lines)) else ()


class Seal(t.NamedTuple):
    """Seals the password stores of one user's client.

    Attributes:
        key: the key of this host.
        client: the client's name.
        user: the user's name.
        accounts: the task's accounts whose passwords are to be stored.
    """

    key: Secret
    client: str
    user: str
    accounts: tuple[Account, ...]

    @classmethod
    def of(cls, key: str, client: str, user: str, accounts: t.Iterable[Account]) -> Seal:
        """A seal from all accounts of the user."""
        wanted = (account for account in accounts if account.state is State.PRESENT and account.password is not None)
        return cls(Secret(key), client, user, tuple(wanted))

    def entry(self, folder: str, digests: Digests, stored: Stored | None) -> str:
        """The entry of a login, or of the store for None.

        Args:
            folder: the folder of the store.
            digests: those of all files of the store.
            stored: the login and its password.
        """
        login = None if stored is None else [list(stored[0]), stored[1].reveal()]
        text = json.dumps([_FORM, self.client, self.user, folder, sorted(digests.items()), login])
        # JSON is ASCII with one form per value, so no other values give the same text.
        key = self.key.reveal().encode("utf-8", "surrogatepass")
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def held(
        self,
        logins: t.Callable[[Account], t.Iterable[t.Sequence[str]]],
        stored: t.Callable[..., Secret | None],
    ) -> list[Stored]:
        """The logins whose stored passwords equal those of ``accounts``.

        Args:
            logins: the logins of an account; none if the account is not there.
            stored: the password of a login; None if there is none.
        """
        found = ((login, stored(*login), account.password) for account in self.accounts for login in logins(account))
        return [(login, one) for login, one, wanted in found if one is not None and one == wanted]

    def changes(
        self, files: Files, folder: str, contents: t.Mapping[str, bytes | None], stored: t.Iterable[Stored]
    ) -> tuple[list[FileWrite], list[str]]:
        """The files to write and to delete so that the seal matches the store.

        Args:
            files: the user's files.
            folder: the folder of the store.
            contents: all files of the store by name, as they are or will be.
            stored: the logins stored with the passwords of ``accounts``.
        """
        path = posixpath.join(folder, NAME)
        try:
            before = files.read(path)
        except MailError:  # not our file; it must not stop the run
            return [], []
        digests = digests_of(contents)
        store = self.entry(folder, digests, None)
        entries = dict.fromkeys(self.entry(folder, digests, login) for login in stored)
        found = entries_in(before)
        # Entries of other tasks are valid as long as the store is unchanged.
        others = found[1:] if found[:1] == (store,) else ()
        if entries and set(entries) <= set(others):
            return [], []
        lines = (*entries, *(entry for entry in others[:_MOST] if entry not in entries))
        if not lines:
            return [], [] if before is None else [path]
        after = _COMMENT + "".join(f"{line}\n" for line in (store, *lines)).encode()
        return ([] if after == before else [FileWrite(path, after)]), []

    def renew(self, files: Files, changes: t.Callable[[], tuple[list[FileWrite], list[str]]]) -> tuple[str, ...]:
        """Write the seal if nothing else needs writing.

        The client may be open: it does not know the file, and the seal describes the store that was read.

        Args:
            files: the user's files.
            changes: returns the result of the method ``changes``.

        Returns:
            A warning if it fails. The user's accounts are as wanted in any case.
        """
        try:
            writes, deletes = changes()
            if writes or deletes:
                with files.exclusive():
                    files.recover()
                    files.replace(writes, deletes)
        except LockedError:  # leftovers of a killed run are cleaned up first, once the client is closed
            return ()
        except MailError as error:
            doubt = "the seal of the passwords cannot be written, which makes later runs slower"
            return (f"{self.user}, {self.client}: {doubt}: {error}",)
        return ()
