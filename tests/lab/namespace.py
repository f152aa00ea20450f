# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network namespace with a loopback interface and nothing else: names resolve only inside, and no way leads out.

``ip netns exec NAME`` shows a program /etc/netns/NAME/hosts (resolv.conf, nsswitch.conf) in the place of
/etc/hosts, in a mount namespace of its own, so that the machine's own files are never touched (ip-netns(8)).
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
from .hosts import Network

_NAMESPACES = pathlib.Path("/run/netns")
_FILES = pathlib.Path("/etc/netns")
_PATIENCE = 10.0


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

    def create(self, network: Network) -> None:
        """Make it, with the addresses and their names.

        Raises:
            LabError: the machine refused.
        """
        _ip(["netns", "add", self.name])
        _ip(["-n", self.name, "-batch", "-"], "\n".join(_network_commands(network)))
        directory = _FILES / self.name
        _FILES.mkdir(exist_ok=True)
        make_directory(directory)
        write_file(directory / "hosts", _hosts(network))
        # Nobody listens there, so that a program that asks the DNS itself is refused at once.
        write_file(directory / "resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        write_file(directory / "nsswitch.conf", _nsswitch(pathlib.Path("/etc/nsswitch.conf").read_text()))

    def remove(self) -> None:
        """Kill every process in it and delete it; no error where there is none.

        Raises:
            LabError: a process does not die.
        """
        self.kill_processes()
        if self.exists():
            _ip(["netns", "delete", self.name])
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(_FILES / self.name)

    def processes(self) -> frozenset[int]:
        """The processes that run in it; those that are dead and only wait to be reaped do not count."""
        numbers = (int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit())
        return frozenset(number for number in numbers if self._has(number))

    def kill_processes(self) -> None:
        """Kill every process in it, and wait until all are dead.

        Raises:
            LabError: a process does not die.
        """
        deadline = time.monotonic() + _PATIENCE
        # Again, because a process may have started another one meanwhile.
        while processes := self.processes():
            if time.monotonic() > deadline:
                raise LabError(f"processes in the network namespace {self.name} do not die: {sorted(processes)}")
            for process in processes:
                self._kill(process, deadline)

    def _kill(self, process: int, deadline: float) -> None:
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(process)
            try:
                # Only now is it certain that the number has not passed to another process.
                if self._has(process):
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
            finally:
                os.close(handle)

    def _has(self, process: int) -> bool:
        try:
            return os.path.samestat(os.stat(f"/proc/{process}/ns/net"), os.stat(_NAMESPACES / self.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            # Gone, or more privileged than this process and so none of its making.
            return False


def _network_commands(network: Network) -> t.Iterator[str]:
    yield "link set lo up"
    yield f"addr add {network.client}/32 dev lo"
    for address in network.addresses.values():
        yield f"addr add {address}/32 dev lo"
        # Without this a connection to an address of this machine comes from that same address.
        yield f"route change local {address} dev lo table local proto kernel scope host src {network.client}"


def _hosts(network: Network) -> str:
    lines = ["127.0.0.1 localhost", "::1 localhost", f"127.0.0.1 {socket.gethostname()}"]
    lines += [f"{address} {name}" for name, address in network.addresses.items()]
    return "\n".join(lines) + "\n"


def _nsswitch(machine: str) -> str:
    others = [line for line in machine.splitlines() if not line.startswith("hosts:")]
    return "\n".join([*others, "hosts: files"]) + "\n"


def _ip(arguments: t.Sequence[str], commands: str | None = None) -> None:
    result = subprocess.run(["ip", *arguments], input=commands, capture_output=True, text=True, check=False)
    if result.returncode:
        raise LabError(f"ip {' '.join(arguments)}: {result.stderr.strip()}")
