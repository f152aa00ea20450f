# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keyring of a user's session in each of its states, with the real program."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import (
    Keyring,
    KeyringState,
)
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import LocalDesktop
from ansible_collections.charter.mail.plugins.module_utils._model.errors import PasswordStoreError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret

from .desktop_session import SECRETS, DesktopSession, running
from .session_services import CHILD, LOGIN_PASSWORD, SECRET, UID

# The same as Evolution's own library does.
_LIBSECRET = """
import gi, sys
gi.require_version("Secret", "1")
from gi.repository import Secret
name, kind = "org.gnome.Evolution.Data.Source", Secret.SchemaAttributeType.STRING
schema = Secret.Schema.new(name, Secret.SchemaFlags.NONE, {"e-source-uid": kind, "eds-origin": kind})
uid, origin = {"e-source-uid": sys.argv[1]}, {"eds-origin": "evolution-data-server"}
if len(sys.argv) > 2:
    Secret.password_store_sync(schema, {**uid, **origin}, Secret.COLLECTION_DEFAULT, "by Evolution", sys.argv[2], None)
print(Secret.password_lookup_sync(schema, uid, None), end="")
"""


class TestKeyring:
    """The real keyring in each of its states."""

    def test_unlocked(self, session: DesktopSession, desktop: LocalDesktop) -> None:
        session.start_keyring(LOGIN_PASSWORD)
        keyring = Keyring(desktop.bus())
        assert keyring.state is KeyringState.UNLOCKED
        assert keyring.stored(UID) is None
        keyring.store(UID, "Evolution Data Source", SECRET)
        assert keyring.stored(UID) == SECRET
        assert self.as_evolution_finds_it(session) == SECRET.reveal()
        keyring.store(UID, "another label", Secret("another"))
        assert keyring.stored(UID) == Secret("another")
        assert keyring.stored(CHILD) is None
        (item,) = self.items(session)
        assert "'eds-origin': 'evolution-data-server'" in item
        assert "'xdg:schema': 'org.gnome.Evolution.Data.Source'" in item
        keyring.delete(UID)
        keyring.delete(UID)
        assert keyring.stored(UID) is None
        assert self.items(session) == []

    def test_a_password_of_evolution_is_replaced_not_duplicated(
        self, session: DesktopSession, desktop: LocalDesktop
    ) -> None:
        session.start_keyring(LOGIN_PASSWORD)
        keyring = Keyring(desktop.bus())
        assert session.run("/usr/bin/python3", "-c", _LIBSECRET, UID, "by Evolution") == "by Evolution"
        assert keyring.stored(UID) == Secret("by Evolution")
        keyring.store(UID, "label", SECRET)
        assert self.as_evolution_finds_it(session) == SECRET.reveal()
        (item,) = self.items(session)
        assert "by Evolution" in item

    def test_locked(self, session: DesktopSession, desktop: LocalDesktop) -> None:
        daemon = session.start_keyring(LOGIN_PASSWORD)
        Keyring(desktop.bus()).store(UID, "label", SECRET)
        session.stop(daemon)
        session.start_keyring(None)
        keyring = Keyring(desktop.bus())
        assert keyring.state is KeyringState.LOCKED
        assert keyring.stored(UID) is None
        with pytest.raises(PasswordStoreError) as caught:
            keyring.store(UID, "label", SECRET)
        assert SECRET.reveal() not in str(caught.value)
        keyring.delete(UID)
        assert not running(session.user, "gcr-prompter")
        assert not session.has_owner("org.gnome.keyring.SystemPrompter")

    def test_no_keyring_yet(self, session: DesktopSession, desktop: LocalDesktop) -> None:
        session.start_keyring(None)
        keyring = Keyring(desktop.bus())
        assert keyring.state is KeyringState.ABSENT
        assert keyring.stored(UID) is None
        with pytest.raises(PasswordStoreError):
            keyring.store(UID, "label", SECRET)
        assert not session.has_owner("org.gnome.keyring.SystemPrompter")

    def test_no_session(self) -> None:
        keyring = Keyring(None)
        assert (keyring.state, keyring.stored(UID)) == (KeyringState.ABSENT, None)
        with pytest.raises(PasswordStoreError):
            keyring.store(UID, "label", SECRET)
        keyring.delete(UID)

    @staticmethod
    def as_evolution_finds_it(session: DesktopSession) -> str:
        return session.run("/usr/bin/python3", "-c", _LIBSECRET, UID)

    @staticmethod
    def items(session: DesktopSession) -> list[str]:
        """The description of every item of the login keyring."""
        login = "/org/freedesktop/secrets/collection/login"
        tree = session.run(
            "gdbus", "introspect", "--session", f"--dest={SECRETS}", f"--object-path={login}", "--recurse"
        )
        return [part for part in tree.split("node ") if "interface org.freedesktop.Secret.Item" in part]
