# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet: Linux hosts in namespaces of this machine, each with its own SSH server, network, homes and users.

    with Fleet.start(count=3, lab=True) as fleet:
        subprocess.run(fleet.command(["ansible", "all", "-i", str(fleet.inventory_path), "-m", "ping"]))

A host consists of namespaces and an in-memory layer over the machine's own files, so it starts at once and downloads
nothing. It shares the machine's programs and kernel, but sees neither its homes nor this clone. All hosts and the mail
lab are on one bridge in a network namespace of the fleet, the control namespace, which has no route to outside.

It needs root and the Debian packages iproute2, util-linux and openssh-server. The machine's own network, names and SSH
are not changed, and any number of fleets can run at the same time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import ipaddress
import os
import pathlib
import re
import secrets
import subprocess
import typing as t

from ansible_collections.charter.mail.tests.lab import cleanup
from ansible_collections.charter.mail.tests.lab import lab as mail_lab
from ansible_collections.charter.mail.tests.lab.files import make_directory
from ansible_collections.charter.mail.tests.lab.lab import MailLab, interrupt_on_signals
from ansible_collections.charter.mail.tests.lab.namespace import Namespace

from . import inventory
from .errors import FleetError
from .host import Host, make_key, missing_programs

USERS = ("mario", "anna")
"""The local users of each host."""

_NETWORK = ipaddress.IPv4Network("198.19.0.0/16")  # part of 198.18.0.0/15, which RFC 2544 reserves for tests
_CONTROL, _LAB, _FIRST_HOST = 1, 2, 256
_MAX_HOSTS = 1000  # ports of a bridge: 1023 (linux/net/bridge/br_private.h)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


