# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values and keys as Windows knows them: types, letter case, and what a write does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    ByName,
    KeyWrite,
    Registry,
    RegValue,
    ValueType,
    difference,
    fold,
)

OFFICE = r"HKEY_USERS\S-1\Software\Microsoft\Office"

# Few names, so that they meet, and some that differ in letter case only.
paths = st.sampled_from([r"R", r"R\a", r"R\A", r"R\a\b", r"R\ab", r"R\a\b\c", r"R\é", r"R\É", r"R\É\x"])
names = st.sampled_from(["", "a", "A", "b", "ß", "ss"])
values = st.builds(RegValue, st.sampled_from([0, 1, 3, 4, 99]), st.binary(max_size=3))
registries = st.dictionaries(paths, st.dictionaries(names, values, max_size=3), max_size=6).map(
    lambda keys: Registry((path, ByName(held.items())) for path, held in keys.items())
)


def test_values_are_stored_as_windows_does() -> None:
    assert RegValue.sz("é") == RegValue(1, b"\xe9\0\0\0")
    assert RegValue.expand_sz("%A%") == RegValue(2, b"%\0A\0%\0\0\0")
    assert RegValue.binary(b"\1") == RegValue(3, b"\1")
    assert RegValue.dword(0xE0003) == RegValue(4, b"\3\0\x0e\0")
    assert RegValue.multi_sz(["a", "b"]) == RegValue(7, b"a\0\0\0b\0\0\0\0\0")
    assert RegValue.multi_sz([]) == RegValue(7, b"\0\0")
    assert RegValue.qword(2**40) == RegValue(11, b"\0\0\0\0\0\1\0\0")


@given(st.text(st.characters(blacklist_characters="\0")), st.integers(0, 2**32 - 1))
def test_texts_and_numbers_come_back(text: str, number: int) -> None:
    assert RegValue.sz(text).text == RegValue.expand_sz(text).text == RegValue.sz(text).plain == text
    assert RegValue.dword(number).number == RegValue.qword(number).number == RegValue.dword(number).plain == number


@given(st.lists(st.text(st.characters(blacklist_characters="\0"), min_size=1), max_size=4))
def test_lists_come_back(texts: list[str]) -> None:
    assert RegValue.multi_sz(texts).texts == tuple(texts)
    assert RegValue.multi_sz(texts).plain == "\n".join(texts)


@given(st.integers(0, 2**32 - 1), st.binary(max_size=12))
def test_no_data_break_the_reader(kind: int, data: bytes) -> None:
    for any_kind in (kind, kind % 16):
        assert isinstance(RegValue(any_kind, data).plain, (str, int, bytes))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (RegValue(1, b"a\0b\0"), "ab"),  # without the zero at the end, as careless programs write it
        (RegValue(1, b"a\0\0\0b\0\0\0"), "a"),
        (RegValue(1, b"a\0\0\0\0"), "a"),
        (RegValue(1, b""), ""),
        (RegValue(3, b"a\0\0\0"), None),
    ],
)
def test_texts_end_at_the_first_zero(value: RegValue, text: str | None) -> None:
    assert value.text == text


@pytest.mark.parametrize("value", [RegValue(4, b"\1\0"), RegValue(4, b"\1" + b"\0" * 7), RegValue(11, b"\1\0\0\0")])
def test_a_number_of_the_wrong_size_is_none(value: RegValue) -> None:
    assert value.number is None
    assert value.plain == value.data


def test_a_big_endian_number() -> None:
    assert RegValue(ValueType.DWORD_BIG_ENDIAN, b"\0\0\1\0").number == 256


def test_letter_case_does_not_count() -> None:
    registry = Registry([(OFFICE, ByName([("ImportPRF", RegValue.sz("x")), ("Ö", RegValue.dword(1))]))])
    assert OFFICE.upper() in registry
    assert registry.value(OFFICE.lower(), "IMPORTPRF") == RegValue.sz("x")
    assert registry.value(OFFICE, "ö") == RegValue.dword(1)
    assert registry.value(OFFICE, "missing") is None
    assert registry.value("HKEY_USERS\\missing", "ImportPRF") is None
    assert list(registry) == [OFFICE]
    assert list(registry[OFFICE]) == ["ImportPRF", "Ö"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ß", "SS"),
        ("\N{LATIN SMALL LETTER DOTLESS I}", "I"),
        ("\N{LATIN SMALL LETTER LONG S}", "S"),
        ("\N{MICRO SIGN}", "\N{GREEK CAPITAL LETTER MU}"),
        ("\N{DESERET SMALL LETTER LONG I}", "\N{DESERET CAPITAL LETTER LONG I}"),
        ("\N{LATIN SMALL LIGATURE FI}", "FI"),
    ],
)
def test_names_that_windows_tells_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_children_are_names_directly_below() -> None:
    none: ByName[RegValue] = ByName()
    keys = [OFFICE, OFFICE + r"\16.0\Outlook", OFFICE.upper() + r"\16.0", OFFICE + r"\15.0", OFFICE + r"2\11.0"]
    registry = Registry((path, none) for path in keys)
    assert registry.children(OFFICE.lower()) == ("16.0", "15.0")
    assert registry.children("HKEY_USERS") == ("S-1",)
    assert registry.children(OFFICE + r"\15.0") == ()


def test_a_write_sets_deletes_and_keeps() -> None:
    before = Registry([(OFFICE, ByName([("Keep", RegValue.dword(1)), ("Old", RegValue.dword(2))]))])
    after = before.written([KeyWrite(OFFICE.upper(), {"OLD": None, "keep": RegValue.dword(3), "New": RegValue.sz("")})])
    assert dict(after[OFFICE]) == {"Keep": RegValue.dword(3), "New": RegValue.sz("")}
    assert list(after) == [OFFICE]
    assert before.value(OFFICE, "Old") == RegValue.dword(2)


def test_a_key_is_deleted_with_all_below_it_and_nothing_beside_it() -> None:
    none: ByName[RegValue] = ByName()
    before = Registry((path, none) for path in [r"R\a", r"R\a\b", r"R\ab"])
    assert list(before.written([KeyWrite(r"r\A", delete=True)])) == [r"R\ab"]
    replaced = before.written([KeyWrite(r"r\A", {"x": RegValue.dword(1)}, delete=True)])
    assert list(replaced) == [r"R\ab", r"r\A"]


def test_a_write_without_values_makes_the_key() -> None:
    assert list(Registry().written([KeyWrite(r"R\a")])) == [r"R\a"]


@given(registries, registries)
def test_a_difference_leads_to_the_other(before: Registry, after: Registry) -> None:
    writes = difference(before, after)
    assert before.written(writes) == after
    assert (writes == ()) == (before == after)
