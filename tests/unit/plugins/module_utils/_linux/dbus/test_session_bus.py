# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to a message bus against one that hangs, stutters, chatters, talks nonsense or leaves."""

from __future__ import annotations

import contextlib
import os
import pathlib
import socket
import time
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._host.bus_error import BusError
from ansible_collections.charter.mail.plugins.module_utils._host.time_limit import TimeLimit
from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.session_bus import (
    SessionBus,
    connect,
    socket_names,
)
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus.bus_peers import (
    Behaviour,
    Peer,
    answer,
    error,
    listening,
    signal,
)

SECRET = "s3cret-Pässword"
IN_TIME, AT_ONCE = 20.0, 0.3  # seconds


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "bus"


@contextlib.contextmanager
def bus(path: pathlib.Path, behaviour: Behaviour, timeout: float = IN_TIME) -> t.Iterator[SessionBus]:
    with listening(path, behaviour) as address:
        connected = connect(address, timeout)
        assert connected is not None
        with contextlib.closing(connected):
            yield connected


def ask(connected: SessionBus, *arguments: str, returns: str = "s") -> tuple[t.Any, ...]:
    return connected.call("a.b", "/c", "d.e", "F", "s" * len(arguments), *arguments, returns=returns)


def test_the_login_says_who_we_are_and_asks_for_nothing_else(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        assert peer.login() == f"\0AUTH EXTERNAL {str(os.geteuid()).encode().hex()}\r\n".encode()
        peer.stay()

    with bus(path, behaviour):
        pass


def test_no_call_starts_a_service(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        for _call in range(2):
            peer.send(answer(peer.request(), "b", True))
        assert [request[:4] for request in peer.requests] == [b"l\x01\x02\x01"] * 3
        serials = [request[8:12] for request in peer.requests]
        assert len(set(serials)) == 3
        peer.stay()

    with bus(path, behaviour) as connected:
        assert connected.has_owner("x.y")
        assert ask(connected, "z", returns="b") == (True,)


def test_an_answer_that_comes_byte_by_byte(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.line()
        for byte in b"OK 1\r\n":
            peer.send(bytes([byte]))
        peer.line()
        peer.send(answer(peer.request(), "s", ":1.1"))
        for byte in answer(peer.request(), "as", ["x", "yz"]):
            peer.send(bytes([byte]))
        peer.stay()

    with bus(path, behaviour) as connected:
        assert ask(connected, returns="as") == (["x", "yz"],)


def test_signals_calls_and_late_answers_are_not_taken_for_the_answer(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        peer.send(signal("before"))
        serial = peer.request()
        call = peer.requests[-1]
        peer.send(
            signal("x", "y") + answer(serial + 5, "s", "wrong") + call + answer(serial, "s", "right") + signal("z")
        )
        peer.send(answer(peer.request(), "s", "again"))
        peer.stay()

    with bus(path, behaviour) as connected:
        assert ask(connected) == ("right",)
        assert ask(connected) == ("again",)


@pytest.mark.parametrize(
    ("signature", "values", "words"),
    [("s", ["no\n such thing"], "no such thing"), ("", [], "no reason given"), ("u", [5], "no reason given")],
)
def test_an_error_has_its_name_and_words(path: pathlib.Path, signature: str, values: list[t.Any], words: str) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        peer.send(error(peer.request(), "g.h.I", signature, *values))
        peer.send(answer(peer.request(), ""))
        peer.stay()

    with bus(path, behaviour) as connected:
        with pytest.raises(BusError) as caught:
            ask(connected, SECRET)
        assert (caught.value.name, str(caught.value)) == ("g.h.I", f"{words} (g.h.I)")
        assert ask(connected, returns="") == ()


def test_no_answer_in_time_and_the_late_one_is_dropped(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        late = answer(peer.request(), "s", "late")
        peer.send(late[:30])
        serial = peer.request()
        peer.send(late[30:] + answer(serial, "s", "right"))
        peer.stay()

    with bus(path, behaviour) as connected:
        connected.timeout = AT_ONCE
        with pytest.raises(BusError, match=r"does not answer in time .*NoReply"):
            ask(connected, SECRET)
        connected.timeout = IN_TIME
        assert ask(connected) == ("right",)


@pytest.mark.parametrize("said", [b"", b"OK"])
def test_no_login_in_time(path: pathlib.Path, said: bytes) -> None:
    def behaviour(peer: Peer) -> None:
        peer.send(said)
        peer.stay()

    with pytest.raises(BusError, match="does not answer in time"), bus(path, behaviour, AT_ONCE):
        pass


@pytest.mark.parametrize("said", [b"REJECTED EXTERNAL\r\n", b"ERROR\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"DATA\r\n"])
def test_not_let_in(path: pathlib.Path, said: bytes) -> None:
    def behaviour(peer: Peer) -> None:
        peer.line()
        peer.send(said)
        peer.stay()

    with pytest.raises(BusError, match=f"rejects the user {os.geteuid()}"), bus(path, behaviour):
        pass


def test_something_else_listens_there(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.send(b"x" * 20_000)
        peer.stay()

    with pytest.raises(BusError, match="not a message bus"), bus(path, behaviour):
        pass


def test_the_bus_leaves_in_the_middle_of_an_answer(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        peer.send(answer(peer.request(), "s", "x" * 100)[:-1])

    with bus(path, behaviour) as connected:
        with pytest.raises(BusError, match="closed the connection"):
            ask(connected)
        with pytest.raises(BusError, match="was closed"):
            ask(connected)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"x" * 16,
        b"l\x02\x00\x02" + bytes(12),
        b"l\x02\x00\x01" + b"\xff" * 12,
        answer(3, "s", "x")[:-2] + b"\xff\0",
        b"l\x00" + answer(2, "s", "x")[2:],
    ],
)
def test_nonsense(path: pathlib.Path, nonsense: bytes) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        peer.send(nonsense.replace((3).to_bytes(4, "little"), peer.request().to_bytes(4, "little")))
        peer.stay()

    with bus(path, behaviour) as connected:
        with pytest.raises(BusError, match="the message bus sent invalid data"):
            ask(connected, SECRET)
        with pytest.raises(BusError, match="was closed"):
            ask(connected)


def test_arguments_that_do_not_fit_are_not_sent_and_not_shown(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        peer.send(answer(peer.request(), ""))
        assert len(peer.requests) == 2
        peer.stay()

    with bus(path, behaviour) as connected:
        with pytest.raises(BusError, match=r"d\.e\.F cannot be called in this way") as caught:
            connected.call("a.b", "/c", "d.e", "F", "u", SECRET)
        assert SECRET not in repr(caught.value)
        assert ask(connected, returns="") == ()


def test_a_large_answer(path: pathlib.Path) -> None:
    large = {str(number): "x" * 10_000 for number in range(300)}

    def behaviour(peer: Peer) -> None:
        peer.login()
        peer.send(answer(peer.request(), "a{ss}", large))
        peer.stay()

    with bus(path, behaviour) as connected:
        assert ask(connected, returns="a{ss}") == (large,)


def test_nobody_there(tmp_path: pathlib.Path) -> None:
    left = tmp_path / "left"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(left))
    for address in (f"unix:path={left}", f"unix:path={tmp_path}/none", "unix:abstract=charter-mail-nobody"):
        assert connect(address) is None


def test_the_first_of_several_addresses_where_somebody_is(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        peer.stay()

    with listening(path, behaviour) as address:
        connected = connect(f"unix:path={path}-none;{address};unix:path=/x", IN_TIME)
        assert connected is not None
        connected.close()


def test_a_place_that_cannot_be_a_socket(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("file/x", "x" * 200):
        with pytest.raises(BusError, match="no connection"):
            connect(f"unix:path={tmp_path}/{name}")


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("unix:path=/run/user/1000/bus", ["/run/user/1000/bus"]),
        ("unix:path=/tmp/a%20b%2c%C3%A4,guid=1", ["/tmp/a b,ä"]),
        ("unix:guid=1,abstract=/tmp/dbus-x", ["\0/tmp/dbus-x"]),
        ("tcp:host=h,port=1;unix:path=/a;unix:abstract=b;", ["/a", "\0b"]),
        ("unix:path=/a%2", ["/a%2"]),
        ("unix:path=/%ff", ["/\udcff"]),
    ],
)
def test_addresses(address: str, names: list[str]) -> None:
    assert socket_names(address) == names


@pytest.mark.parametrize(
    "address",
    [
        *("", "unix", "unix:", "unix:path=", "unix:path=/a%00b", "unix:runtime=yes"),
        *("autolaunch:", "disabled:", "tcp:host=h", "tcp:path=/a", "/run/bus"),
    ],
)
def test_nobody_is_at_what_is_not_an_address_of_a_known_kind(address: str) -> None:
    assert connect(address) is None


def test_an_answer_of_other_types_than_expected_is_an_error_and_shows_no_value(path: pathlib.Path) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        for signature, values in (("s", [SECRET]), ("", []), ("ss", ["x", SECRET]), ("s", ["right"])):
            peer.send(answer(peer.request(), signature, *values))
        peer.stay()

    with bus(path, behaviour) as connected:
        for returns, types in (("u", r"\(s\) than expected \(u\)"), ("s", r"\(none\)"), ("s", r"\(ss\)")):
            with pytest.raises(BusError, match=r"d\.e\.F returned values of other types " + types) as caught:
                ask(connected, returns=returns)
            assert SECRET not in repr(caught.value)
        assert ask(connected) == ("right",)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x" * 100_000, "org.freedesktop.DBus.Error.Failed"),
        ("a." + "b" * 300, "org.freedesktop.DBus.Error.Failed"),
        ("a.b\x1b[2J", "org.freedesktop.DBus.Error.Failed"),
        ("", "org.freedesktop.DBus.Error.Failed"),
        ("a.b", "a.b"),
    ],
)
def test_an_error_is_short_whatever_the_bus_sends(path: pathlib.Path, name: str, words: str) -> None:
    def behaviour(peer: Peer) -> None:
        peer.login()
        peer.send(error(peer.request(), name, "s", "so " * 1_000_000))
        peer.stay()

    with bus(path, behaviour) as connected, pytest.raises(BusError) as caught:
        ask(connected)
    assert caught.value.name == words
    assert len(str(caught.value)) < 400


def test_all_calls_together_have_a_limit(path: pathlib.Path) -> None:
    """A bus that answers each call just in time would otherwise take as long as it likes."""

    def behaviour(peer: Peer) -> None:
        peer.login()
        with contextlib.suppress(AssertionError, OSError):  # the other side leaves
            while True:
                serial = peer.request()
                time.sleep(0.02)
                peer.send(answer(serial, "s", "slow"))

    with listening(path, behaviour) as address:
        start = time.monotonic()
        connected = connect(address, IN_TIME, TimeLimit(AT_ONCE))
        assert connected is not None
        calls = 0
        with contextlib.closing(connected), contextlib.suppress(BusError):
            while calls < 1000:
                ask(connected)
                calls += 1
        assert 0 < calls <= AT_ONCE / 0.02
        assert time.monotonic() - start < 10 * AT_ONCE
