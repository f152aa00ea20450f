# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from outside does nothing to a terminal, and stays recognisable."""

from __future__ import annotations

import json
import typing as t
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model.printable import (
    printable,
    printable_lines,
    printable_result,
)

ANY_TEXT = st.text(st.characters())  # with surrogates
VALUES = st.recursive(
    ANY_TEXT | st.binary() | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner) | st.tuples(inner),
)


@given(ANY_TEXT)
def test_one_line_of_valid_utf_8(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    shown.encode()


@given(st.text(st.characters(blacklist_categories=("C", "Z"))))
def test_printable_text_stays_the_same(text: str) -> None:
    assert printable(text) == text


@given(ANY_TEXT)
def test_lines_stay_lines(text: str) -> None:
    shown = printable_lines(text)
    assert shown.count("\n") == text.count("\n")
    assert shown.replace("\n", "").replace("\t", "").isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anna \x1b[31m", "Anna \\x1b[31m"),
        ("\x07\x7f\x9b31m", "\\x07\\x7f\\x9b31m"),
        ("a\u202eb\u2066c\u200ed\u061c", "a\\u202eb\\u2066c\\u200ed\\u061c"),
        ("a\U000e0041\u2028", "a\\U000e0041\\u2028"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("no UTF-8: \udcff", "no UTF-8: \ufffd"),
        ("C:\\Users\\Zoë 日本 🎉", "C:\\Users\\Zoë 日本 🎉"),
    ],
)
def test_what_a_person_reads(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_files_keep_their_lines_and_other_texts_do_not() -> None:
    diff = {"before": "a\r\n\tb\rc\x1b", "after": "", "before_header": "x\ny"}
    assert printable_result({"diff": [diff], "msg": "x\ny"}) == {
        "diff": [{"before": "a\n\tb\\rc\\x1b", "after": "", "before_header": "x\\ny"}],
        "msg": "x\\ny",
    }


@given(VALUES)
def test_whole_results_are_harmless(value: t.Any) -> None:
    text = json.dumps(printable_result(value), ensure_ascii=False)
    text.encode()
    assert not {unicodedata.category(character) for character in text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
