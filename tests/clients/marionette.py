# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for Marionette, the remote control protocol of Mozilla programs, as far as the tests need it.

A message is ``<length in bytes>:<JSON>``. The server greets first; then every command
``[0, id, name, parameters]`` is answered by ``[1, id, error or null, result]``.
Source: remote/marionette/transport.sys.mjs and message.sys.mjs in Mozilla's tree.
"""

from __future__ import annotations

import json
import socket
import typing as t

_PROTOCOL = 3
_LONGEST_LENGTH = 20


class MarionetteError(Exception):
    """The program refused a command, sent an invalid response, or did not respond.

    Attributes:
        kind: the WebDriver error code, for example ``javascript error``, or ``no answer``.
        stack: the stack trace in the program; empty if there is none.
    """

    def __init__(self, kind: str, message: str, stack: str = "") -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.stack = stack


class Marionette:
    """A client that uses an open connection to a program.

    Args:
        connection: the connection, which the caller closes.
        timeout: the seconds to wait for the greeting.

    Raises:
        MarionetteError: The program does not speak Marionette protocol 3.
    """

    def __init__(self, connection: socket.socket, timeout: float) -> None:
        self._connection = connection
        self._last_id = 0
        connection.settimeout(timeout)
        greeting = self._receive("the greeting")
        if not isinstance(greeting, dict) or greeting.get("marionetteProtocol") != _PROTOCOL:
            raise MarionetteError("no answer", f"no Marionette of protocol {_PROTOCOL} listens there: {greeting!r}")

    def call(self, command: str, parameters: t.Mapping[str, object], timeout: float) -> t.Any:
        """Run a command and wait for its response.

        Args:
            command: the command, for example ``WebDriver:ExecuteScript``.
            parameters: its parameters, which JSON must be able to represent.
            timeout: the seconds to wait for the response; after a timeout, the connection is unusable.

        Returns:
            The result, as decoded from JSON.

        Raises:
            MarionetteError: The command failed or had no valid response in time.
        """
        self._last_id += 1
        message = json.dumps([0, self._last_id, command, parameters]).encode()
        self._connection.settimeout(timeout)
        try:
            self._connection.sendall(b"%d:%b" % (len(message), message))
        except OSError as lost:
            raise MarionetteError("no answer", f"{command}: {lost}") from lost
        answer = self._receive(command)
        if not isinstance(answer, list) or len(answer) != 4 or answer[:2] != [1, self._last_id]:
            raise MarionetteError("no answer", f"{command} was answered by something else: {answer!r}")
        error, result = answer[2:]
        if error is not None:
            raise MarionetteError(error["error"], error["message"], error.get("stacktrace", ""))
        return result

    def _receive(self, awaited: str) -> t.Any:
        try:
            return json.loads(self._read(self._read_length()))
        except (OSError, ValueError) as error:
            raise MarionetteError("no answer", f"{awaited}: {error}") from error

    def _read_length(self) -> int:
        digits = b""
        while len(digits) < _LONGEST_LENGTH:
            character = self._read(1)
            if character == b":":
                return int(digits)
            digits += character
        raise ValueError(f"{digits!r} is not the length of a message")

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = self._connection.recv(size - len(data))
            if not part:
                raise ConnectionError("the program hung up")
            data += part
        return bytes(data)
