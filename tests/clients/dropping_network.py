# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network that drops all packets, and shows which were sent."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import re
import secrets
import select
import shutil
import socket
import subprocess
import typing as t

from . import network_namespace


@dataclasses.dataclass(frozen=True)
class Network:
    """A network namespace whose default route drops and keeps all packets."""

    name: str
    sink: socket.socket

    @property
    def prefix(self) -> list[str]:
        """What runs a command in it."""
        return ["ip", "netns", "exec", self.name]

    def packets_out(self) -> list[str]:
        """What was sent since the last call: the readable parts of each packet, such as the names of a DNS query."""
        found = []
        while select.select([self.sink], [], [], 0)[0]:
            packet = self.sink.recv(65536)
            found.append(" ".join(word.decode() for word in re.findall(rb"[ -~]{3,}", packet)))
        return found


@contextlib.contextmanager
def dropping_network() -> t.Iterator[Network]:
    """Make a network that is gone at the end."""
    name = f"charter-tb-{secrets.token_hex(4)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    files = pathlib.Path("/etc/netns") / name  # ip-netns(8)
    try:
        files.mkdir(parents=True)
        (files / "resolv.conf").write_text("nameserver 192.0.2.53\n")
        commands = (
            "link set lo up",
            "link add out type veth peer name sink",
            "link set out addrgenmode none up",
            "link set sink addrgenmode none up",
            "addr add 192.0.2.1/24 dev out",
            "route add default via 192.0.2.254",
            "neigh add 192.0.2.254 lladdr 02:00:00:00:00:01 dev out",
            "neigh add 192.0.2.53 lladdr 02:00:00:00:00:01 dev out",
        )
        for command in commands:
            subprocess.run(["ip", "-n", name, *command.split()], check=True)
        namespace = pathlib.Path("/run/netns") / name
        with network_namespace.made_in(namespace, lambda: network_namespace.packets_of("sink")) as sink:
            yield Network(name, sink)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)
        shutil.rmtree(files)
