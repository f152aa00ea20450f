# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Marionette client, tested with a minimal server."""

from __future__ import annotations

import json
import socket
import threading
import typing as t

import pytest

from .marionette import Marionette, MarionetteError

GREETING = {"applicationType": "gecko", "marionetteProtocol": 3}


class Server:
    """The other end of a connection: it sends predefined messages in pieces and records what it receives."""

    def __init__(self, *messages: object, piece: int = 7) -> None:
        self.near, self._far = socket.socketpair()
        texts = [json.dumps(message).encode() for message in messages]
        self._data = b"".join(b"%d:%b" % (len(text), text) for text in texts)
        self._piece = piece
        self.received = b""

    def __enter__(self) -> Server:
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.near.close()
        self._thread.join()
        self._far.close()

    def _serve(self) -> None:
        for start in range(0, len(self._data), self._piece):
            self._far.sendall(self._data[start : start + self._piece])
        self._far.shutdown(socket.SHUT_WR)
        while data := self._far.recv(4096):
            self.received += data


def test_a_command_and_its_response_in_pieces() -> None:
    result = {"value": "Grüße 😀" * 1000}
    with Server(GREETING, [1, 1, None, result]) as server:
        answer = Marionette(server.near, 5).call("WebDriver:ExecuteScript", {"script": "ü"}, 5)
    length, _, message = server.received.partition(b":")
    assert answer == result
    assert int(length) == len(message)
    assert json.loads(message) == [0, 1, "WebDriver:ExecuteScript", {"script": "ü"}]


def test_an_error_keeps_its_kind() -> None:
    failure = {"error": "javascript error", "message": "x is not defined", "stacktrace": "@line 1"}
    with Server(GREETING, [1, 1, failure, None]) as server:
        marionette = Marionette(server.near, 5)
        with pytest.raises(MarionetteError, match="javascript error: x is not defined") as caught:
            marionette.call("WebDriver:ExecuteScript", {}, 5)
    assert caught.value.kind == "javascript error"


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([], id="hangs up"),
        pytest.param([{"applicationType": "gecko", "marionetteProtocol": 2}], id="old protocol"),
        pytest.param([["220 smtp.example.com ESMTP"]], id="another service"),
    ],
)
def test_a_server_that_is_not_marionette(messages: t.Sequence[object]) -> None:
    with Server(*messages) as server, pytest.raises(MarionetteError, match="no answer"):
        Marionette(server.near, 5)


def test_the_response_to_another_command() -> None:
    with Server(GREETING, [1, 9, None, {}]) as server:
        marionette = Marionette(server.near, 5)
        with pytest.raises(MarionetteError, match="answered by something else"):
            marionette.call("Marionette:Quit", {}, 5)


def test_no_response_in_time() -> None:
    near, far = socket.socketpair()
    with near, far, pytest.raises(MarionetteError, match="no answer: the greeting: timed out"):
        Marionette(near, 0.01)
