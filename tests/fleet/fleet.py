# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet: Linux hosts of its own kind on this machine, each with its own SSH server, network, homes and users.

    with Fleet.start(count=3, lab=True) as fleet:
        subprocess.run(fleet.command(["ansible", "all", "-i", str(fleet.inventory_path), "-m", "ping"]))

A host is made of namespaces and a layer in memory over the machine's own files, so that it starts in a moment and
nothing is downloaded. It shares the machine's programs and kernel and sees neither homes nor this clone. All hosts, the
mail lab among them, are on one bridge in a network namespace of the fleet, the control namespace; no way leads out.

It needs root, and Debian's packages iproute2, util-linux and openssh-server. Nothing of the machine's own network,
names or SSH is touched, and any number of fleets can run side by side.
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

from ansible_collections.charter.mail.tests.lab import lab as mail_lab
from ansible_collections.charter.mail.tests.lab import leftovers
from ansible_collections.charter.mail.tests.lab.files import make_directory
from ansible_collections.charter.mail.tests.lab.lab import MailLab, signals_raise
from ansible_collections.charter.mail.tests.lab.namespace import Namespace

from . import inventory
from .errors import FleetError
from .host import Host, make_key, missing_programs

USERS = ("mario", "anna")
"""The local users of each host."""

_NETWORK = ipaddress.IPv4Network("198.19.0.0/16")  # of 198.18.0.0/15, which RFC 2544 sets aside for tests
_CONTROL, _LAB, _FIRST_HOST = 1, 2, 256
_MOST = 1000  # ports of a bridge: 1023 (linux/net/bridge/br_private.h)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


@dataclasses.dataclass(frozen=True)
class Fleet:
    """A running fleet; made by ``start``.

    Attributes:
        name: of its control namespace.
        directory: its run directory, closed to all but root.
        hosts: by name: ``desk-1``, ``desk-2`` ...
        lab: the mail lab, where there is one.
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
        """Run a fleet as long as the block lasts, and remove all of it at the end.

        The end may also be an exception, Ctrl-C, SIGTERM or SIGHUP (in the main thread; the last two raise
        KeyboardInterrupt, too). What SIGKILL leaves, the next fleet or mail lab that starts on this machine removes.

        Args:
            count: how many hosts.
            lab: whether to start a mail lab, too, which the hosts then reach by the provider's names.
            users: the local users of each host.
            mail_users: the addresses that have a mailbox in the lab.
            hidden: folders of the machine that the hosts shall not see, beside homes and this clone.
            name: of the control namespace; otherwise a new one.

        Raises:
            LabError: this machine cannot run it, an option is wrong, or a host or the lab does not start.
        """
        if reason := unavailable(lab):
            raise FleetError(reason)
        name = name or f"fleet-{secrets.token_hex(4)}"
        if not 1 <= count <= _MOST or not _NAME.fullmatch(name):
            raise FleetError(f"{count} hosts named {name}: from 1 to {_MOST}, and a short lower-case name")
        leftovers.clear()
        with contextlib.ExitStack() as stack:
            stack.enter_context(signals_raise())
            fleet = _plan(cls, pathlib.Path("/run") / name, name, count, users)
            control = Namespace(name)
            namespaces = [control, *(host.namespace for host in fleet.hosts.values())]
            processes: list[subprocess.Popen[bytes]] = []
            stack.callback(_reap, processes)
            stack.enter_context(leftovers.removed_at_the_end(namespaces, fleet.directory))
            stack.callback(fleet.disconnect)
            if lab:
                fleet = dataclasses.replace(fleet, lab=stack.enter_context(MailLab.start(users=mail_users)))
            fleet._connect(control)
            fleet._boot(processes, hidden)
            yield fleet

    @property
    def inventory_path(self) -> pathlib.Path:
        """Ansible's inventory of the hosts, group ``fleet``. It works inside the control namespace and outside."""
        return self.directory / "inventory.json"

    @property
    def ssh_config_path(self) -> pathlib.Path:
        """For ``ssh -F``: host names as destinations."""
        return self.directory / "ssh_config"

    def command(self, argv: t.Sequence[str]) -> list[str]:
        """The command line that runs a program in the control namespace, beside the hosts."""
        return Namespace(self.name).command(argv)

    def ssh(self, host: str, command: str) -> list[str]:
        """The command line that runs a shell's command on a host, as root."""
        return ["ssh", "-F", str(self.ssh_config_path), host, command]

    def disconnect(self) -> None:
        """End the SSH connections that are kept open to be used again (ssh_config(5), ControlPersist)."""
        for socket in self.directory.glob("ssh/*"):
            command = ["ssh", "-F", "none", "-o", f"ControlPath={socket}", "-O", "exit", "fleet"]
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def _connect(self, control: Namespace) -> None:
        """Make the network."""
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
        """Start all hosts side by side."""
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
    """Why this machine cannot run a fleet, with a mail lab or without one; None if it can."""
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
    """From the bridge into a namespace."""
    return [
        f"link add {port} type veth peer name {far_end} netns {namespace.name}",
        f"link set {port} master bridge up",
    ]


def _routes(lab: MailLab | None) -> list[str]:
    """To the addresses of the mail lab, which it has on its loopback interface."""
    addresses = lab.addresses.values() if lab is not None else ()
    return [f"route add {address} via {_NETWORK[_LAB]}" for address in addresses]


def _reap(processes: t.Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.wait()
