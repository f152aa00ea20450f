# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to a user's message bus by its socket (D-Bus Specification 0.42).

A bus accepts its own user, identified by the kernel (SASL EXTERNAL, the effective user when connecting): root must act
as the user. Every call forbids the bus to start a service.
"""

from __future__ import annotations

import math
import os
import re
import socket
import struct
import time
import typing as t

from ..._host.bus_error import BusError
from ..._host.time_limit import TimeLimit
from .message import ERROR, FIXED_HEADER, METHOD_RETURN, Message, decode_message, encode_call, size_of
from .wire import WireError

TIMEOUT = 25.0  # seconds for a call, as in libdbus

BUS, BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"

_ERRORS = "org.freedesktop.DBus.Error."
_ERROR_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
_LONGEST_NAME = 255
_LONGEST_REASON = 300  # characters of an error shown
_LONGEST_LINE = 16384  # bytes, during the login
_CREDENTIALS = "iII"  # struct ucred of socket(7): process, user, group


class SessionBus:
    """Implements the protocol ``Bus``.

    Args:
        connection: a connection to a bus, before anything was sent.
        timeout: seconds for the login and for each call.
        limit: the total time for the user's buses; None for no limit.

    Raises:
        BusError: the bus refuses the login or does not answer.
    """

    def __init__(self, connection: socket.socket, timeout: float = TIMEOUT, limit: TimeLimit | None = None) -> None:
        self._socket = connection
        self.timeout = timeout
        self._limit = limit or TimeLimit(math.inf)
        self._received = bytearray()
        self._serial = 0
        self._login()
        self.call(BUS, BUS_PATH, BUS, "Hello", returns="s")

    def has_owner(self, name: str) -> bool:
        return self.call(BUS, BUS_PATH, BUS, "NameHasOwner", "s", name, returns="b") == (True,)

    def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        *arguments: t.Any,
        returns: str = "",
    ) -> tuple[t.Any, ...]:
        self._serial += 1
        try:
            request = encode_call(self._serial, destination, path, interface, member, signature, arguments)
        except WireError as error:
            raise BusError(
                _ERRORS + "InvalidArgs", f"{interface}.{member} cannot be called in this way: {error}"
            ) from None
        try:
            with self._limit.wait(self.timeout) as deadline:
                self._send(request, deadline)
                reply = self._reply(deadline)
                values = reply.arguments()
        except WireError as error:
            self.close()
            raise BusError(_ERRORS + "InconsistentMessage", f"the message bus sent invalid data: {error}") from None
        if reply.kind == ERROR:
            raise BusError(_error_name(reply.error_name), _sentence(values))
        if reply.signature != returns:
            raise BusError(
                _ERRORS + "InvalidSignature",
                f"{interface}.{member} returned values of other types "
                f"({_types(reply.signature)}) than expected ({_types(returns)})",
            )
        return values

    def close(self) -> None:
        """Close the connection; later calls fail."""
        self._socket.close()

    def _login(self) -> None:
        """Log in as in "Authentication Protocol", without requesting file descriptor passing."""
        identity = str(os.geteuid()).encode().hex()
        with self._limit.wait(self.timeout) as deadline:
            self._send(f"\0AUTH EXTERNAL {identity}\r\n".encode(), deadline)
            line = self._line(deadline)
            if not line.startswith(b"OK "):
                self.close()
                raise BusError(_ERRORS + "AuthFailed", f"the message bus rejects the user {os.geteuid()}")
            self._send(b"BEGIN\r\n", deadline)

    def _line(self, deadline: float) -> bytes:
        while b"\r\n" not in self._received:
            if len(self._received) > _LONGEST_LINE:
                self.close()
                raise BusError(_ERRORS + "AuthFailed", "what listens there is not a message bus")
            self._receive(deadline)
        line, _end, rest = bytes(self._received).partition(b"\r\n")
        self._received[:] = rest
        return line

    def _reply(self, deadline: float) -> Message:
        """The answer to the last call; signals and late answers are dropped."""
        while True:
            message = self._message(deadline)
            if message.kind in (METHOD_RETURN, ERROR) and message.reply_serial == self._serial:
                return message

    def _message(self, deadline: float) -> Message:
        while len(self._received) < FIXED_HEADER:
            self._receive(deadline)
        size = size_of(bytes(self._received[:FIXED_HEADER]))
        while len(self._received) < size:
            self._receive(deadline)
        data = bytes(self._received[:size])
        del self._received[:size]
        return decode_message(data)

    def _send(self, data: bytes, deadline: float) -> None:
        try:
            self._wait_until(deadline)
            self._socket.sendall(data)
        except OSError as error:
            self.close()  # it is unknown how much was sent
            raise _bus_error(error) from None

    def _receive(self, deadline: float) -> None:
        try:
            self._wait_until(deadline)
            data = self._socket.recv(65536)
        except OSError as error:
            if not isinstance(error, socket.timeout):
                self.close()
            raise _bus_error(error) from None
        if not data:
            self.close()
            raise BusError(_ERRORS + "Disconnected", "the message bus closed the connection")
        self._received += data

    def _wait_until(self, deadline: float) -> None:
        if self._socket.fileno() < 0:
            raise OSError("it was closed")
        _allow(self._socket, deadline)


def connect(address: str, timeout: float = TIMEOUT, limit: TimeLimit | None = None) -> SessionBus | None:
    """Connect to a user's bus, as that user; the caller closes it.

    Args:
        address: as in ``DBUS_SESSION_BUS_ADDRESS``; of several, the first with a listener counts.
        timeout: seconds for the login and for each call.
        limit: the total time for the user's buses; None for no limit.

    Returns:
        None if nothing listens there, or if no address has a supported type (``disabled:``, ``tcp:``).

    Raises:
        BusError: the listener is not the user's bus, refuses the login, or does not answer.
    """
    limit = limit or TimeLimit(math.inf)
    for name in socket_names(address):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with limit.wait(timeout) as deadline:
                _allow(connection, deadline)
                connection.connect(name)
            _check_owner(connection)
            return SessionBus(connection, timeout, limit)
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
        except OSError as error:
            connection.close()
            raise _bus_error(error) from None
        except BaseException:
            connection.close()
            raise
    return None


def socket_names(address: str) -> list[str]:
    """The sockets in an address list ("Server Addresses") with a path or an abstract name, which begins with a
    zero byte.
    """
    names = []
    for entry in address.split(";"):
        transport, _colon, rest = entry.partition(":")
        keys = dict(pair.partition("=")[::2] for pair in rest.split(","))
        mark, name = ("", keys["path"]) if "path" in keys else ("\0", keys.get("abstract", ""))
        name = _unescape(name)
        if transport == "unix" and name and "\0" not in name:
            names.append(mark + name)
    return names


def _unescape(value: str) -> str:
    """Decode special bytes, which are written as %XX."""
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), os.fsencode(value))
    return os.fsdecode(raw)


def _allow(connection: socket.socket, deadline: float) -> None:
    """Limit the next operation to the remaining time."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise socket.timeout
    connection.settimeout(left)


