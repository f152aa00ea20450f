# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution's passwords in the keyring of a user's session (Secret Service API 0.2).

Nothing here unlocks a keyring or makes it prompt the user. Passwords cross the user's own message bus, a local socket
that only this user and root can open; the service's plain sessions are meant for this.
"""

from __future__ import annotations

import enum
import typing as t

from ...._host.bus_error import BusError
from ...._model.errors import PasswordStoreError
from ...._model.secret import Secret
from .keyring_item import UID_ATTRIBUTE, attributes

if t.TYPE_CHECKING:
    from ...._host.desktop import Bus

NAME = "org.freedesktop.secrets"

_SERVICE_PATH = "/org/freedesktop/secrets"
_SERVICE = "org.freedesktop.Secret.Service"
_COLLECTION = "org.freedesktop.Secret.Collection"
_ITEM = "org.freedesktop.Secret.Item"
_PROMPT = "org.freedesktop.Secret.Prompt"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_NOTHING = "/"

_CONTENT_TYPE = "text/plain"

_GONE = frozenset(
    f"org.freedesktop.DBus.Error.{name}"
    for name in ("NameHasNoOwner", "ServiceUnknown", "UnknownInterface", "UnknownMethod", "UnknownObject")
) | {"org.freedesktop.Secret.Error.NoSuchObject"}


class KeyringState(enum.Enum):
    """Whether passwords can be stored now, without asking the user."""

    UNLOCKED = "unlocked"
    LOCKED = "locked"
    ABSENT = "absent"
    """No keyring runs in the user's session, or the user has none yet."""


class Keyring:
    """The keyring of a session.

    Args:
        bus: the session's bus; None without a session.
    """

    def __init__(self, bus: Bus | None) -> None:
        self._bus = bus
        self._session: str | None = None

    @property
    def state(self) -> KeyringState:
        """The state of the default keyring, where new passwords are stored.

        Raises:
            PasswordStoreError: the keyring does not answer.
        """
        collection = self._default()
        if collection is None:
            return KeyringState.ABSENT
        try:
            (locked,) = self._ask(collection, _PROPERTIES, "Get", "v", "ss", _COLLECTION, "Locked")
        except BusError as error:
            if error.name in _GONE:
                return KeyringState.ABSENT
            raise _failed("cannot be asked", error) from None
        if not isinstance(locked, bool):
            raise PasswordStoreError("The keyring of the user's session does not report whether it is locked.")
        return KeyringState.LOCKED if locked else KeyringState.UNLOCKED

    def stored(self, uid: str) -> Secret | None:
        """The password of a source; None if there is none or its keyring is locked.

        Raises:
            PasswordStoreError: the keyring does not answer.
        """
        for item in self._items(uid):
            secret = self._secret_of(item)
            if secret is not None:
                return secret
        return None

    def store(self, uid: str, label: str, secret: Secret) -> None:
        """Store the password of a source, replacing any other.

        Args:
            uid: the source's.
            label: what users see in a list of passwords; an existing label is kept.
            secret: the password.

        Raises:
            PasswordStoreError: the keyring is locked or missing, wants to prompt the user, or refuses.
        """
        collection = self._default()
        if collection is None:
            raise PasswordStoreError("There is no keyring in a session of this user; no password was stored.")
        value = (self._open(), b"", secret.reveal().encode("utf-8", "surrogateescape"), _CONTENT_TYPE)
        items = self._items(uid)
        properties = {
            f"{_ITEM}.Label": ("s", label),
            f"{_ITEM}.Attributes": ("a{ss}", attributes(uid)),
        }
        try:
            for item in items:
                self._ask(item, _ITEM, "SetSecret", "", "(oayays)", value)
            if not items:
                arguments = (properties, value, True)
                _item, prompt = self._ask(collection, _COLLECTION, "CreateItem", "oo", "a{sv}(oayays)b", *arguments)
                self._no_prompt(prompt)
        except BusError as error:
            raise _failed("does not accept the password", error) from None
        if self.stored(uid) != secret:
            raise PasswordStoreError("The keyring accepted the password, but does not return it.")

    def delete(self, uid: str) -> None:
        """Delete the password of a source from every unlocked keyring; no error if there is none.

        Raises:
            PasswordStoreError: the keyring wants to prompt the user, or refuses.
        """
        for item in self._items(uid):
            try:
                (prompt,) = self._ask(item, _ITEM, "Delete", "o")
            except BusError as error:
                if error.name not in _GONE:
                    raise _failed("does not delete the password", error) from None
            else:
                self._no_prompt(prompt)

    def _default(self) -> str | None:
        """The keyring where new passwords are stored."""
        if self._bus is None:
            return None
        try:
            if not self._bus.has_owner(NAME):
                return None
            (collection,) = self._ask(_SERVICE_PATH, _SERVICE, "ReadAlias", "o", "s", "default")
        except BusError as error:
            if error.name in _GONE:
                return None
            raise _failed("cannot be asked", error) from None
        return None if collection == _NOTHING else str(collection)

    def _items(self, uid: str) -> list[str]:
        """A source's passwords in unlocked keyrings."""
        if self._bus is None:
            return []
        try:
            if not self._bus.has_owner(NAME):
                return []
            wanted = {UID_ATTRIBUTE: uid}
            unlocked, _locked = self._ask(_SERVICE_PATH, _SERVICE, "SearchItems", "aoao", "a{ss}", wanted)
        except BusError as error:
            if error.name in _GONE:
                return []
            raise _failed("cannot be asked", error) from None
        return list(unlocked)

    def _secret_of(self, item: str) -> Secret | None:
        session = self._open()
        try:
            (secret,) = self._ask(item, _ITEM, "GetSecret", "(oayays)", "o", session)
        except BusError as error:
            if error.name in _GONE:  # the keyring has only just found its file
                return None
            raise _failed("does not return the password", error) from None
        return Secret(secret[2].decode("utf-8", "surrogateescape"))

    def _open(self) -> str:
        """Open a session of the service, bound to the connection; values are not encrypted again."""
        if self._session is None:
            try:
                _output, session = self._ask(_SERVICE_PATH, _SERVICE, "OpenSession", "vo", "sv", "plain", ("s", ""))
            except BusError as error:
                raise _failed("does not open a session", error) from None
            self._session = str(session)
        return self._session

    def _no_prompt(self, prompt: str) -> None:
        """Dismiss a prompt of the keyring."""
        if prompt == _NOTHING:
            return
        try:
            self._ask(prompt, _PROMPT, "Dismiss", "")
        except BusError as error:
            raise _failed("wants to ask the user, and does not stop", error) from None
        raise PasswordStoreError("The keyring wants to ask the user first, which was refused.")

    def _ask(
        self, path: str, interface: str, member: str, returns: str, signature: str = "", *arguments: t.Any
    ) -> tuple[t.Any, ...]:
        if self._bus is None:
            raise PasswordStoreError("This user has no session, so there is no keyring.")
        return self._bus.call(NAME, path, interface, member, signature, *arguments, returns=returns)


def _failed(what: str, error: BusError) -> PasswordStoreError:
    return PasswordStoreError(f"The keyring of the user's session {what}: {error}.")
