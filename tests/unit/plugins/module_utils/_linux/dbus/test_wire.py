# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""D-Bus values as bytes: computed by hand from the specification, round trips, and nothing but the format is read."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.wire import (
    MAX_ARRAY,
    MAX_DEPTH,
    MAX_SIGNATURE,
    MAX_VARIANTS,
    WireError,
    decode,
    encode,
    parse,
)

SECRET = "s3cret-Pässword"
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines differ

# Signature, arguments, and the bytes in both orders: by hand, from the tables of "Marshaling".
BY_HAND: t.Sequence[tuple[str, tuple[t.Any, ...], str, str]] = [
    ("", (), "", ""),
    ("y", (255,), "ff", "ff"),
    ("b", (True,), "01000000", "00000001"),
    ("n", (-2,), "feff", "fffe"),
    ("q", (1,), "0100", "0001"),
    ("i", (-1,), "ffffffff", "ffffffff"),
    ("u", (0x01020304,), "04030201", "01020304"),
    ("x", (-2,), "feffffffffffffff", "fffffffffffffffe"),
    ("t", (2,), "0200000000000000", "0000000000000002"),
    ("d", (1.0,), "000000000000f03f", "3ff0000000000000"),
    ("s", ("foo",), "03000000 666f6f 00", "00000003 666f6f 00"),
    ("s", ("",), "00000000 00", "00000000 00"),
    ("o", ("/a",), "02000000 2f61 00", "00000002 2f61 00"),
    ("g", ("as",), "02 6173 00", "02 6173 00"),
    ("yu", (1, 2), "01 000000 02000000", "01 000000 00000002"),
    # The specification's own example: padding between the length and the first number, and not in the length.
    ("ax", ([5],), "08000000 00000000 0500000000000000", "00000008 00000000 0000000000000005"),
    ("ax", ([],), "00000000 00000000", "00000000 00000000"),
    ("ay", (b"\x01\x02",), "02000000 0102", "00000002 0102"),
    ("as", (["a", "b"],), "0e000000 010000006100 0000 010000006200", "0000000e 000000016100 0000 000000016200"),
    ("v", ("foo",), "01 73 00 00 03000000 666f6f 00", "01 73 00 00 00000003 666f6f 00"),
    ("v", (7,), "01 74 00 0000000000 0700000000000000", "01 74 00 0000000000 0000000000000007"),
    ("(yu)", ((1, 2),), "01 000000 02000000", "01 000000 00000002"),
    ("y(y)", (1, (2,)), "01 00000000000000 02", "01 00000000000000 02"),
    (
        "a{ss}",
        ({"k": "v"},),
        "0e000000 00000000 010000006b00 0000 010000007600",
        "0000000e 00000000 000000016b00 0000 000000017600",
    ),
    (
        "a{sv}",
        ({"k": True},),
        "10000000 00000000 010000006b00 016200 000000 01000000",
        "00000010 00000000 000000016b00 016200 000000 00000001",
    ),
    ("aay", ([b"\x01", b""],), "0c000000 01000000 01 000000 00000000", "0000000c 00000001 01 000000 00000000"),
]
VARIANTS = {"foo": ("s", "foo"), 7: ("t", 7)}


def sent(signature: str, arguments: t.Sequence[t.Any]) -> list[t.Any]:
    """What is received bare is sent with its signature."""
    if signature == "v":
        return [VARIANTS[argument] for argument in arguments]
    if signature == "a{sv}":
        return [{"k": ("b", True)}]
    return list(arguments)


@pytest.mark.parametrize(("signature", "arguments", "little", "big"), BY_HAND)
def test_bytes_computed_by_hand(signature: str, arguments: tuple[t.Any, ...], little: str, big: str) -> None:
    assert encode(signature, sent(signature, arguments)).hex() == little.replace(" ", "")
    assert decode(signature, bytes.fromhex(little)) == arguments
    assert decode(signature, bytes.fromhex(big), ">") == arguments


