# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message bus, the keyring, the registry and the settings of a user's session, with the real programs.

Everything is tested twice: as root acting as the user, and in a process that runs as the user from the start.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import time
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import (
    account_registry as live,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.account_registry import (
    AccountRegistry,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import (
    Keyring,
    KeyringState,
)
from ansible_collections.charter.mail.plugins.module_utils._host.bus_error import BusError
from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.session_bus import (
    SessionBus,
    connect,
)
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import LocalDesktop
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError, PasswordStoreError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.tests.clients.desktop_session import (
    REGISTRY,
    SECRETS,
    TIMEOUT,
    DesktopSession,
    desktop_session,
    kill,
    running,
)
from ansible_collections.charter.mail.tests.clients.user_desktop import acting, run_command
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

LOGIN_PASSWORD = "the user's login"
UID = "f67c9d10c8e219359e90a6076fe8bfc41aee776e"
CHILD = "a6bd012aad581ad84df7b91af79afefe17258294"
SECRET = Secret("pässword 'with\" \\ everything 😀")


PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"

ITSELF = """
import sys, types
for name, path in (("charter", []), ("charter.mail", [sys.argv[1]])):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = path
from charter.mail.module_utils._linux import local_user
from charter.mail.module_utils._linux.desktop import LocalDesktop
from charter.mail.module_utils._clients.evolution import account_registry
from charter.mail.module_utils._clients.evolution.password_store import keyring
from charter.mail.module_utils._model.secret import Secret
user, uid = local_user.find(None), sys.argv[2]
with local_user.acting_as(user), LocalDesktop(user, None) as desktop:
    live, passwords = account_registry.running(desktop), keyring.Keyring(desktop.bus())
    live.remove(uid)
    live.create(uid, "[Data Source]\\nDisplayName=x\\n")
    passwords.store(uid, "label", Secret("the secret"))
    print(uid in live.sources(), passwords.stored(uid).reveal(), passwords.state.name)
"""

# The same as Evolution's own library does.
LIBSECRET = """
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


@pytest.fixture
def session(mario: LocalUser) -> t.Iterator[DesktopSession]:
    """Mario is logged in."""
    with desktop_session(mario) as session:
        yield session


@pytest.fixture
def desktop(session: DesktopSession) -> t.Iterator[LocalDesktop]:
    """Mario's desktop. Root acted as Mario when it connected to the bus, which decides who it is there."""
    user = local_user.find(session.user.name)
    with LocalDesktop(user, run_command) as desktop:
        with local_user.acting_as(user):
            assert desktop.bus() is not None
        yield desktop


def bus_of(desktop: LocalDesktop) -> SessionBus:
    bus = desktop.bus()
    assert isinstance(bus, SessionBus)
    return bus


def account(name: str, parent: str = "") -> str:
    return f"[Data Source]\nDisplayName={name}\nEnabled=true\nParent={parent}\n\n[Mail Account]\nBackendName=imapx\n"


def child(name: str, host: str) -> str:
    transport = f"[Authentication]\nHost={host}\n\n[Mail Transport]\nBackendName=smtp\n"
    return f"[Data Source]\nDisplayName={name}\nEnabled=true\nParent={UID}\n\n{transport}"


def reads(file: pathlib.Path, text: str) -> bool:
    """Whether a file gets that content; the registry writes it shortly after it replies."""
    deadline = time.monotonic() + TIMEOUT
    while file.read_text() != text:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


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
        assert reads(file, registry.sources()[UID])

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
        assert reads(file, child("second", "smtp2.charter.net"))
        registry.write(CHILD, child("second", "smtp2.charter.net"))
        assert "Host=smtp2.charter.net\n" in registry.sources()[CHILD]
        assert reads(file, registry.sources()[CHILD])

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
        assert session.run("/usr/bin/python3", "-c", LIBSECRET, UID, "by Evolution") == "by Evolution"
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
        return session.run("/usr/bin/python3", "-c", LIBSECRET, UID)

    @staticmethod
    def items(session: DesktopSession) -> list[str]:
        """The description of every item of the login keyring."""
        login = "/org/freedesktop/secrets/collection/login"
        tree = session.run(
            "gdbus", "introspect", "--session", f"--dest={SECRETS}", f"--object-path={login}", "--recurse"
        )
        return [part for part in tree.split("node ") if "interface org.freedesktop.Secret.Item" in part]


def test_the_user_needs_no_root(session: DesktopSession) -> None:
    """The same code in a process that runs as the user from the start, with Debian's Python."""
    session.start_registry()
    session.start_keyring(LOGIN_PASSWORD)
    shutil.copytree(PLUGINS, session.user.home / "plugins")
    session.user.own()
    for address in (session.address, ""):  # with the address in the environment, as in a terminal; without, as by SSH
        output = session.run(
            "/usr/bin/python3",
            "-c",
            ITSELF,
            str(session.user.home / "plugins"),
            UID,
            DBUS_SESSION_BUS_ADDRESS=address,
        )
        assert output == "True the secret UNLOCKED\n"
