# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of folders in modified UTF-7: the examples of RFC 3501, and names of all kinds there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._formats import modified_utf7


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Inbox", "Inbox"),
        ("A & B", "A &- B"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("台北", "&U,BTFw-"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("a\tb", "a&AAk-b"),
    ],
)
def test_names_beyond_ascii(name: str, expected: str) -> None:
    assert modified_utf7.encoded(name) == expected
    assert modified_utf7.decoded(expected) == name


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_every_name_comes_back(name: str) -> None:
    encoded = modified_utf7.encoded(name)
    assert encoded.isascii()
    assert modified_utf7.decoded(encoded) == name


def test_what_is_no_letter_is_replaced() -> None:
    assert modified_utf7.decoded(modified_utf7.encoded("a\ud800b")) == "a?b"


@pytest.mark.parametrize("name", ["&A-", "&AAAAA-", "&2AA-", "a&b"])
def test_what_is_not_encoded_stays(name: str) -> None:
    assert modified_utf7.decoded(name) == name