texts = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=20)
names = st.text("abcXYZ019_", min_size=1, max_size=6)
paths = st.lists(names, max_size=3).map(lambda parts: "/" + "/".join(parts))
basic = st.one_of(
    st.tuples(st.just("y"), st.integers(0, 2**8 - 1)),
    st.tuples(st.just("b"), st.booleans()),
    st.tuples(st.just("n"), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(st.just("q"), st.integers(0, 2**16 - 1)),
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("u"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("x"), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just("t"), st.integers(0, 2**64 - 1)),
    st.tuples(st.just("d"), st.floats(allow_nan=False)),
    st.tuples(st.just("s"), texts),
    st.tuples(st.just("o"), paths),
    st.tuples(st.just("g"), st.sampled_from(["", "s", "a{sv}", "(ii)as"])),
)
Typed = t.Tuple[str, t.Any]


def containers(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    """Arrays (of one element, repeated), structs and dictionaries of what there is; no variants."""
    return st.one_of(
        st.tuples(inner, st.integers(0, 3)).map(
            lambda drawn: (
                "a" + drawn[0][0],
                bytes([drawn[0][1]]) * drawn[1] if drawn[0][0] == "y" else [drawn[0][1]] * drawn[1],
            )
        ),
        st.lists(inner, min_size=1, max_size=4).map(
            lambda parts: ("(" + "".join(part[0] for part in parts) + ")", tuple(part[1] for part in parts))
        ),
        st.tuples(basic, inner).map(
            lambda pair: ("a{" + pair[0][0] + pair[1][0] + "}", {pair[0][1]: pair[1][1]}),
        ),
    )


typed = st.recursive(basic, containers, max_leaves=8)


@FUZZ
@given(st.lists(typed, max_size=4))
def test_what_is_written_is_read(arguments: list[Typed]) -> None:
    signature = "".join(kind for kind, _value in arguments)
    values = tuple(value for _kind, value in arguments)
    assert decode(signature, encode(signature, values)) == values


@FUZZ
@given(st.lists(typed, min_size=1, max_size=4))
def test_what_is_written_as_a_variant_is_read_bare(arguments: list[Typed]) -> None:
    assert decode("av", encode("av", (arguments,))) == ([value for _kind, value in arguments],)


@FUZZ
@given(st.lists(typed, min_size=1, max_size=4), st.data())
def test_what_is_cut_off_is_not_read(arguments: list[Typed], data: st.DataObject) -> None:
    signature = "".join(kind for kind, _value in arguments)
    whole = encode(signature, [value for _kind, value in arguments])
    with pytest.raises(WireError):
        decode(signature, whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(WireError):
        decode(signature, whole + b"\0")


@FUZZ
@given(st.sampled_from([case[0] for case in BY_HAND]), st.binary(max_size=64), st.sampled_from("<>"))
def test_anything_else_is_refused_in_the_same_way(signature: str, data: bytes, order: str) -> None:
    with contextlib.suppress(WireError):
        decode(signature, data, order)


@FUZZ
@given(st.text("aysbvg(){}", max_size=12))
def test_a_signature_is_what_the_specification_says(signature: str) -> None:
    try:
        types = parse(signature)
    except WireError:
        return
    assert len(types) <= len(signature)
    assert all(types)


@pytest.mark.parametrize(
    "signature",
    [
        *(
            "a",
            "()",
            "(",
            ")",
            "(s",
            "a{s}",
            "a{sss}",
            "a{vs}",
            "a{(s)s}",
            "{ss}",
            "a{ss",
            "z",
            "r",
            "e",
            "s)",
            "a)",
            "ä",
        ),
        "y" * (MAX_SIGNATURE + 1),
        "a" * (MAX_DEPTH + 1) + "y",
        "(" * (MAX_DEPTH + 1) + "y" + ")" * (MAX_DEPTH + 1),
    ],
)
def test_not_a_signature(signature: str) -> None:
    with pytest.raises(WireError):
        parse(signature)


@pytest.mark.parametrize(
    "signature", ["y" * MAX_SIGNATURE, "a" * MAX_DEPTH + "y", "(" * MAX_DEPTH + "y" + ")" * MAX_DEPTH, "a{oa{sa{sv}}}"]
)
def test_signatures_up_to_the_limits(signature: str) -> None:
    parse(signature)


@pytest.mark.parametrize(
    ("signature", "data"),
    [
        ("b", "02000000"),
        ("yu", "01 000001 02000000"),  # padding
        ("s", "01000000 ff 00"),  # not UTF-8
        ("s", "01000000 00 00"),  # a zero byte
        ("s", "01000000 61 61"),  # no zero byte at the end
        ("s", "ffffffff 61 00"),
        ("o", "01000000 61 00"),
        ("o", "03000000 2f612f 00"),
        ("o", "02000000 2f2d 00"),
        ("o", "00000000 00"),
        ("g", "01 7a 00"),
        ("v", "02 7373 00 01000000"),  # two types
        ("v", "00 00"),  # none
        ("au", "06000000 01000000 0200"),  # the last number ends behind the array
        ("ay", "01000004 00"),  # longer than the limit
    ],
)
def test_what_is_not_as_the_specification_says_is_refused(signature: str, data: str) -> None:
    with pytest.raises(WireError):
        decode(signature, bytes.fromhex(data))


def test_arrays_up_to_the_limit() -> None:
    longest = bytes(MAX_ARRAY)
    assert decode("ay", encode("ay", [longest])) == (longest,)
    with pytest.raises(WireError, match="too long"):
        encode("ay", [longest + b"\0"])


def test_variants_in_variants_up_to_the_limit() -> None:
    def nested(depth: int) -> t.Any:
        value: t.Any = ("y", 1)
        for _level in range(depth - 1):
            value = ("v", value)
        return value

    def raw(depth: int) -> bytes:
        return b"\x01v\0" * (depth - 1) + b"\x01y\0\x01"

    assert encode("v", [nested(MAX_VARIANTS)]) == raw(MAX_VARIANTS)
    assert decode("v", raw(MAX_VARIANTS)) == (1,)
    with pytest.raises(WireError, match="too deeply"):
        encode("v", [nested(MAX_VARIANTS + 1)])
    for too_deep in (MAX_VARIANTS + 1, 100_000):
        with pytest.raises(WireError, match="too deeply"):
            decode("v", raw(too_deep))


@pytest.mark.parametrize(
    ("signature", "value"),
    [
        ("u", SECRET),
        ("u", True),
        ("u", -1),
        ("u", None),
        ("b", 1),
        ("s", 5),
        ("s", SECRET.encode()),
        ("s", SECRET + "\0"),
        ("s", SECRET + "\udcff"),
        ("ay", SECRET),
        ("as", SECRET),
        ("a{ss}", [SECRET]),
        ("a{ss}", SECRET),
        ("(ss)", (SECRET,)),
        ("(ss)", "ab"),
        ("v", SECRET),
        ("v", ("ss", SECRET)),
        ("v", ("u", SECRET)),
        ("o", SECRET),
        ("g", SECRET),
        ("(oayays)", ("/a", b"", SECRET, "text/plain")),
    ],
)
def test_a_wrong_value_is_refused_and_not_shown(signature: str, value: t.Any) -> None:
    with pytest.raises(WireError) as caught:
        encode(signature, [value])
    assert SECRET not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_number_of_arguments_is_that_of_the_signature() -> None:
    with pytest.raises(WireError):
        encode("ss", ["a"])
