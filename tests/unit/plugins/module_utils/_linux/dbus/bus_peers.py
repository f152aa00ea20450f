# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A message bus that does what a test tells it, also what no real one would do."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import threading
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.message import (
    ERROR,
    FIXED_HEADER,
    METHOD_RETURN,
    SIGNAL,
    size_of,
)
from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.wire import encode

GUID = "0123456789abcdef0123456789abcdef"

Behaviour = t.Callable[["Peer"], None]


class Peer:
    """The bus's side of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.requests: list[bytes] = []

    def login(self) -> bytes:
        """Let anybody in, and answer Hello.

        Returns:
            what the other side said first.
        """
        said = self.line()
        self.send(f"OK {GUID}\r\n".encode())
        assert self.line() == b"BEGIN\r\n"
        self.send(answer(self.request(), "s", ":1.1"))
        return said

    def line(self) -> bytes:
        line = b""
        while not line.endswith(b"\r\n"):
            byte = self.connection.recv(1)
            assert byte, "the other side left"
            line += byte
        return line

    def request(self) -> int:
        """Wait for the next call.

        Returns:
            its serial number.
        """
        data = self.take(FIXED_HEADER)
        data += self.take(size_of(data) - FIXED_HEADER)
        self.requests.append(data)
        return int.from_bytes(data[8:12], "little")

    def take(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            part = self.connection.recv(length - len(data))
            assert part, "the other side left"
            data += part
        return data

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def stay(self) -> None:
        """Say nothing until the other side leaves."""
        while self.connection.recv(65536):
            pass


def message(kind: int, fields: t.Sequence[tuple[int, t.Any]], signature: str, *values: t.Any) -> bytes:
    body = encode(signature, values)
    both = [*fields, (8, ("g", signature))]
    header = encode("yyyyuua(yv)", [ord("l"), kind, 1, 1, len(body), 77, both])
    return header + bytes(-len(header) % 8) + body


def answer(serial: int, signature: str, *values: t.Any) -> bytes:
    return message(METHOD_RETURN, [(5, ("u", serial))], signature, *values)


def error(serial: int, name: str, signature: str, *values: t.Any) -> bytes:
    return message(ERROR, [(5, ("u", serial)), (4, ("s", name))], signature, *values)


def signal(*values: str) -> bytes:
    return message(SIGNAL, [(1, ("o", "/a")), (2, ("s", "b.c")), (3, ("s", "D"))], "s" * len(values), *values)


@contextlib.contextmanager
def listening(path: pathlib.Path, behaviour: Behaviour) -> t.Iterator[str]:
    """A bus at a path for one connection; a failed assertion on its side fails the test.

    Yields:
        its address.
    """
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            with listener.accept()[0] as connection:
                connection.settimeout(20)
                behaviour(Peer(connection))
        except (AssertionError, OSError) as failure:
            failures.append(failure)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(20)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"unix:path={path}"
        finally:
            thread.join()
    assert failures == []
