# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the password store that was requested."""

from __future__ import annotations

import typing as t

from ...._host.file_write import FileWrite
from ...._model.secret import Secret
from .keyring import Keyring, KeyringState
from .keyring_item import Item
from .plaintext_keyring import NAME, PlaintextKeyring
from .store import NONE, PLAINTEXT_KEYRING, Passwords, PasswordStore

if t.TYPE_CHECKING:
    from ...._host.desktop import Bus
    from ...._host.files import Files
    from ...._host.user_host import SealedStore

_PROBLEMS = {
    KeyringState.LOCKED: "the user's keyring is locked",
    KeyringState.ABSENT: "the user is not logged in with a keyring",
}


class SecretService:
    """Implements ``PasswordStore`` with the keyring of the user's session.

    Args:
        keyring: the keyring.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def stored(self, uid: str) -> Secret | None:
        return self._keyring.stored(uid)

    @property
    def contents(self) -> t.Mapping[str, bytes | None]:
        """Return nothing: the files belong to the service."""
        return {}

    def file_writes(self, wanted: t.Mapping[str, Item | None]) -> list[FileWrite]:
        """Return nothing: the service writes its files itself."""
        del wanted
        return []

    def write(self, wanted: t.Mapping[str, Item | None]) -> None:
        for uid, item in wanted.items():
            if item is None:
                self._keyring.delete(uid)
            else:
                self._keyring.store(uid, item.label, item.secret)


def open_passwords(
    choice: str,
    files: Files,
    keyrings: str,
    bus: t.Callable[[], Bus | None],
    *,
    flatpak: bool,
    sealed: SealedStore | None = None,
) -> Passwords:
    """Open the password store of a user.

    Args:
        choice: one of CHOICES.
        files: the user's files.
        keyrings: the folder of the user's keyrings.
        bus: connects to the message bus of the user's session.
        flatpak: whether Evolution is a Flatpak.
        sealed: see ``UserHost``.
    """
    if flatpak:
        return Passwords(None, "only Evolution itself can open the password store of its Flatpak")
    plaintext: PasswordStore = PlaintextKeyring(files, keyrings) if sealed is None else sealed(keyrings, (NAME,))
    if choice == PLAINTEXT_KEYRING:
        return Passwords(plaintext)
    keyring = Keyring(bus())
    state = keyring.state
    if state is not KeyringState.UNLOCKED:
        return Passwords(None, _PROBLEMS[state], locked=state is KeyringState.LOCKED, others=(plaintext,))
    if choice == NONE:
        return Passwords(None, "no password store was chosen", others=(SecretService(keyring), plaintext))
    return Passwords(SecretService(keyring), others=(plaintext,))
