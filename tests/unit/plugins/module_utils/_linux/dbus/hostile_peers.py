# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session bus with a keyring and an account registry on it, each of whose answers a test can replace."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import struct
import threading
import time
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.message import FIXED_HEADER, METHOD_RETURN
from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.wire import decode, encode
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus.bus_peers import (
    GUID,
    Behaviour,
    Peer,
    answer,
    error,
    signal,
)

SOURCES = "org.gnome.evolution.dataserver.Sources5"
SOURCE = "org.gnome.evolution.dataserver.Source"
_MEMBER = 3

Reply = t.Union[t.Sequence[t.Any], t.Callable[[Peer, int], None]]
"""The signature and the values, or what is done with the serial number of the call."""

# The answers of a user who is logged in, with a keyring that is open and empty, and no account registry.
GOOD: t.Mapping[str, Reply] = {
    "Hello": ["s", ":1.1"],
    "GetId": ["s", GUID],
    "ListNames": ["as", ["org.freedesktop.secrets"]],
    "GetManagedObjects": ["a{oa{sa{sv}}}", {}],
    "NameHasOwner": ["b", True],
    "ReadAlias": ["o", "/collection"],
    "Get": ["v", ("b", False)],
    "OpenSession": ["vo", ("s", ""), "/session"],
    "SearchItems": ["aoao", [], []],
    "CreateItem": ["oo", "/item", "/"],
}
REGISTRY: Reply = ["as", [SOURCES]]


def objects(uid: t.Any, data: t.Any) -> Reply:
    """One source, whose properties are variants."""
    return ["a{oa{sa{sv}}}", {"/x": {SOURCE: {"UID": uid, "Data": data}}}]


def serving(replies: t.Mapping[str, Reply]) -> Behaviour:
    """Answer every call: with these replies, else as GOOD, else with nothing."""

    def behaviour(peer: Peer) -> None:
        peer.line()
        peer.send(f"OK {GUID}\r\n".encode())
        peer.line()
        while True:
            serial = peer.request()
            reply = {**GOOD, **replies}.get(_member(peer.requests.pop()), [""])
            if callable(reply):
                reply(peer, serial)
            else:
                peer.send(answer(serial, *reply))

    return behaviour


def _member(request: bytes) -> str:
    size: int = struct.unpack_from("<I", request, 12)[0]
    *_fixed, fields = decode("yyyyuua(yv)", request[: FIXED_HEADER + size])
    return str(dict(fields)[_MEMBER])


def silence(peer: Peer, serial: int) -> None:
    del serial
    peer.stay()


def hang_up(peer: Peer, serial: int) -> None:
    peer.send(answer(serial, "s", "x")[:-3])
    peer.connection.close()


def refusal(peer: Peer, serial: int) -> None:
    peer.send(error(serial, "x" * 5000 + "\x1b[2J", "s", "y" * 5_000_000))


def garbage(peer: Peer, serial: int) -> None:
    del serial
    peer.send(b"\xff" * 4096)


def signals_without_end(peer: Peer, serial: int) -> None:
    del serial
    while True:
        peer.send(signal("x") * 100)


def answers_to_other_calls_without_end(peer: Peer, serial: int) -> None:
    while True:
        peer.send(answer(serial + 7, "s", "x") * 100)


def drops(peer: Peer, serial: int) -> None:
    """One byte after the other, of an answer that is long."""
    for byte in answer(serial, "s", "x" * 100_000):
        peer.send(bytes([byte]))
        time.sleep(0.01)


def length(size: int) -> t.Callable[[Peer, int], None]:
    """An answer that says it is that long, and goes on for as long as it is listened to."""

    def reply(peer: Peer, serial: int) -> None:
        del serial
        peer.send(b"l\x02\x00\x01" + struct.pack("<III", size, 9, 0))
        while True:
            peer.send(bytes(65536))

    return reply


def raw(signature: str, data: bytes) -> t.Callable[[Peer, int], None]:
    """An answer whose body is made of these bytes, whatever the signature says."""

    def reply(peer: Peer, serial: int) -> None:
        fields = [(5, ("u", serial)), (8, ("g", signature))]
        header = encode("yyyyuua(yv)", [ord("l"), METHOD_RETURN, 1, 1, len(data), 77, fields])
        peer.send(header + bytes(-len(header) % 8) + data)
        peer.stay()

    return reply


@contextlib.contextmanager
def bus(path: pathlib.Path, behaviour: Behaviour) -> t.Iterator[str]:
    """A bus at a path for any number of connections, whose other side may leave at any time.

    Yields:
        its address.
    """
    open_connections: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                open_connections.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(AssertionError, OSError):
            behaviour(Peer(connection))

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"unix:path={path}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for connection in open_connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            thread.join()
