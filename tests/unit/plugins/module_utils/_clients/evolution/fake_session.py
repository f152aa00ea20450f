# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's desktop that needs no desktop: the registry, the keyring and the settings, as far as clients use them.

tests/clients does the same with the real programs.
"""

from __future__ import annotations

import configparser
import pathlib
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import registry_service
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store import keyring
from ansible_collections.charter.mail.plugins.module_utils._host.bus_error import BusError
from ansible_collections.charter.mail.plugins.module_utils._host.desktop import Bus
from ansible_collections.charter.mail.plugins.module_utils._host.process import Process

_REFUSED = "org.gtk.GDBus.UnmappedGError.Quark._g_2dio_2derror_2dquark.Code2"


def parent(text: str) -> str:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.read_string(text)
    return parser.get("Data Source", "parent", fallback="")


class Registry:
    """Keeps sources in memory, and writes each to its file. What has lost its parent waits unseen, as in the real one.

    Args:
        folder: of the files.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.memory = {path.stem: path.read_text() for path in folder.glob("*.source")}
        self.asked: list[str] = []

    def shown(self) -> dict[str, str]:
        return {uid: text for uid, text in self.memory.items() if parent(text) in {"", *self.memory}}

    def call(self, path: str, member: str, *arguments: t.Any) -> tuple[t.Any, ...]:
        self.asked.append(member)
        uid = path.rpartition("/")[2]
        if member == "GetManagedObjects":
            name = "org.gnome.evolution.dataserver.Source"
            return ({f"/source/{key}": {name: {"UID": key, "Data": text}} for key, text in self.shown().items()},)
        if member == "CreateSources":
            ((uid, text),) = arguments[0].items()
            if uid in self.memory:
                raise BusError(_REFUSED, f"UID {uid} is already in use")
            self._store(uid, text)
        elif member == "Write":
            self._store(uid, arguments[0])
        elif member == "Remove":
            children = [key for key, text in self.memory.items() if parent(text) == uid]
            del self.memory[uid]
            for key in (uid, *children):  # the children's memory stays
                (self.folder / f"{key}.source").unlink()
        else:
            raise BusError("org.freedesktop.DBus.Error.UnknownMethod", member)
        return ()

    def _store(self, uid: str, text: str) -> None:
        self.memory[uid] = text
        (self.folder / f"{uid}.source").write_text(text)


class Secrets:
    """A keyring.

    Attributes:
        state: that of the default collection.
        passwords: uid to password.
    """

    def __init__(self, state: keyring.KeyringState = keyring.KeyringState.UNLOCKED) -> None:
        self.state = state
        self.passwords: dict[str, str] = {}

    def call(self, path: str, member: str, *arguments: t.Any) -> tuple[t.Any, ...]:
        uid = path.rpartition("/")[2]
        if member == "ReadAlias":
            return ("/" if self.state is keyring.KeyringState.ABSENT else "/collection",)
        if member == "Get":
            return (self.state is keyring.KeyringState.LOCKED,)
        if member == "OpenSession":
            return ("", "/session")
        if member == "SearchItems":
            found = [f"/item/{key}" for key in self.passwords if key == arguments[0]["e-source-uid"]]
            return (found, []) if self.state is keyring.KeyringState.UNLOCKED else ([], found)
        if member == "GetSecret":
            return (("/session", b"", self.passwords[uid].encode(), "text/plain"),)
        if member == "SetSecret":
            self.passwords[uid] = arguments[0][2].decode()
            return ()
        if member == "CreateItem":
            _signature, attributes = arguments[0]["org.freedesktop.Secret.Item.Attributes"]
            self.passwords[attributes["e-source-uid"]] = arguments[1][2].decode()
            return ("/item", "/")
        if member == "Delete":
            del self.passwords[uid]
            return ("/",)
        raise BusError("org.freedesktop.DBus.Error.UnknownMethod", member)


class Desktop:
    """Implements the protocol ``Desktop`` and, for its one bus, the protocol ``Bus``.

    Args:
        registry: None where none runs.
        secrets: None where no keyring runs.
        session: whether the user is logged in.
        programs: what runs.
    """

    def __init__(
        self,
        registry: Registry | None = None,
        secrets: Secrets | None = None,
        *,
        session: bool = True,
        programs: t.Sequence[Process] = (),
    ) -> None:
        self.registry = registry
        self.secrets = secrets
        self.session = session
        self.programs = programs
        self.settings: dict[str, str] = {}
        self.locks: dict[str, str] = {}

    def processes(self, name: str) -> t.Sequence[Process]:
        return self.programs if name == registry_service.PROGRAM else ()

    def bus(self, address: str | None = None) -> Bus | None:
        return self if self.session else None

    def setting(self, path: str) -> str | None:
        return self.settings.get(path)

    def lock(self, path: str) -> str | None:
        return self.locks.get(path)

    def store_setting(self, path: str, value: str | None, schema: str | None = None) -> None:
        assert schema == "org.gnome.Evolution.DefaultSources"
        if value is None:
            del self.settings[path]
        else:
            self.settings[path] = value

    @property
    def services(self) -> dict[str, Registry | Secrets]:
        offered = {registry_service.NAME: self.registry, keyring.NAME: self.secrets}
        return {name: service for name, service in offered.items() if service is not None}

    def has_owner(self, name: str) -> bool:
        return name in self.services

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
        if member == "ListNames":
            return (list(self.services),)
        if destination not in self.services:
            raise BusError("org.freedesktop.DBus.Error.ServiceUnknown", destination)
        return self.services[destination].call(path, member, *arguments)
