# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripted servers on loopback: they send exactly what a test wants, and keep what they receive."""

from __future__ import annotations

import base64
import contextlib
import functools
import pathlib
import socket
import ssl
import struct
import threading
import time
import typing as t

from .idle_clock import CLOCK

CERTIFICATES = pathlib.Path(__file__).resolve().parent / "certificates"
CA = str(CERTIFICATES / "ca.pem")
_TIMEOUT = 20.0  # seconds; only a defect makes a server wait so long


class Gone(Exception):
    """The client has left; a script may end with it."""


@functools.lru_cache(maxsize=None)
def _context(certificate: str, newest: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(CERTIFICATES / f"{certificate}.pem"))
    context.maximum_version = newest
    return context


class Talk:
    """One conversation, from the server's side."""

    def __init__(self, sock: socket.socket, server: ScriptedServer) -> None:
        self._socket = sock
        self._server = server
        self._buffer = b""
        self.encrypted = False
        self.rewrite: t.Callable[[bytes], bytes] = lambda line: line

    @property
    def peer(self) -> str:
        """The client's address."""
        try:
            return str(self._socket.getpeername()[0])
        except OSError:
            raise Gone from None

    def say(self, *lines: bytes) -> None:
        """Send lines, changed by ``rewrite``; each is ended with CRLF."""
        self.send(b"".join(self.rewrite(line) + b"\r\n" for line in lines))

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        try:
            self._socket.sendall(data)
        except OSError:
            raise Gone from None

    def hear(self) -> bytes:
        """The client's next line, without its end."""
        while b"\n" not in self._buffer:
            self._more()
        line, _end, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def hear_exactly(self, count: int) -> bytes:
        """The client's next bytes."""
        while len(self._buffer) < count:
            self._more()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def hear_out(self) -> None:
        """Listen until the client leaves."""
        with contextlib.suppress(Gone):
            while True:
                self._more()

    def start_tls(self, certificate: str = "good", newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> None:
        """Go on in TLS, with one of the certificates in the folder of that name."""
        self.wrap(_context(certificate, newest))

    def wrap(self, context: ssl.SSLContext) -> None:
        """Go on in TLS, as a context says."""
        try:
            self._socket = context.wrap_socket(self._socket, server_side=True)
        except OSError:
            raise Gone from None
        self.encrypted = True

    def duplicate(self) -> Talk:
        """A second hold of the connection, which stays below TLS."""
        return Talk(self._socket.dup(), self._server)

    def pause(self, seconds: float) -> None:
        """Let the client wait."""
        CLOCK.wait(time.sleep, seconds)

    def reset(self) -> None:
        """Hang up as a firewall does: at once, with RST."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _more(self) -> None:
        try:
            data = self._socket.recv(65536)
        except OSError:
            raise Gone from None
        if not data:
            raise Gone
        self._server.remember(data, self.encrypted)
        self._buffer += data


Script = t.Callable[[Talk], None]


class ScriptedServer:
    """A listening server.

    Args:
        script: what it does with each connection.
        listener: where it listens; None for a port of its own on 127.0.0.1.

    Attributes:
        port: where it listens.
        in_clear: all that was received before TLS.
        in_tls: all that was received inside TLS.
        connections: how many there were.
    """

    def __init__(self, script: Script, listener: socket.socket | None = None) -> None:
        self.in_clear = b""
        self.in_tls = b""
        self.connections = 0
        self._script = script
        self._defects: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._listener = listener or socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._start(self._accept)

    def remember(self, data: bytes, encrypted: bool) -> None:
        """Keep what was received."""
        with self._lock:
            if encrypted:
                self.in_tls += data
            else:
                self.in_clear += data

    def received_in_clear(self, username: str, password: str) -> bool:
        """Whether the password went over an unencrypted connection in any form that a client could use."""
        forms = (password, f"\0{username}\0{password}")
        return any(form.encode() in self.in_clear or base64.b64encode(form.encode()) in self.in_clear for form in forms)

    def close(self) -> None:
        """Stop listening, wait for the conversations, and raise what went wrong in the script itself."""
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        for thread in self._threads:
            thread.join(_TIMEOUT)
        self._listener.close()
        if self._defects:
            raise self._defects[0]

    def _start(self, target: t.Callable[..., None], *arguments: t.Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
            self._start(self._converse, sock)

    def _converse(self, sock: socket.socket) -> None:
        sock.settimeout(_TIMEOUT)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)  # or Linux waits 40 ms before a second line
        talk = Talk(sock, self)
        try:
            self._script(talk)
        except Gone:
            pass
        except Exception as defect:  # noqa: BLE001 - raised by close(), in the thread of the test
            self._defects.append(defect)
        finally:
            talk.close()


@contextlib.contextmanager
def serve(script: Script, listener: socket.socket | None = None) -> t.Iterator[ScriptedServer]:
    """A server that follows a script with everybody who comes, until the end of the block.

    Args:
        script: what it does with each connection.
        listener: where it listens; None for a port of its own on 127.0.0.1.
    """
    server = ScriptedServer(script, listener)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def black_hole() -> t.Iterator[int]:
    """A port on 127.0.0.1 that never answers: its queue of connections is full, so that Linux drops further ones."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _filling in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def closed_port() -> int:
    """A port on 127.0.0.1 where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