def _check_owner(connection: socket.socket) -> None:
    """Check the socket's owner: another user could take the address of an ended session and would receive passwords."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize(_CREDENTIALS))
    _process, owner, _group = struct.unpack(_CREDENTIALS, credentials)
    if owner != os.geteuid():
        raise BusError(_ERRORS + "AccessDenied", f"the message bus there belongs to the user {owner}")


def _error_name(name: str) -> str:
    """The name of an error, if valid ("Valid Names")."""
    if len(name) <= _LONGEST_NAME and _ERROR_NAME.fullmatch(name):
        return name
    return _ERRORS + "Failed"


def _types(signature: str) -> str:
    return signature or "none"


def _sentence(values: tuple[t.Any, ...]) -> str:
    """The message of an error for users: by convention, its first argument."""
    text = values[0] if values and isinstance(values[0], str) else "no reason given"
    words = " ".join(text[: 2 * _LONGEST_REASON].split())
    return words if len(words) <= _LONGEST_REASON else words[:_LONGEST_REASON] + " ..."


def _bus_error(error: OSError) -> BusError:
    if isinstance(error, socket.timeout):
        return BusError(_ERRORS + "NoReply", "the message bus does not answer in time")
    return BusError(_ERRORS + "Disconnected", f"no connection to the message bus: {error.strerror or error}")
