# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""D-Bus messages as bytes: a call computed by hand, answers of both byte orders, and nothing but the format."""

from __future__ import annotations

import contextlib
import struct
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.message import (
    ERROR,
    FIXED_HEADER,
    MAX_MESSAGE,
    METHOD_RETURN,
    SIGNAL,
    decode_message,
    encode_call,
    size_of,
)
from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.wire import WireError, encode

SECRET = "s3cret-Pässword"
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines differ

# Hello to the bus, by hand: little-endian, a call, NO_AUTO_START, version 1, no body, serial 1, 109 bytes of fields.
HELLO = (
    "6c 01 02 01 00000000 01000000 6d000000"
    "01 016f00 15000000" + b"/org/freedesktop/DBus".hex() + "00 0000"
    "02 017300 14000000" + b"org.freedesktop.DBus".hex() + "00 000000"
    "03 017300 05000000" + b"Hello".hex() + "00 0000"
    "06 017300 14000000" + b"org.freedesktop.DBus".hex() + "00 000000"
)

# The answer, by hand, in both orders: serial 9, in answer to call 1, one text.
LITTLE = "6c 02 01 01 06000000 09000000 0f000000  05 017500 01000000  08 016700 01 7300 00  01000000 61 00"
BIG = "42 02 01 01 00000006 00000009 0000000f  05 017500 00000001  08 016700 01 7300 00  00000001 61 00"


def message(kind: int = METHOD_RETURN, fields: t.Sequence[tuple[int, t.Any]] = (), body: bytes = b"") -> bytes:
    header = encode("yyyyuua(yv)", [ord("l"), kind, 1, 1, len(body), 9, list(fields)])
    return header + bytes(-len(header) % 8) + body


def test_a_call_computed_by_hand() -> None:
    bus = "org.freedesktop.DBus"
    call = encode_call(1, bus, "/org/freedesktop/DBus", bus, "Hello", "", ())
    assert call.hex() == HELLO.replace(" ", "")
    assert size_of(call[:FIXED_HEADER]) == len(call)


def test_a_call_with_arguments_says_their_types_and_begins_them_at_a_multiple_of_eight() -> None:
    call = encode_call(7, "a.b", "/", "c.d", "E", "su", ("x", 1))
    body = encode("su", ["x", 1])
    assert len(call) % 4 == 0
    assert (len(call) - len(body)) % 8 == 0
    assert call.endswith(body)
    assert b"\x08\x01g\x00\x02su\x00" in call


@pytest.mark.parametrize("raw", [LITTLE, BIG])
def test_an_answer_of_either_byte_order(raw: str) -> None:
    data = bytes.fromhex(raw)
    assert size_of(data[:FIXED_HEADER]) == len(data)
    answer = decode_message(data)
    assert (answer.kind, answer.reply_serial, answer.arguments()) == (METHOD_RETURN, 1, ("a",))


def test_an_error_has_its_name() -> None:
    answer = decode_message(message(ERROR, [(4, ("s", "a.b.C")), (5, ("u", 3))]))
    assert (answer.error_name, answer.reply_serial, answer.arguments()) == ("a.b.C", 3, ())


@pytest.mark.parametrize("kind", [SIGNAL, 5, 200])
def test_what_is_not_for_us_and_fields_that_are_not_known_are_read_all_the_same(kind: int) -> None:
    assert decode_message(message(kind, [(200, ("as", ["x"])), (9, ("u", 0))])).kind == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"l",
        bytes.fromhex(LITTLE)[:-1],
        bytes.fromhex(LITTLE) + b"\0",
        b"x" + bytes.fromhex(LITTLE)[1:],  # no such byte order
        message(kind=0),
        message(fields=[(5, ("s", "1"))]),
        message(fields=[(8, ("u", 1))]),
        message()[:8] + bytes(4) + message()[12:],  # serial 0
    ],
)
def test_what_is_not_a_message_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        decode_message(data)


@FUZZ
@given(st.binary(max_size=80))
def test_anything_is_a_message_or_is_refused_in_the_same_way(rest: bytes) -> None:
    data = bytearray(b"l\x02\x01\x01" + rest)
    if len(data) >= FIXED_HEADER:  # give it a length that fits as often as not
        struct.pack_into("<I", data, 4, max(0, len(data) - 24))
    with contextlib.suppress(WireError):
        decode_message(bytes(data)).arguments()


def test_sizes_up_to_the_limits() -> None:
    def start(body: int, fields: int, version: int = 1) -> bytes:
        return struct.pack("<BBBBIII", ord("l"), 2, 0, version, body, 1, fields)

    assert size_of(start(MAX_MESSAGE - FIXED_HEADER, 0)) == MAX_MESSAGE
    for body, fields in ((MAX_MESSAGE - FIXED_HEADER + 1, 0), (0, MAX_MESSAGE), (2**32 - 1, 2**32 - 1)):
        with pytest.raises(WireError, match="too long"):
            size_of(start(body, fields))
    with pytest.raises(WireError, match="version 2"):
        size_of(start(0, 0, version=2))


def test_a_message_that_is_too_long_is_not_sent() -> None:
    half = bytes(MAX_MESSAGE // 2)
    with pytest.raises(WireError, match="too long"):
        encode_call(1, "a.b", "/", "c.d", "E", "ayay", (half, half))


def test_a_message_does_not_show_what_it_carries() -> None:
    answer = decode_message(message(fields=[(8, ("g", "s"))], body=encode("s", [SECRET])))
    assert answer.arguments() == (SECRET,)
    assert SECRET not in repr(answer)
    assert SECRET.encode().hex() not in repr(answer)
    assert repr(SECRET.encode())[2:-1] not in repr(answer)
