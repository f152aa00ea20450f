# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds which of this machine's name servers do not answer; used only if a name took long or was not found."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import typing as t

from .connection import Deadline

RESOLV_CONF = "/etc/resolv.conf"
_MOST = 3  # name servers that the system uses (resolv.conf(5))
_A, _AAAA, _IN = 1, 28, 1  # RFC 1035 3.2.2, RFC 3596 2.1
_RECURSION_DESIRED = 0x0100


def silent_name_servers(host: str, deadline: Deadline, path: str = RESOLV_CONF, port: int = 53) -> tuple[str, ...]:
    """Query each name server for both kinds of addresses, all at once.

    Args:
        host: the name to query.
        deadline: when a name server counts as silent.
        path: the file that lists the name servers; replaced in unit tests.
        port: their port; replaced in unit tests.

    Returns:
        A clause for each name server that leaves a query unanswered; empty if all answer or none is known.
    """
    servers = _name_servers(path)
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        answered: dict[str, set[int]] = {}
        for server in servers:
            with contextlib.suppress(OSError, UnicodeError, struct.error):
                sock = stack.enter_context(socket.socket(_family(server), socket.SOCK_DGRAM))
                sock.setblocking(False)
                sock.connect((server, port))
                answered[server] = set()
                selector.register(sock, selectors.EVENT_READ, server)
                for kind in (_A, _AAAA):
                    sock.send(_question(host, kind))
        while any(kinds != {_A, _AAAA} for kinds in answered.values()) and not deadline.over:
            for key, _events in deadline.wait(selector.select):
                try:
                    reply = t.cast(socket.socket, key.fileobj).recv(4096)
                except OSError:  # nothing listens there
                    selector.unregister(key.fileobj)
                    continue
                answered[key.data].add(int.from_bytes(reply[:2], "big"))
            if not selector.get_map():
                break
    return tuple(clause for server, kinds in answered.items() for clause in _clauses(server, kinds))


def _clauses(server: str, answered: set[int]) -> t.Iterator[str]:
    if _A not in answered and _AAAA not in answered:
        yield f"the name server {server} does not answer"
    elif _AAAA not in answered:
        yield f"the name server {server} does not answer questions for IPv6 addresses (AAAA)"
    elif _A not in answered:
        yield f"the name server {server} does not answer questions for IPv4 addresses (A)"


def _name_servers(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            words = [line.split() for line in file]
    except OSError:
        return []
    return [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"][:_MOST]


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _question(host: str, kind: int) -> bytes:
    """A query (RFC 1035 4.1) with its record type as the ID."""
    header = struct.pack(">HHHHHH", kind, _RECURSION_DESIRED, 1, 0, 0, 0)
    labels = (label.encode("idna") for label in host.rstrip(".").split("."))
    name = b"".join(bytes((len(label),)) + label for label in labels)
    return header + name + b"\0" + struct.pack(">HH", kind, _IN)
