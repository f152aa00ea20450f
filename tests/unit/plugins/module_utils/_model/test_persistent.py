# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Persistent mappings: every state is what a dictionary would be, and stays so."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model.persistent import PersistentMap, differing, updated

KEYS = "abcdefgh"

entries = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 3))
edits = st.lists(st.tuples(entries, st.sets(st.sampled_from(KEYS), max_size=3)), max_size=20)


@given(entries, edits)
def test_every_state_is_what_a_dictionary_would_be(
    first: dict[str, int], steps: list[tuple[dict[str, int], set[str]]]
) -> None:
    states: list[tuple[PersistentMap[str, int], dict[str, int]]] = [(PersistentMap(dict(first)), first)]
    for changed, removed in steps:
        state, expected = states[-1]
        there = {key: value for key, value in {**expected, **changed}.items() if key not in removed}
        states.append((state.updated(changed, removed), there))
    for state, expected in states:
        assert state == expected
        assert len(state) == len(expected)
        assert state.flat() == expected
        for key in KEYS:
            assert (key in state) == (key in expected)
            assert state.get(key) == expected.get(key)
            assert state.get(key, 7) == expected.get(key, 7)
            if key not in expected:
                with pytest.raises(KeyError):
                    state[key]
            else:
                assert state[key] == expected[key]
    for (before, old), (after, new) in [(one, other) for one in states for other in states]:
        assert {key for key in KEYS if old.get(key) != new.get(key)} <= set(differing(before, after))


@given(entries, edits)
def test_keys_keep_the_order_in_which_they_came(
    first: dict[str, int], steps: list[tuple[dict[str, int], t.Any]]
) -> None:
    state, expected = PersistentMap(dict(first)), dict(first)
    for changed, _removed in steps:
        state, expected = state.updated(changed), {**expected, **changed}
    assert list(state) == list(expected)


def test_what_a_state_was_made_of_tells_what_differs() -> None:
    first = PersistentMap(dict.fromkeys(range(1000), 0))
    second = first.updated({3: 1})
    third = second.updated({2000: 1}, {5})
    assert list(differing(first, second)) == [3]
    assert set(differing(first, third)) == {3, 5, 2000}
    assert list(differing(third, third)) == []
    assert set(differing(third, first)) == {*range(1000), 2000}  # not made of it: all are to be looked at


def test_nothing_updated_is_the_same() -> None:
    before: dict[str, int] = {"a": 1}
    assert updated(before, {}) is before
    assert updated(before, {"b": 2}) == {"a": 1, "b": 2}
    assert before == {"a": 1}
