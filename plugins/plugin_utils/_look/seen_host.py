# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's part of a host as seen by a look, for the user's mail clients."""

from __future__ import annotations

import contextlib
import json
import typing as t

from ...module_utils._clients.file_groups import BusCall
from ...module_utils._clients.seal import Seal
from ...module_utils._host.desktop import Bus
from ...module_utils._host.environment import Environment
from ...module_utils._host.files import Files
from ...module_utils._host.process import Process
from ...module_utils._linux.desktop import ADDRESS
from ...module_utils._linux.gvdb import text_of
from .errors import UnseenError
from .output import SeenUser
from .sealed_store import SealedStore
from .snapshot import Snapshot

_OBJECTS = "a{oa{sa{sv}}}"


class SeenUserHost:
    """Implements the protocol ``DesktopHost``; raises ``UnseenError`` for what was not seen.

    Args:
        seen: the user.
        files: the user's files.
        calls: the calls made on the bus of the user's session.
        seal: seals the user's password stores; None if the task has no key.
    """

    def __init__(
        self, seen: SeenUser, files: Snapshot, calls: t.Sequence[BusCall] = (), seal: Seal | None = None
    ) -> None:
        self._seen = seen
        self._files = files
        self._calls = calls
        self._seal = seal

    @property
    def files(self) -> Files:
        return self._files

    @property
    def sealed_store(self) -> t.Callable[[str, t.Sequence[str]], SealedStore] | None:
        seal = self._seal
        return None if seal is None else lambda folder, names: SealedStore(seal, self._files, folder, names)

    @property
    def home(self) -> str:
        return self._seen.user.home

    def environment(self, programs: t.Sequence[str] = ()) -> Environment:
        del programs  # the command checks all of them
        if self._seen.sets_variables:
            raise UnseenError("variables")
        return Environment()

    def require_writable(self, paths: t.Sequence[str]) -> None:
        raise UnseenError(*paths)

    def scratch(self) -> str:
        return ""  # only used for password stores, which are never read

    def as_root(self) -> t.ContextManager[None]:
        return contextlib.nullcontext()

    def desktop(self) -> SeenDesktop:
        return SeenDesktop(self._seen, self._files, self._calls)


class SeenDesktop:
    """Implements the protocol ``Desktop``; arguments as above."""

    def __init__(self, seen: SeenUser, files: Snapshot, calls: t.Sequence[BusCall]) -> None:
        self._seen = seen
        self._files = files
        self._bus = None if seen.bus is None else SeenBus(dict(zip(calls, seen.answers, strict=False)))

    def processes(self, name: str) -> t.Sequence[Process]:
        if self._seen.has_odd_bus or (self._seen.has_service and self._bus is None):
            raise UnseenError(name)
        return [Process(0, {ADDRESS: self._seen.bus})] if self._seen.has_service and self._seen.bus else []

    def bus(self, address: str | None = None) -> Bus | None:
        if self._seen.has_odd_bus or address not in {None, self._seen.bus}:
            raise UnseenError("bus")
        return self._bus

    def setting(self, path: str) -> str | None:
        database = f"{self._seen.user.home}/.config/dconf/user"
        content = self._files.read(database)
        return None if content is None else text_of(database, content, path)

    def lock(self, path: str) -> str | None:
        raise UnseenError(path)

    def store_setting(self, path: str, value: str | None, schema: str | None = None) -> None:
        raise UnseenError(path)


class SeenBus:
    """Implements the protocol ``Bus`` with the answers that busctl printed, each for one call.

    Args:
        answers: the answer to each call; empty if it failed.
    """

    def __init__(self, answers: t.Mapping[BusCall, str]) -> None:
        self._answers = dict(answers)

    def has_owner(self, name: str) -> bool:
        raise UnseenError(name)

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
        del arguments
        if (interface, member) == ("org.freedesktop.DBus", "GetId"):
            return ("the only bus",)
        # A second call would ask for what may have changed meanwhile.
        answer = self._answers.pop(BusCall(destination, path, interface, member), "")
        if signature or not answer:
            raise UnseenError(member)
        try:
            found = json.loads(answer)
            (value,) = found["data"]
            if found["type"] == returns == "as" and all(isinstance(text, str) for text in value):
                return (value,)
            if found["type"] == returns == _OBJECTS:
                return ({path: _interfaces(interfaces) for path, interfaces in value.items()},)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            pass
        raise UnseenError(member)


def _interfaces(interfaces: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """The properties, without the signatures that busctl prints with a variant."""
    return {
        name: {key: variant["data"] for key, variant in properties.items()} for name, properties in interfaces.items()
    }
