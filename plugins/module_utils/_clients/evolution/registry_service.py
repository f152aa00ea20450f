# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution's registry of accounts in a user's session. While it runs, only the registry may change the accounts.

Source of the interface: evolution-data-server, src/private/org.gnome.evolution.dataserver.Source*.xml; the name is the
same since 3.28. ``Reload`` is never called: it does not reread what the registry already knows.
"""

from __future__ import annotations

import time
import typing as t

from ..._host.bus_error import BusError
from ..._host.process import Process
from ..._model.errors import HostError

if t.TYPE_CHECKING:
    from ..._host.desktop import Bus, Desktop

PROGRAM = "evolution-source-registry"
NAME = "org.gnome.evolution.dataserver.Sources5"

_FAMILY = NAME.rstrip("0123456789")
MANAGER = "/org/gnome/evolution/dataserver/SourceManager"
_SOURCE = "org.gnome.evolution.dataserver.Source"
OBJECTS = "org.freedesktop.DBus.ObjectManager"
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
_ADDRESS = "DBUS_SESSION_BUS_ADDRESS"

_LONGEST_PATH = 100  # characters shown
_LOOKS, _PAUSE = 25, 0.2  # a starting registry needs up to half a second until it offers its service


class AccountRegistry:
    """The accounts in the registry's memory. The registry writes changes to the files itself.

    Args:
        bus: the registry's bus, open for further services.
    """

    def __init__(self, bus: Bus) -> None:
        self.bus = bus

    def sources(self) -> t.Mapping[str, str]:
        """The full text of every source, by uid."""
        return {uid: text for uid, (_path, text) in self._objects().items()}

    def create(self, uid: str, text: str) -> None:
        """Add a source.

        Raises:
            HostError: the registry has it already, or refuses.
        """
        self._call(uid, MANAGER, "SourceManager", "CreateSources", "a{ss}", {uid: text})

    def write(self, uid: str, text: str) -> None:
        """Replace the text of a source.

        The registry answers first and writes the file some milliseconds later. Added and removed sources are on disk
        when it answers.

        Raises:
            HostError: the registry does not have it, or refuses.
        """
        found = self._objects().get(uid)
        if found is None:
            raise _refused(uid, "the registry does not have it")
        self._call(uid, found[0], "Source.Writable", "Write", "s", text)

    def remove(self, uid: str) -> None:
        """Remove a source with its file and its children; no error if there is none.

        Raises:
            HostError: the registry refuses.
        """
        found = self._objects().get(uid)
        if found is not None:
            self._call(uid, found[0], "Source.Removable", "Remove")

    def _objects(self) -> dict[str, tuple[str, str]]:
        """The object and the text of every source, by uid."""
        try:
            (objects,) = self.bus.call(NAME, MANAGER, OBJECTS, "GetManagedObjects", returns="a{oa{sa{sv}}}")
        except BusError as error:
            raise _unreachable(str(error)) from None
        found = {}
        for path, interfaces in objects.items():
            properties = interfaces.get(_SOURCE, {})
            if "UID" in properties and "Data" in properties:
                uid, text = properties["UID"], properties["Data"]
                if not isinstance(uid, str) or not isinstance(text, str) or "/" in uid:  # it becomes a file name
                    raise _unreachable(f"the properties of {path[:_LONGEST_PATH]} are not those of a source")
                found[uid] = (path, text)
        return found

    def _call(self, uid: str, path: str, interface: str, member: str, signature: str = "", *arguments: t.Any) -> None:
        full = f"org.gnome.evolution.dataserver.{interface}"
        try:
            self.bus.call(NAME, path, full, member, signature, *arguments)
        except BusError as error:
            raise _refused(uid, f"{member} failed: {error}") from None


def running(desktop: Desktop, sleep: t.Callable[[float], None] = time.sleep) -> AccountRegistry | None:
    """The registry of a user's session; None if none runs. Never starts one.

    Args:
        desktop: the user's desktop.
        sleep: waits for a registry that is starting.

    Raises:
        HostError: a registry runs but cannot be reached, so nothing may be changed; or two of them run.
    """
    processes = [process for process in desktop.processes(PROGRAM) if not in_flatpak(process)]
    if not processes:
        bus = desktop.bus()
        return AccountRegistry(bus) if bus is not None and _offers(bus) else None
    found = {}
    for address in {process.environment.get(_ADDRESS) for process in processes}:
        bus = desktop.bus(address)
        if bus is not None:
            _await(bus, sleep)
            found[_identity(bus)] = bus
        if len(found) > 1:
            raise HostError(
                "Evolution's account registry",
                "two of them run for this user, on two message buses; nothing was changed",
                "have the user log out and in again, and run again",
            )
    if not found:
        raise _unreachable("its message bus cannot be reached")
    return AccountRegistry(*found.values())


def flatpaks(desktop: Desktop) -> list[Process]:
    """The registries of the Flatpak package, which cannot be reached on a session bus."""
    return [process for process in desktop.processes(PROGRAM) if in_flatpak(process)]


def in_flatpak(process: Process) -> bool:
    """Whether an Evolution process belongs to the Flatpak package, which has its own files and services."""
    return process.sandboxed or bool(
        process.environment.get("FLATPAK_ID") or process.environment.get("DBUS_SERVICES_PREFIX")
    )


def _await(bus: Bus, sleep: t.Callable[[float], None]) -> None:
    """Wait until the running registry offers its service."""
    for _look in range(_LOOKS):
        if _offers(bus):
            return
        sleep(_PAUSE)
    raise _unreachable(f"it runs, but does not offer {NAME} on its message bus")


def _offers(bus: Bus) -> bool:
    try:
        (names,) = bus.call(*BUS, "ListNames", returns="as")
    except BusError as error:
        raise _unreachable(str(error)) from None
    if NAME in names:
        return True
    others = [name for name in names if name.startswith(_FAMILY) and name[len(_FAMILY) :].isdigit()]
    if others:
        raise HostError(
            "Evolution's account registry",
            f"it offers {others[0]}, but this collection supports {NAME}; nothing was changed",
            "use a release of this collection that supports this release of Evolution",
        )
    return False


def _identity(bus: Bus) -> str:
    """An identifier of a bus that does not depend on its address."""
    try:
        (identity,) = bus.call(*BUS, "GetId", returns="s")
    except BusError as error:
        raise _unreachable(str(error)) from None
    return str(identity)


def _unreachable(reason: str) -> HostError:
    return HostError(
        "Evolution's account registry",
        f"it runs in the user's session, but cannot be used: {reason}",
        "have the user log out, or log out and in, and run again",
    )


def _refused(uid: str, reason: str) -> HostError:
    return HostError(
        f"Evolution's account registry, source {uid}",
        reason,
        "make sure that the user owns the folder of Evolution's sources and can write there, and run again",
    )
