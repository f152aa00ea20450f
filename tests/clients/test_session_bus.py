# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message bus of a user's session, with the real program; no service is started on it."""

from __future__ import annotations

import contextlib
import os
import signal

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import registry_service as live
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import (
    Keyring,
    KeyringState,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.registry_service import AccountRegistry
from ansible_collections.charter.mail.plugins.module_utils._host.bus_error import BusError
from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.session_bus import connect
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import LocalDesktop
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError, PasswordStoreError
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

from .desktop_session import (
    REGISTRY,
    SECRETS,
    TIMEOUT,
    DesktopSession,
    kill,
    running,
)
from .session_services import LOGIN_PASSWORD, SECRET, UID, account
from .user_desktop import acting, bus_of


class TestBus:
    """The bus itself."""

    def test_the_bus_sees_the_user_we_act_as(self, session: DesktopSession, desktop: LocalDesktop) -> None:
        bus = bus_of(desktop)
        driver = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
        (name,) = bus.call(*driver, "ListNames", returns="as")[0][1:2]
        assert bus.call(*driver, "GetConnectionUnixUser", "s", name, returns="u") == (session.user.uid,)
        assert bus.has_owner("org.freedesktop.DBus")
        assert not bus.has_owner("org.example.Nobody")

    def test_a_run_uses_one_connection_and_closes_it(self, session: DesktopSession) -> None:
        with acting(session.user) as desktop:
            bus = bus_of(desktop)
            assert desktop.bus() is bus
            assert desktop.bus(session.address) is bus
        with pytest.raises(BusError, match="closed"):
            bus.has_owner(REGISTRY)

    def test_root_itself_is_refused(self, session: DesktopSession) -> None:
        with pytest.raises(BusError, match=f"belongs to the user {session.user.uid}"):
            connect(session.address)

    def test_no_bus(self, mario: LocalUser) -> None:
        with acting(mario) as desktop:
            assert desktop.bus() is None
            assert desktop.bus("unix:path=/nowhere/bus;unix:abstract=charter-mail-nobody") is None

    def test_a_bus_that_died_and_left_its_socket(self, session: DesktopSession) -> None:
        (daemon,) = running(session.user, "dbus-daemon")
        kill([daemon])
        with acting(session.user) as desktop:
            assert session.runtime.joinpath("bus").exists()
            assert desktop.bus() is None

    def test_a_bus_that_hangs(self, session: DesktopSession) -> None:
        (daemon,) = running(session.user, "dbus-daemon")
        with local_user.acting_as(local_user.find(session.user.name)):
            bus = connect(session.address)
            assert bus is not None
            with contextlib.closing(bus):
                os.kill(daemon, signal.SIGSTOP)
                bus.timeout = 0.5
                with pytest.raises(BusError, match="does not answer in time"):
                    bus.has_owner(REGISTRY)
                with pytest.raises(BusError, match="does not answer in time"):
                    connect(session.address, timeout=0.5)
                os.kill(daemon, signal.SIGCONT)
                bus.timeout = TIMEOUT
                # Late replies to abandoned calls are not mistaken for replies to later calls.
                assert bus.has_owner("org.freedesktop.DBus")

    @pytest.mark.parametrize(
        "kind", ["unix:path={0}/a%20b%3bc", "unix:abstract={0}/%c3%a4", "tcp:host=x;unix:path={0}/x"]
    )
    def test_addresses_that_a_real_bus_listens_at(self, session: DesktopSession, kind: str) -> None:
        address = kind.format(session.runtime)
        own = address.replace("tcp:host=x;", "")
        service = session.start(
            "dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={own}", "--print-address=1"
        )
        try:
            session.run("sh", "-c", "until dbus-send --bus=\"$1\" --dest=org.freedesktop.DBus --print-reply / "
                        "org.freedesktop.DBus.GetId >/dev/null 2>&1; do sleep 0.05; done", "sh", own)  # fmt: skip
            with acting(session.user) as desktop:
                bus = desktop.bus(address)
                assert bus is not None
                assert bus is not desktop.bus()
                assert bus.has_owner("org.freedesktop.DBus")
        finally:
            session.stop(service)

    def test_large_messages_both_ways(self, session: DesktopSession, desktop: LocalDesktop) -> None:
        session.start_registry()
        registry = AccountRegistry(bus_of(desktop))
        text = account("x" * 3_000_000)
        registry.create(UID, text)
        assert f"DisplayName={'x' * 3_000_000}\n" in registry.sources()[UID]


class TestNothingIsStarted:
    """Services that do not run are not started, although the bus could start them."""

    def test_by_name_lookups(self, session: DesktopSession, desktop: LocalDesktop) -> None:
        assert live.running(desktop) is None
        assert Keyring(desktop.bus()).state is KeyringState.ABSENT
        assert Keyring(desktop.bus()).stored(UID) is None
        assert running(session.user, live.PROGRAM) == running(session.user, "gnome-keyring-daemon") == []

    @pytest.mark.parametrize("name", [REGISTRY, SECRETS])
    def test_by_a_method_call(self, session: DesktopSession, desktop: LocalDesktop, name: str) -> None:
        with pytest.raises(BusError) as caught:
            bus_of(desktop).call(name, "/", "org.freedesktop.DBus.Peer", "Ping")
        assert caught.value.name in {
            "org.freedesktop.DBus.Error.ServiceUnknown",
            "org.freedesktop.DBus.Error.NameHasNoOwner",
        }
        assert not session.has_owner(name)
        # The bus could have started it: this is the same call without the flag.
        session.run(
            "gdbus", "call", "--session", f"--dest={name}", "--object-path=/", "--method=org.freedesktop.DBus.Peer.Ping"
        )
        assert session.has_owner(name)

    def test_by_services_that_were_stopped(self, session: DesktopSession, desktop: LocalDesktop) -> None:
        registry, keyring = session.start_registry(), session.start_keyring(LOGIN_PASSWORD)
        found, passwords = live.running(desktop), Keyring(desktop.bus())
        assert found is not None
        assert passwords.state is KeyringState.UNLOCKED
        session.stop(registry)
        session.stop(keyring)
        for attempt in (found.sources, lambda: found.create(UID, account("x"))):
            with pytest.raises(HostError):
                attempt()
        assert Keyring(desktop.bus()).state is KeyringState.ABSENT
        with pytest.raises(PasswordStoreError):
            passwords.store(UID, "label", SECRET)
        assert not session.has_owner(REGISTRY)
        assert not session.has_owner(SECRETS)
