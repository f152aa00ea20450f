# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DER: known encodings, round trips, and nothing but the one form is read."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._formats import der

arcs = st.lists(st.integers(0, 2**40), max_size=6)
identifiers = st.builds(
    lambda first, second, rest: ".".join(str(arc) for arc in (first, second, *rest)),
    st.integers(0, 1),
    st.integers(0, 39),
    arcs,
) | st.builds(lambda second, rest: ".".join(str(arc) for arc in (2, second, *rest)), st.integers(0, 2**40), arcs)


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("1.2.840.113549.1.5.13", "06092a864886f70d01050d"),  # RFC 8018: PBES2
        ("2.16.840.1.101.3.4.1.42", "060960864801650304012a"),  # NIST: aes256-CBC
        ("2.999.3", "0603883703"),  # X.690, 8.19.5
        ("0.0", "060100"),
    ],
)
def test_known_identifiers(name: str, encoded: str) -> None:
    assert der.encode_identifier(name).hex() == encoded
    assert der.DerReader(bytes.fromhex(encoded)).identifier() == name


@pytest.mark.parametrize(
    ("number", "encoded"), [(0, "020100"), (1, "020101"), (127, "02017f"), (128, "02020080"), (10000, "02022710")]
)
def test_known_integers(number: int, encoded: str) -> None:
    assert der.encode_integer(number).hex() == encoded
    assert der.DerReader(bytes.fromhex(encoded)).integer() == number


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_octets_of_every_length_of_a_length(length: int) -> None:
    content = b"\xa5" * length
    reader = der.DerReader(der.encode_octets(content))
    assert reader.octets() == content
    reader.end()


def test_a_long_length() -> None:
    assert der.encode_octets(b"\0" * 200)[:3].hex() == "0481c8"
    assert der.encode_octets(b"\0" * 300)[:4].hex() == "0482012c"


@given(st.integers(0, 2**64), st.binary(max_size=300), identifiers)
def test_what_is_written_is_read(number: int, content: bytes, name: str) -> None:
    inner = der.encode_sequence(der.encode_identifier(name), der.encode_octets(content))
    reader = der.DerReader(der.encode_sequence(inner, der.encode_integer(number), inner))
    outer = reader.sequence()
    reader.end()
    parts = outer.sequence()
    assert (parts.identifier(), parts.octets()) == (name, content)
    parts.end()
    assert outer.integer() == number
    assert outer.whole() == inner
    outer.end()


READERS: dict[str, t.Callable[[der.DerReader], object]] = {
    "sequence": der.DerReader.sequence,
    "octets": der.DerReader.octets,
    "integer": der.DerReader.integer,
    "identifier": der.DerReader.identifier,
    "whole": der.DerReader.whole,
    "elements": der.DerReader.elements,
}
WRITERS: dict[str, t.Callable[[t.Any], bytes]] = {
    "octets": der.encode_octets,
    "integer": der.encode_integer,
    "identifier": der.encode_identifier,
}
tagged = st.builds(
    lambda tag, length, rest: bytes((tag, *length)) + rest,
    st.sampled_from([der.INTEGER, der.OCTET_STRING, der.OBJECT_IDENTIFIER, der.SEQUENCE]),
    st.sampled_from([(), (0,), (1,), (2,), (0x80,), (0x81, 1), (0x81, 0x80), (0x82, 0, 1), (0xFF,)]),
    st.binary(max_size=140),
)


@given(st.sampled_from(sorted(READERS)), st.one_of(st.binary(max_size=20), tagged))
def test_garbage_is_refused_or_is_the_one_form(kind: str, data: bytes) -> None:
    reader = der.DerReader(data)
    try:
        value = READERS[kind](reader)
    except ValueError:
        return
    if kind in WRITERS:
        assert data.startswith(WRITERS[kind](value))


@pytest.mark.parametrize(
    ("kind", "encoded"),
    [
        ("octets", ""),
        ("octets", "04"),
        ("octets", "0402aa"),  # cut off
        ("octets", "048101aa"),  # a length in a longer form
        ("octets", "0480aa0000"),  # an indefinite length (BER)
        ("octets", "3000"),  # another type
        ("sequence", "0400"),
        ("elements", "0500 0c02aa"),  # the second one is cut off
        ("integer", "0200"),
        ("integer", "0201ff"),  # negative
        ("integer", "02020001"),  # a leading zero
        ("integer", "0241" + "01" * 65),  # too long
        ("identifier", "0600"),
        ("identifier", "060180"),  # cut off
        ("identifier", "06032a8001"),  # a leading zero
        ("identifier", "0641" + "01" * 65),  # too long
    ],
)
def test_what_is_not_der_is_refused(kind: str, encoded: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        READERS[kind](der.DerReader(bytes.fromhex(encoded)))


def test_elements_of_any_type_are_read_with_their_tags() -> None:
    reader = der.DerReader(bytes.fromhex("0500 a003020101 0c0141"))
    reader.whole()
    assert reader.elements() == [der.Element(0xA0, b"\x02\x01\x01"), der.Element(0x0C, b"A")]
    assert reader.elements() == []
    reader.end()


def test_more_than_expected_is_refused() -> None:
    reader = der.DerReader(der.encode_integer(1) + b"\0")
    reader.integer()
    with pytest.raises(ValueError, match="more than"):
        reader.end()
