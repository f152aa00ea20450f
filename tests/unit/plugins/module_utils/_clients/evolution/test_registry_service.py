# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry on a bus that a test makes up: which one is found, and what is said where none can be reached."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.registry_service import (
    NAME,
    PROGRAM,
    AccountRegistry,
    running,
)
from ansible_collections.charter.mail.plugins.module_utils._host.bus_error import BusError
from ansible_collections.charter.mail.plugins.module_utils._host.process import Process
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

SOURCE = "org.gnome.evolution.dataserver.Source"
USUAL, OTHER = "unix:path=/run/user/1000/bus", "unix:abstract=/tmp/dbus-x"


class Bus:
    """A bus with these names on it; the registry's comes only after some looks."""

    def __init__(
        self, *names: str, guid: str = "1", looks: int = 0, objects: t.Any = None, broken: bool = False
    ) -> None:
        self.names = names
        self.guid = guid
        self.looks = looks
        self.objects = objects
        self.broken = broken
        self.calls: list[tuple[t.Any, ...]] = []

    def has_owner(self, name: str) -> bool:
        raise NotImplementedError

    def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        *arguments: t.Any,
        returns: str = "",
    ) -> tuple[t.Any, ...]:
        self.calls.append((destination, path, interface, member, signature, *arguments))
        if self.broken:
            raise BusError("a.b.C", "it is broken")
        if member == "ListNames":
            self.looks -= 1
            return (list(self.names) if self.looks < 0 else [":1.1"],)
        return {"GetId": (self.guid,), "GetManagedObjects": (self.objects,)}.get(member, ())


class Desktop:
    """A desktop with these buses and programs."""

    def __init__(self, buses: t.Mapping[str | None, Bus | None], *environments: t.Mapping[str, str]) -> None:
        self.buses = buses
        self.programs = [Process(number, environment) for number, environment in enumerate(environments)]

    def processes(self, name: str) -> t.Sequence[Process]:
        return self.programs if name == PROGRAM else []

    def bus(self, address: str | None = None) -> Bus | None:
        return self.buses.get(address)

    def setting(self, path: str) -> str | None:
        raise NotImplementedError

    def lock(self, path: str) -> str | None:
        raise NotImplementedError

    def store_setting(self, path: str, value: str | None, schema: str | None = None) -> None:
        raise NotImplementedError


def on(address: str) -> dict[str, str]:
    return {"DBUS_SESSION_BUS_ADDRESS": address}


FLATPAKS: list[dict[str, str]] = [
    {"FLATPAK_ID": "org.gnome.Evolution", **on("unix:path=/run/flatpak/bus")},
    {"DBUS_SERVICES_PREFIX": "org.gnome.Evolution"},
]


def test_no_session() -> None:
    assert running(Desktop({})) is None


def test_a_session_without_a_registry() -> None:
    assert running(Desktop({None: Bus("org.freedesktop.secrets")})) is None


def test_a_registry_whose_program_cannot_be_seen() -> None:
    bus = Bus(NAME)
    found = running(Desktop({None: bus}))
    assert found is not None
    assert found.bus is bus


def test_the_bus_is_the_one_that_the_registry_was_started_with() -> None:
    bus = Bus(NAME)
    found = running(Desktop({None: Bus(), OTHER: bus}, on(OTHER)))
    assert found is not None
    assert found.bus is bus


def test_an_environment_that_cannot_be_read_means_the_usual_bus() -> None:
    bus = Bus(NAME)
    found = running(Desktop({None: bus}, {}))
    assert found is not None
    assert found.bus is bus


@pytest.mark.parametrize("environment", FLATPAKS)
def test_that_of_flatpak_is_another(environment: dict[str, str]) -> None:
    assert running(Desktop({None: Bus(), environment.get("DBUS_SESSION_BUS_ADDRESS"): Bus()}, environment)) is None
    bus = Bus(NAME)
    found = running(Desktop({OTHER: bus}, environment, on(OTHER)))
    assert found is not None
    assert found.bus is bus


def test_that_of_a_container_is_another() -> None:
    desktop = Desktop({USUAL: Bus(NAME)})
    desktop.programs = [Process(1, on(USUAL), sandboxed=True)]
    assert running(desktop) is None


def test_one_that_starts_is_waited_for() -> None:
    waited: list[float] = []
    found = running(Desktop({USUAL: Bus(NAME, looks=3)}, on(USUAL)), waited.append)
    assert found is not None
    assert len(waited) == 3


def test_one_that_never_offers_its_service() -> None:
    waited: list[float] = []
    with pytest.raises(HostError, match=f"does not offer {NAME}"):
        running(Desktop({USUAL: Bus()}, on(USUAL)), waited.append)
    assert 1 < sum(waited) < 10


def test_one_that_cannot_be_reached() -> None:
    with pytest.raises(HostError, match="cannot be reached"):
        running(Desktop({None: Bus()}, on(OTHER)))


def test_one_of_a_later_release() -> None:
    later = NAME[:-1] + "6"
    for desktop in (Desktop({None: Bus(later)}), Desktop({USUAL: Bus(later)}, on(USUAL))):
        with pytest.raises(HostError, match=f"offers {later}"):
            running(desktop)


def test_two_addresses_of_one_bus() -> None:
    desktop = Desktop({USUAL: Bus(NAME), OTHER: Bus(NAME)}, on(USUAL), on(OTHER))
    assert running(desktop) is not None


def test_two_of_them() -> None:
    desktop = Desktop({USUAL: Bus(NAME), OTHER: Bus(NAME, guid="2")}, on(USUAL), on(OTHER))
    with pytest.raises(HostError, match="two of them"):
        running(desktop)


def test_a_bus_that_breaks_is_told_in_plain_words() -> None:
    desktop = Desktop({USUAL: Bus(NAME, broken=True)}, on(USUAL))
    with pytest.raises(HostError, match="it is broken"):
        running(desktop)
    with pytest.raises(HostError, match="it is broken"):
        AccountRegistry(Bus(broken=True)).sources()
    with pytest.raises(HostError, match="source u: CreateSources failed: it is broken"):
        AccountRegistry(Bus(broken=True)).create("u", "text")


def test_only_sources_are_sources() -> None:
    objects = {
        "/1": {SOURCE: {"UID": "u", "Data": "text", "ConnectionStatus": ""}, f"{SOURCE}.Writable": {}},
        "/2": {SOURCE: {"UID": "half"}},
        "/3": {"a.b": {"UID": "no", "Data": "no"}},
    }
    bus = Bus(objects=objects)
    registry = AccountRegistry(bus)
    assert registry.sources() == {"u": "text"}
    registry.write("u", "new")
    assert bus.calls.pop() == (NAME, "/1", f"{SOURCE}.Writable", "Write", "s", "new")
    registry.remove("u")
    assert bus.calls.pop() == (NAME, "/1", f"{SOURCE}.Removable", "Remove", "")
    registry.remove("no")
    assert bus.calls.pop()[3] == "GetManagedObjects"
    with pytest.raises(HostError, match="source no: the registry does not have it"):
        registry.write("no", "new")
