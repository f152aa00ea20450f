# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the unit tests that the fast loop runs: some of each table, and everything else."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.charter.mail.tests.unit import amount, conftest


def rows_of(definition: pytest.Item) -> list[int]:
    """The rows of a table of forty that a function gets."""
    metafunc = types.SimpleNamespace(definition=definition, _calls=list(range(40)))
    for _inner in conftest.pytest_generate_tests(t.cast(t.Any, metafunc)):
        pass
    return list(metafunc._calls)


@pytest.mark.alike(1)
class TestAlike:
    def test_one(self) -> None:
        pass

    def test_other(self) -> None:
        pass


@pytest.mark.alike(2, "three of two places")
@pytest.mark.parametrize("number", range(2))
def test_of_one_place(number: int) -> None:
    assert number in range(2)


@pytest.mark.alike(2, "three of two places")
def test_of_another_place() -> None:
    pass


@pytest.mark.one_in(3)
class TestShared:
    @pytest.mark.parametrize("number", range(6))
    def test_shared(self, number: int) -> None:
        assert number in range(6)

    def test_shared_without_rows(self) -> None:
        pass


def of_this_file(session: pytest.Session) -> list[pytest.Item]:
    return [item for item in session.items if item.path.name == "test_fast_loop.py"]


def divided(items: list[pytest.Item]) -> tuple[list[str], list[str]]:
    """The names of the tests that are run and of those that are left out."""
    left_out: list[pytest.Item] = []
    hook = types.SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items))
    conftest.pytest_collection_modifyitems(t.cast(t.Any, types.SimpleNamespace(hook=hook)), items)
    return [item.name for item in items], [item.name for item in left_out]


def test_what_the_fast_loop_runs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [item.name for item in of_this_file(request.session)]
    monkeypatch.setattr(amount, "FULL", False)
    monkeypatch.setattr(amount, "FAST", False)
    assert divided(of_this_file(request.session)) == (before, [])
    assert rows_of(request.node) == list(range(40))
    monkeypatch.setattr(amount, "FAST", True)
    run, left_out = divided(of_this_file(request.session))
    assert sorted(run + left_out) == sorted(before)
    assert run == [name for name in before if name in run]
    assert len({"test_one", "test_other"} & set(run)) == 1
    assert len([name for name in run if name.startswith("test_of_")]) == 2
    shared = len([name for name in before if name.startswith("test_shared")])
    assert len([name for name in run if name.startswith("test_shared")]) == max(1, shared // 3)
    assert {"test_what_the_fast_loop_runs", "test_the_rows_of_a_table"} <= set(run)


def test_the_rows_that_the_fast_loop_makes_tests_of(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amount, "FULL", False)
    monkeypatch.setattr(amount, "FAST", True)
    rows = rows_of(request.node)
    assert len(rows) == 5
    assert rows == sorted(set(rows))
    alike = next(item for item in of_this_file(request.session) if item.get_closest_marker("alike"))
    assert rows_of(alike) == list(range(40))


def test_the_rows_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amount, "FULL", False)
    assert [len(amount.rows(range(size))) for size in (1, 2, 3, 12, 16, 24, 200)] == [1, 1, 1, 1, 2, 3, 25]
    assert len(amount.rows(range(9), 1)) == 1
    monkeypatch.setattr(amount, "FULL", True)
    assert list(amount.rows(range(9), 1)) == list(range(9))
