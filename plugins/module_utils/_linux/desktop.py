# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop of a user of this machine, while the process acts as that user."""

from __future__ import annotations

import contextlib
import os
import shutil
import types
import typing as t

from .._host.bus_error import BusError
from .._host.environment import Environment
from .._host.process import Process
from .._host.time_limit import TimeLimit
from .._model.errors import HostError
from . import local_user
from .bounded_command import RunCommand, run
from .files import LocalFiles
from .local_user import LocalUser
from .processes import Processes

if t.TYPE_CHECKING:
    from .._host.desktop import Bus

ADDRESS = "DBUS_SESSION_BUS_ADDRESS"
BUS_SECONDS = 60.0  # for all buses of one user: a bus could answer many calls just in time

_PATH = "/usr/local/bin:/usr/bin:/bin"
# Session programs whose environment names the bus, if it is not the usual one.
_WITNESSES = ("evolution-source-registry", "dconf-service")
_PACKAGES = {
    "setpriv": "util-linux",
    "dconf": "dconf-cli (Debian, Ubuntu) or dconf (Fedora, RHEL)",
    "dbus-run-session": "dbus-daemon (Debian 12, Fedora, RHEL) or dbus (older Debian, Ubuntu)",
}


class LocalDesktop:
    """Implements the protocol ``Desktop``; as a context manager, it closes its connections on exit.

    Args:
        user: the desktop's user; the process acts as this user while the desktop is used.
        run_command: runs a program; secrets are never among its arguments.
        processes: shared by the desktops of all users.
        home: the folder with the user's files.
        environment: the variables of the user's sessions.
        limit: the total time to wait for the user's message buses.
    """

    def __init__(
        self,
        user: LocalUser,
        run_command: RunCommand,
        processes: Processes | None = None,
        home: str | None = None,
        environment: Environment | None = None,
        limit: TimeLimit | None = None,
    ) -> None:
        self._user = user
        self._run_command = run_command
        self._processes = processes or Processes()
        self._home = home or user.home
        self._environment = environment or Environment()
        self._limit = limit or TimeLimit(BUS_SECONDS)
        self._asked: set[str] = set()
        self._buses: dict[str, Bus | None] = {}
        self._open = contextlib.ExitStack()

    def __enter__(self) -> LocalDesktop:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self._open.close()

    def processes(self, name: str) -> t.Sequence[Process]:
        fresh = name in self._asked
        self._asked.add(name)
        return self._processes.of(self._user, name, fresh)

    def bus(self, address: str | None = None) -> Bus | None:
        found = self._session() if address is None else (address, self._connect(address))
        return None if found is None else found[1]

    def setting(self, path: str) -> str | None:
        config = self._environment.folder("XDG_CONFIG_HOME", f"{self._home}/.config")
        database = f"{config}/dconf/user"
        content = LocalFiles().read(database)
        if content is None:
            return None
        with local_user.acting_as_ourselves():
            from .gvdb import text_of
        return text_of(database, content, path)

    def lock(self, path: str) -> str | None:
        with local_user.acting_as_ourselves():
            from . import dconf_locks
        return dconf_locks.lock(LocalFiles(), path)

    def store_setting(self, path: str, value: str | None, schema: str | None = None) -> None:
        command = self._store_command(path, value, schema)
        session = self._session()
        if session is not None:
            command = self._as_user({ADDRESS: session[0]}, command)
        elif any(not process.sandboxed for process in self._processes.of(self._user, "dconf-service", fresh=True)):
            raise HostError(
                f"the desktop settings of {self._user.name}",
                "the user is logged in with a message bus that cannot be reached, and settings stored without it "
                "would be lost",
                "have the user log out, or log out and in, and run again",
            )
        else:
            command = self._as_user({}, [_program("dbus-run-session"), "--", *command])
        code, words = run(self._run_command, f"the desktop settings of {self._user.name}", command)
        if code != 0:
            raise self._not_stored(path, f"it could not be stored: {words or f'exit code {code}'}")
        if self.setting(path) != value:
            raise self._not_stored(path, "it was stored, but does not read back")

    def _session(self) -> tuple[str, Bus] | None:
        """The bus of the user's session, and its address."""
        for address in self._session_addresses():
            bus = self._connect(address)
            if bus is not None:
                return address, bus
        return None

    def _session_addresses(self) -> t.Iterator[str]:
        """Possible addresses of the bus, the most likely first."""
        if os.getuid() == self._user.uid and ADDRESS in os.environ:
            yield os.environ[ADDRESS]
        usual = f"/run/user/{self._user.uid}/bus"  # pam_systemd(8)
        if os.path.exists(usual):
            yield f"unix:path={usual}"
        for name in _WITNESSES:
            for process in self._processes.of(self._user, name, fresh=False):
                if not process.sandboxed and ADDRESS in process.environment:
                    yield process.environment[ADDRESS]

    def _connect(self, address: str) -> Bus | None:
        if address not in self._buses:
            with local_user.acting_as_ourselves():
                from .dbus.session_bus import connect
            try:
                bus = connect(address, limit=self._limit)
            except BusError as error:
                raise HostError(
                    f"the session of {self._user.name}, {address}",
                    str(error),
                    "have the user log out and in again, and run again",
                ) from None
            if bus is not None:
                self._open.callback(bus.close)
            self._buses[address] = bus
        return self._buses[address]

    def _store_command(self, path: str, value: str | None, schema: str | None) -> list[str]:
        """The command that stores it: dconf's own tool, or GLib's, which more hosts have."""
        gsettings = shutil.which("gsettings", path=_PATH)
        if schema is not None and gsettings is not None and shutil.which("dconf", path=_PATH) is None:
            key = path.rpartition("/")[2]
            return (
                [gsettings, "reset", schema, key] if value is None else [gsettings, "set", schema, key, _quote(value)]
            )
        dconf = _program("dconf")
        return [dconf, "reset", path] if value is None else [dconf, "write", path, _quote(value)]

    def _as_user(self, variables: t.Mapping[str, str], command: t.Sequence[str]) -> list[str]:
        """The command line that runs a command as the user, with a login's environment."""
        own = self._environment.variables
        environment = {**own, "HOME": self._home, "PATH": _PATH, "LANG": "C.UTF-8", **variables}
        runtime = f"/run/user/{self._user.uid}"
        if os.path.isdir(runtime):
            environment["XDG_RUNTIME_DIR"] = runtime
        become = []
        if os.getuid() != self._user.uid:  # acting as the user: the real user id of a started program would be root's
            ids = (f"--reuid={self._user.uid}", f"--regid={self._user.gid}")
            become = [_program("setpriv"), *ids, "--keep-groups", "--"]
        return [*become, "/usr/bin/env", "-i", *(f"{name}={text}" for name, text in environment.items()), *command]

    def _not_stored(self, path: str, reason: str) -> HostError:
        return HostError(
            f"the setting {path} of {self._user.name}", reason, "check whether the host's policy (dconf) locks this key"
        )


def _program(name: str) -> str:
    """The path of a program, for users as well as for root."""
    program = shutil.which(name, path=_PATH)
    if program is None:
        raise HostError(name, "this host lacks the program", f"install the package {_PACKAGES[name]}")
    return program


def _quote(text: str) -> str:
    """A text in GVariant's text format."""
    plain = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + "".join(f"\\u{ord(one):04x}" if ord(one) < 32 else one for one in plain) + "'"
