# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dconf's file: a real one is read, and a damaged one never gives nonsense."""

from __future__ import annotations

import base64
import contextlib
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._linux.gvdb import text_of
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError

FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines differ

PATH = "/home/mario/.config/dconf/user"
ACCOUNT, IDENTITY = "/org/gnome/evolution/default-mail-account", "/org/gnome/evolution/default-mail-identity"

# Written by dconf 0.40: the account 'f67c', the identity 'città', and the number 42 at /a/number.
REAL = base64.b64decode(
    """
R1ZhcmlhbnQAAAAAAAAAABgAAAAAAQAAAAAAKAgAAAAAAAAAAgAAAAIAAAACAAAABAAAAAcAAAAIAAAACAAAAFBy4pkGAAAAAAEAABUAdgAYAQ
AAIQEAALC3JDADAAAAIQEAAAYATAAoAQAALAEAAJNklXMGAAAALAEAABQAdgBAAQAARwEAAEtQkAsFAAAARwEAAAQATABMAQAAUAEAAISHhwsF
AAAAUAEAAAIATABUAQAAWAEAANS1AgD/////WAEAAAEATABcAQAAZAEAAISBcO8BAAAAZAEAAAoATABwAQAAeAEAAE028gQEAAAAeAEAAAYAdg
CAAQAAhgEAAGRlZmF1bHQtbWFpbC1pZGVudGl0eQAAAGNpdHTDoAAAc2dub21lLwAGAAAAZGVmYXVsdC1tYWlsLWFjY291bnRmNjdjAABzb3Jn
LwABAAAAYS8AAAcAAAAvAAAABAAAAAMAAABldm9sdXRpb24vAAACAAAAAAAAAG51bWJlcgAAKgAAAABp
"""
)
EMPTY = struct.pack("<8sIIIIII", b"GVariant", 0, 0, 24, 32, 0, 0)  # what dconf leaves when all is reset


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (ACCOUNT, "f67c"),
        (IDENTITY, "città"),
        ("/a/number", None),  # not a text
        ("/a/", None),
        ("/a", None),
        ("/", None),
        ("", None),
        (ACCOUNT + "x", None),
        (ACCOUNT[1:], None),
        ("/città", None),
    ],
)
def test_a_file_of_the_real_dconf(key: str, text: str | None) -> None:
    assert text_of(PATH, REAL, key) == text


def test_an_empty_database() -> None:
    assert text_of(PATH, EMPTY, ACCOUNT) is None


def test_texts_are_the_same_where_numbers_are_of_the_other_byte_order() -> None:
    assert text_of(PATH, b"raVGtnai" + REAL[8:], IDENTITY) == "città"


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"GVariant",
        b"[org/gnome/evolution]\ndefault-mail-account='x'\n",
        b"\0" * 8 + REAL[8:],  # what dconf does to a file that is replaced
        REAL[:8] + b"\1" + REAL[9:],  # another version
        REAL[:24],
        REAL[:100],
        EMPTY[:-1],
        EMPTY[:-4] + b"\xff\xff\xff\x07",  # more buckets than there is file
    ],
)
def test_a_damaged_file(damaged: bytes) -> None:
    with pytest.raises(DamagedFileError) as caught:
        text_of(PATH, damaged, ACCOUNT)
    assert str(caught.value).startswith(f"{PATH}: ")


def test_a_file_that_is_cut_off_is_refused_or_still_right() -> None:
    right = {ACCOUNT: "f67c", IDENTITY: "città"}
    refused = 0
    for length in range(len(REAL)):
        try:
            found = {key: text_of(PATH, REAL[:length], key) for key in right}
        except DamagedFileError:
            refused += 1
        else:
            assert found == right
    assert refused > len(REAL) // 2


def test_a_name_that_is_its_own_parent() -> None:
    name = struct.pack("<IH", REAL.index(b"default-mail-account"), len("default-mail-account"))
    item = REAL.index(name) - 8
    index = (item - (24 + 8 + 4 * struct.unpack_from("<I", REAL, 28)[0])) // 24
    circling = REAL[: item + 4] + struct.pack("<I", index) + REAL[item + 8 :]
    with pytest.raises(DamagedFileError):
        text_of(PATH, circling, ACCOUNT)


@FUZZ
@given(st.integers(0, len(REAL) - 1), st.integers(0, 255))
def test_a_byte_that_fell_over_ends_in_nothing_but_the_one_error(place: int, byte: int) -> None:
    damaged = REAL[:place] + bytes([byte]) + REAL[place + 1 :]
    for key in (ACCOUNT, IDENTITY, "/a/number", "/x"):
        with contextlib.suppress(DamagedFileError):
            text_of(PATH, damaged, key)
