# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local user's session without a screen: the runtime directory, a message bus and a keyring. Needs root.

The bus is Debian's dbus-daemon with its own configuration, so services can be activated on it as on a desktop, and
tests can check that they are not. This file uses no code of the collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import pwd
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import typing as t

from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

TIMEOUT = 60  # seconds; usually a moment

REGISTRY = "org.gnome.evolution.dataserver.Sources5"
SECRETS = "org.freedesktop.secrets"
DCONF = "ca.desrt.dconf"

_REGISTRY_PROGRAM = "/usr/libexec/evolution-source-registry"
_KEYRING_PROGRAM = "/usr/bin/gnome-keyring-daemon"


class SessionError(Exception):
    """A program of the session did not start or failed."""


@dataclasses.dataclass(frozen=True)
class DesktopSession:
    """The session of a user who is logged in.

    Attributes:
        user: the user.
        runtime: the user's directory in /run/user.
        log: the output of background programs.
        prefix: a prefix for each command, such as ``ip netns exec NAME``.
        children: the background processes.
    """

    user: LocalUser
    runtime: pathlib.Path
    log: pathlib.Path
    prefix: tuple[str, ...] = ()
    children: list[subprocess.Popen[bytes]] = dataclasses.field(default_factory=list, repr=False)

    @property
    def address(self) -> str:
        """The address of the message bus."""
        return f"unix:path={self.runtime}/bus"

    def run(self, *command: str, stdin: str = "", check: bool = True, **variables: str) -> str:
        """Run a program as the user, on the bus, until it ends.

        Args:
            command: the program and its arguments.
            stdin: its input.
            check: whether it must succeed.
            variables: additional environment variables; empty ones are removed.

        Returns:
            Its standard output.
        """
        done = subprocess.run(
            self.command(*command),
            env=self.environment(**variables),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        if check and done.returncode != 0:
            raise SessionError(f"{command[0]} ended with status {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def start(self, *command: str, stdin: str = "", **variables: str) -> subprocess.Popen[bytes]:
        """Start a background program as the user, on the bus; it is killed when the session ends."""
        with self.log.open("ab") as log, tempfile.TemporaryFile() as file:
            file.write(stdin.encode())
            file.seek(0)
            process = subprocess.Popen(
                self.command(*command),
                env=self.environment(**variables),
                stdin=file,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.children.append(process)
        return process

    def start_registry(self, **variables: str) -> subprocess.Popen[bytes]:
        """Start Evolution's account registry and wait until it responds."""
        return self.start_service(REGISTRY, _REGISTRY_PROGRAM, **variables)

    def start_keyring(self, password: str | None) -> subprocess.Popen[bytes]:
        """Start the keyring daemon and wait until it responds.

        Args:
            password: the login password, which unlocks the keyring and creates it the first time. With None, an
                existing keyring stays locked and a missing one is not created.
        """
        unlock = () if password is None else ("--unlock",)
        command = (_KEYRING_PROGRAM, "--foreground", "--components=secrets", *unlock)
        process = self.start_service(SECRETS, *command, stdin=password or "")
        deadline = time.monotonic() + TIMEOUT
        while password is not None and not self._has_open_keyring():  # it is on the bus some time before that
            if time.monotonic() > deadline:
                raise SessionError(f"{_KEYRING_PROGRAM} does not unlock the keyring\n{self.log.read_text()}")
            time.sleep(0.05)
        return process

    def _has_open_keyring(self) -> bool:
        call = ("gdbus", "call", "--session", "--dest", SECRETS, "--object-path")
        alias = ("/org/freedesktop/secrets", "--method", "org.freedesktop.Secret.Service.ReadAlias", "default")
        found = re.search("'(/.+)'", self.run(*call, *alias, check=False))
        if found is None:
            return False
        locked = ("--method", "org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Collection", "Locked")
        return "false" in self.run(*call, found[1], *locked, check=False)

    def start_service(self, name: str, *command: str, stdin: str = "", **variables: str) -> subprocess.Popen[bytes]:
        """Start a program and wait until it provides its service on the bus."""
        process = self.start(*command, stdin=stdin, **variables)
        try:
            self.run("gdbus", "wait", "--session", f"--timeout={TIMEOUT - 5}", name, check=True, **variables)
        except SessionError as error:
            raise SessionError(f"{command[0]} does not offer {name}: {error}\n{self.log.read_text()}") from error
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Stop a background program and wait until it has left the bus."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(TIMEOUT)

    def has_owner(self, name: str) -> bool:
        """Whether a program currently provides the service with that name."""
        bus = ("--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus")
        answer = self.run("gdbus", "call", "--session", *bus, "--method", "org.freedesktop.DBus.NameHasOwner", name)
        return answer.strip() == "(true,)"

    def command(self, *command: str) -> list[str]:
        """The command line with which root runs a command as the user."""
        become = ("--pdeathsig=KILL", f"--reuid={self.user.uid}", f"--regid={self.user.uid}", "--init-groups")
        return [*self.prefix, "setpriv", *become, "--", *command]

    def environment(self, **variables: str) -> dict[str, str]:
        """The environment variables that a login sets; empty ones are removed."""
        usual = {
            "HOME": str(self.user.home),
            "USER": self.user.name,
            "LOGNAME": self.user.name,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(self.runtime),
            "DBUS_SESSION_BUS_ADDRESS": self.address,
            "NO_AT_BRIDGE": "1",
        }
        return {name: value for name, value in {**usual, **variables}.items() if value}


@contextlib.contextmanager
def desktop_session(user: LocalUser, prefix: t.Sequence[str] = ()) -> t.Iterator[DesktopSession]:
    """Log a user in. At the end, all processes of the user are killed."""
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="charter-mail-session-"))
    runtime = pathlib.Path("/run/user", str(user.uid))
    runtime.mkdir(parents=True, mode=0o700)
    os.chown(runtime, user.uid, pwd.getpwuid(user.uid).pw_gid)
    session = DesktopSession(user, runtime, scratch / "log", tuple(prefix))
    try:
        daemon = ("dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog")
        with session.log.open("wb") as log:
            bus = subprocess.Popen(
                session.command(*daemon, f"--address={session.address}", "--print-address"),
                env=session.environment(DBUS_SESSION_BUS_ADDRESS=""),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        with bus:
            try:
                if bus.stdout is None or not bus.stdout.readline():
                    raise SessionError(f"dbus-daemon did not start: {session.log.read_text()}")
                yield session
            finally:
                end_all_of(user)
                for child in session.children:
                    child.wait()
    finally:
        shutil.rmtree(runtime)
        shutil.rmtree(scratch)


def end_all_of(user: LocalUser) -> None:
    """Kill all processes of a user, including those started in the meantime."""
    while pids := [pid for pid in _pids() if _owner(pid) == user.uid]:
        kill(pids)


def kill(pids: t.Iterable[int]) -> None:
    """Kill processes, which need not be children of this one, and wait until they have ended."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)  # can be read as soon as the process has ended
            try:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                if not select.select([handle], [], [], TIMEOUT)[0]:
                    raise SessionError(f"process {pid} was killed and does not end")
            finally:
                os.close(handle)


def running(user: LocalUser, program: str) -> list[int]:
    """The processes of a user whose executable has this name."""
    found = []
    for pid in _pids():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if _owner(pid) == user.uid and os.path.basename(os.readlink(f"/proc/{pid}/exe")) == program:
                found.append(pid)
    return found


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _owner(pid: int) -> int | None:
    """The user ID of a process; None if it has ended."""
    try:
        if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
            return None
        return os.stat(f"/proc/{pid}").st_uid
    except (FileNotFoundError, ProcessLookupError):
        return None