@dataclasses.dataclass(frozen=True)
class Fleet:
    """A running fleet, created by ``start``.

    Attributes:
        name: the name of its control namespace.
        directory: its run directory, accessible only to root.
        hosts: the hosts by name: ``desk-1``, ``desk-2`` ...
        lab: the mail lab; None if there is none.
    """

    name: str
    directory: pathlib.Path
    hosts: t.Mapping[str, Host]
    lab: MailLab | None

    @classmethod
    @contextlib.contextmanager
    def start(
        cls,
        count: int = 3,
        *,
        lab: bool = False,
        users: t.Sequence[str] = USERS,
        mail_users: t.Sequence[str] = mail_lab.USERS,
        hidden: t.Sequence[pathlib.Path] = (),
        name: str | None = None,
    ) -> t.Iterator[Fleet]:
        """Run a fleet while the block lasts, and remove all of it at the end.

        That includes an end by an exception, Ctrl-C, SIGTERM or SIGHUP (in the main thread; the last two also raise
        KeyboardInterrupt). After SIGKILL, the next fleet or mail lab that starts on this machine removes the rest.

        Args:
            count: the number of hosts.
            lab: whether to start a mail lab as well, which the hosts reach under the provider's names.
            users: the local users of each host.
            mail_users: the addresses that have a mailbox in the lab.
            hidden: directories to hide from the hosts, in addition to homes and this clone.
            name: the name of the control namespace; by default a new one.

        Raises:
            LabError: This machine cannot run it, an option is invalid, or a host or the lab does not start.
        """
        if reason := unavailable(lab):
            raise FleetError(reason)
        name = name or f"fleet-{secrets.token_hex(4)}"
        if not 1 <= count <= _MAX_HOSTS or not _NAME.fullmatch(name):
            raise FleetError(f"{count} hosts named {name}: use 1 to {_MAX_HOSTS} hosts and a short lower-case name")
        cleanup.remove_stale()
        with contextlib.ExitStack() as stack:
            stack.enter_context(interrupt_on_signals())
            fleet = _plan(cls, pathlib.Path("/run") / name, name, count, users)
            control = Namespace(name)
            namespaces = [control, *(host.namespace for host in fleet.hosts.values())]
            processes: list[subprocess.Popen[bytes]] = []
            stack.callback(_reap, processes)
            stack.enter_context(cleanup.removed_at_exit(namespaces, fleet.directory))
            stack.callback(fleet.disconnect)
            if lab:
                fleet = dataclasses.replace(fleet, lab=stack.enter_context(MailLab.start(users=mail_users)))
            fleet._connect(control)
            fleet._boot(processes, hidden)
            yield fleet

    @property
    def inventory_path(self) -> pathlib.Path:
        """The Ansible inventory of the hosts, group ``fleet``. It works inside and outside the control namespace."""
        return self.directory / "inventory.json"

    @property
    def ssh_config_path(self) -> pathlib.Path:
        """The configuration for ``ssh -F``, with the host names as destinations."""
        return self.directory / "ssh_config"

    @property
    def control_address(self) -> str:
        """The address of the control namespace, which all hosts reach."""
        return str(_NETWORK[_CONTROL])

    def command(self, argv: t.Sequence[str]) -> list[str]:
        """The command line that runs a program in the control namespace, beside the hosts."""
        return Namespace(self.name).command(argv)

    def ssh(self, host: str, command: str) -> list[str]:
        """The command line that runs a shell command on a host as root."""
        return ["ssh", "-F", str(self.ssh_config_path), host, command]

    def disconnect(self) -> None:
        """Close the SSH connections that are kept open for reuse (ssh_config(5), ControlPersist)."""
        for socket in self.directory.glob("ssh/*"):
            command = ["ssh", "-F", "none", "-o", f"ControlPath={socket}", "-O", "exit", "fleet"]
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def _connect(self, control: Namespace) -> None:
        """Create the network."""
        names = {host.name: host.address for host in self.hosts.values()}
        if self.lab is not None:
            names |= self.lab.addresses
        routes = _routes(self.lab)
        control.create(names)
        commands = ["link add bridge type bridge", f"addr add {_address(_CONTROL)} dev bridge", "link set bridge up"]
        for number, host in enumerate(self.hosts.values(), 1):
            host.namespace.create(names)
            commands += _cable(f"host{number}", "eth0", host.namespace)
        if self.lab is not None:
            commands += _cable("lab", "fleet", self.lab.namespace)
        control.configure([*commands, *routes])
        for host in self.hosts.values():
            prefix = f"{host.address}/{_NETWORK.prefixlen}"
            host.namespace.configure([f"addr add {prefix} dev eth0", "link set eth0 up", *routes])
        if self.lab is not None:
            self.lab.namespace.configure([f"addr add {_address(_LAB)} dev fleet", "link set fleet up"])

    def _boot(self, processes: list[subprocess.Popen[bytes]], hidden: t.Sequence[pathlib.Path]) -> None:
        """Start all hosts in parallel."""
        make_directory(self.directory, 0o700)
        make_directory(self.directory / "ssh", 0o700)
        client_key = make_key(self.directory / "key", self.name)
        ca = self.lab.ca_path if self.lab is not None else None
        keys = {}
        for host in self.hosts.values():
            keys[host.address] = host.prepare(client_key, ca)
            processes.append(host.start(hidden))
        for host, process in zip(self.hosts.values(), processes, strict=True):
            host.wait(process)
        inventory.write(self.directory, self.name, list(self.hosts.values()), keys, self.lab)


def unavailable(lab: bool = True) -> str | None:
    """The reason why this machine cannot run a fleet, with or without a mail lab; None if it can."""
    if os.geteuid() != 0:
        return "a fleet needs root: namespaces and mounts"
    if missing := missing_programs():
        return f"a fleet needs {', '.join(missing)}: install iproute2, openssh-server, python3 and util-linux"
    return mail_lab.unavailable() if lab else None


def _plan(cls: type[Fleet], directory: pathlib.Path, name: str, count: int, users: t.Sequence[str]) -> Fleet:
    hosts = {}
    for number in range(1, count + 1):
        desk = f"desk-{number}"
        address = str(_NETWORK[_FIRST_HOST + number])
        hosts[desk] = Host(desk, address, tuple(users), Namespace(f"{name}-{desk}"), directory / desk)
    return cls(name, directory, hosts, None)


def _address(number: int) -> str:
    return f"{_NETWORK[number]}/{_NETWORK.prefixlen}"


def _cable(port: str, far_end: str, namespace: Namespace) -> list[str]:
    """The commands that connect a namespace to the bridge."""
    return [
        f"link add {port} type veth peer name {far_end} netns {namespace.name}",
        f"link set {port} master bridge up",
    ]


def _routes(lab: MailLab | None) -> list[str]:
    """The routes to the addresses of the mail lab, which are on its loopback interface."""
    addresses = lab.addresses.values() if lab is not None else ()
    return [f"route add {address} via {_NETWORK[_LAB]}" for address in addresses]


def _reap(processes: t.Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.wait()
