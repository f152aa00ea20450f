# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of Evolution's accounts in a user's session, with the real program."""

from __future__ import annotations

import pathlib
import time

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import registry_service as live
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.registry_service import AccountRegistry
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import LocalDesktop
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

from .desktop_session import REGISTRY, TIMEOUT, DesktopSession
from .session_services import CHILD, UID, account, child
from .user_desktop import acting, bus_of


def _reads(file: pathlib.Path, text: str) -> bool:
    """Whether a file gets that content; the registry writes it shortly after it replies."""
    deadline = time.monotonic() + TIMEOUT
    while file.read_text() != text:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class TestRegistry:
    """Evolution's registry."""

    def test_create_write_remove(self, session: DesktopSession, desktop: LocalDesktop) -> None:
        process = session.start_registry()
        registry = live.running(desktop)
        assert registry is not None
        assert "local" in registry.sources()
        assert [one.pid for one in desktop.processes(live.PROGRAM)] == [process.pid]
        folder = session.user.home / ".config/evolution/sources"

        registry.create(UID, account("Chärter"))
        file = folder / f"{UID}.source"
        assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (session.user.uid, 0o600)
        assert "DisplayName=Chärter\n" in registry.sources()[UID] == file.read_text()

        registry.write(UID, account("another"))
        assert "DisplayName=another\n" in registry.sources()[UID]
        assert _reads(file, registry.sources()[UID])

        with pytest.raises(HostError, match="already in use"):
            registry.create(UID, account("again"))
        with pytest.raises(HostError, match=CHILD):
            registry.write(CHILD, child("x", "y"))

        registry.remove(UID)
        registry.remove(UID)
        assert UID not in registry.sources()
        assert not file.exists()

    def test_children_removed_only_with_their_parent_return_unchanged(
        self, session: DesktopSession, desktop: LocalDesktop
    ) -> None:
        session.start_registry()
        registry = AccountRegistry(bus_of(desktop))
        registry.create(CHILD, child("first", "smtp.charter.net"))
        registry.create(UID, account("first"))
        assert "Host=smtp.charter.net\n" in registry.sources()[CHILD]
        registry.remove(UID)
        assert not {UID, CHILD} & set(registry.sources())
        file = session.user.home / ".config/evolution/sources" / f"{CHILD}.source"
        registry.create(CHILD, child("second", "smtp2.charter.net"))
        registry.create(UID, account("second"))
        assert "Host=smtp.charter.net\n" in registry.sources()[CHILD]
        assert _reads(file, child("second", "smtp2.charter.net"))
        registry.write(CHILD, child("second", "smtp2.charter.net"))
        assert "Host=smtp2.charter.net\n" in registry.sources()[CHILD]
        assert _reads(file, registry.sources()[CHILD])

        registry.remove(CHILD)
        registry.remove(UID)
        registry.create(CHILD, child("third", "smtp3.charter.net"))
        registry.create(UID, account("third"))
        assert "Host=smtp3.charter.net\n" in registry.sources()[CHILD]

    def test_a_registry_on_another_bus_is_found_by_its_process(self, session: DesktopSession) -> None:
        address = f"unix:path={session.runtime}/elsewhere"
        session.start("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}")
        session.run("sh", "-c", 'until [ -S "$1" ]; do sleep 0.05; done', "sh", address.partition("=")[2])
        session.start(f"/usr/libexec/{live.PROGRAM}", DBUS_SESSION_BUS_ADDRESS=address)
        session.run("gdbus", "wait", "--session", "--timeout=25", REGISTRY, DBUS_SESSION_BUS_ADDRESS=address)
        with acting(session.user) as desktop:
            registry = live.running(desktop)
            assert registry is not None
            assert registry.bus is desktop.bus(address)
            assert registry.bus is not desktop.bus()
            assert "local" in registry.sources()

    def test_a_registry_that_cannot_be_reached(self, session: DesktopSession) -> None:
        session.start_registry()
        session.runtime.joinpath("bus").unlink()
        with acting(session.user) as desktop, pytest.raises(HostError, match="cannot be reached"):
            live.running(desktop)

    def test_a_registry_of_flatpak_is_not_this_one(self, session: DesktopSession) -> None:
        session.start_registry(FLATPAK_ID="org.gnome.Evolution", DBUS_SERVICES_PREFIX="org.gnome.Evolution")
        with acting(session.user) as desktop:
            (process,) = desktop.processes(live.PROGRAM)
            assert live.in_flatpak(process)
