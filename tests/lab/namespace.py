# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network namespace with only a loopback interface: its names resolve only inside, and it has no route to outside.

``ip netns exec NAME`` shows a program /etc/netns/NAME/hosts (resolv.conf, nsswitch.conf) in place of /etc/hosts, in a
mount namespace of its own, so the machine's own files are never changed (ip-netns(8)).
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import time
import typing as t

from .errors import LabError
from .files import make_directory, write_file

_NAMESPACES = pathlib.Path("/run/netns")
_FILES = pathlib.Path("/etc/netns")
_TIMEOUT = 10.0


@dataclasses.dataclass(frozen=True)
class Namespace:
    """A network namespace, by the name that ``ip netns`` knows it by."""

    name: str

    def command(self, argv: t.Sequence[str]) -> list[str]:
        """The command line that runs a program inside."""
        return [shutil.which("ip") or "ip", "netns", "exec", self.name, *argv]

    def exists(self) -> bool:
        """Whether there is a network namespace of this name."""
        return (_NAMESPACES / self.name).exists()

    @property
    def files(self) -> pathlib.Path:
        """The directory of the files that programs inside see in /etc."""
        return _FILES / self.name

    def create(self, names: t.Mapping[str, str]) -> None:
        """Create the namespace with a loopback interface and host names.

        Args:
            names: the IPv4 addresses by host name.

        Raises:
            LabError: The kernel refused.
        """
        _ip(["netns", "add", self.name])
        self.configure(["link set lo up"])
        directory = self.files
        _FILES.mkdir(exist_ok=True)
        make_directory(directory)
        write_file(directory / "hosts", _hosts(names))
        # Nothing listens there, so DNS queries are refused at once.
        write_file(directory / "resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        write_file(directory / "nsswitch.conf", _nsswitch(pathlib.Path("/etc/nsswitch.conf").read_text()))

    def configure(self, commands: t.Sequence[str]) -> None:
        """Run ip(8) commands in the namespace, each without the leading ``ip``.

        Raises:
            LabError: The kernel refused.
        """
        _ip(["-n", self.name, "-batch", "-"], "\n".join(commands))

    def processes(self) -> frozenset[int]:
        """The processes that run in the namespace, without zombies."""
        return _processes(_Inside.of([self]))


def remove(namespaces: t.Sequence[Namespace]) -> None:
    """Kill every process in some namespaces and delete those that exist.

    Raises:
        LabError: a process does not die.
    """
    kill_processes(namespaces)
    _ip(["-batch", "-"], "\n".join(f"netns delete {one.name}" for one in namespaces if one.exists()))
    for one in namespaces:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(one.files)


def kill_processes(namespaces: t.Sequence[Namespace]) -> None:
    """Kill every process in some namespaces, and wait until all are dead.

    Raises:
        LabError: a process does not die.
    """
    inside = _Inside.of(namespaces)
    deadline = time.monotonic() + _TIMEOUT
    # Again, because a process may have started another one meanwhile.
    while processes := _processes(inside):
        if time.monotonic() > deadline:
            names = ", ".join(one.name for one in namespaces)
            raise LabError(f"processes in the network namespaces {names} do not die: {sorted(processes)}")
        for process in processes:
            _kill(process, inside, deadline)


@dataclasses.dataclass(frozen=True)
class _Inside:
    """The set of all processes in some namespaces, recognised by the inodes of the namespaces' files."""

    identities: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, namespaces: t.Sequence[Namespace]) -> _Inside:
        paths = (_NAMESPACES / one.name for one in namespaces if one.exists())
        return cls(frozenset(_identity(path) for path in paths))

    def __contains__(self, process: int) -> bool:
        # The process's own entry is invalid once its main thread has ended, which other threads may outlive (in Wine).
        try:
            threads = os.listdir(f"/proc/{process}/task")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return any(self._has_thread(process, thread) for thread in threads)

    def _has_thread(self, process: int, thread: str) -> bool:
        try:
            return _identity(pathlib.Path("/proc", str(process), "task", thread, "ns/net")) in self.identities
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            # It has ended, or is more privileged than this process and so was not started by it.
            return False


def _processes(inside: _Inside) -> frozenset[int]:
    numbers = (int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit())
    return frozenset(number for number in numbers if number in inside)


def _kill(process: int, inside: _Inside, deadline: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(process)
        try:
            # The process ID cannot be reused from here on.
            if process in inside:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        finally:
            os.close(handle)


def _identity(path: pathlib.Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _hosts(names: t.Mapping[str, str]) -> str:
    lines = ["127.0.0.1 localhost", "::1 localhost", f"127.0.0.1 {socket.gethostname()}"]
    lines += [f"{address} {name}" for name, address in names.items()]
    return "\n".join(lines) + "\n"


def _nsswitch(machine: str) -> str:
    others = [line for line in machine.splitlines() if not line.startswith("hosts:")]
    return "\n".join([*others, "hosts: files"]) + "\n"


def _ip(arguments: t.Sequence[str], commands: str | None = None) -> None:
    result = subprocess.run(["ip", *arguments], input=commands, capture_output=True, text=True, check=False)
    if result.returncode:
        raise LabError(f"ip {' '.join(arguments)}: {result.stderr.strip()}")
