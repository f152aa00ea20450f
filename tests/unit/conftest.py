# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fast loop: a part of each table, and workers that begin with all tests found."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.tests.unit import amount
from ansible_collections.charter.mail.tests.unit.workers import Workers


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option."""
    parser.addoption("--workers", type=int, default=1, help="how many processes to run the tests in")


def pytest_configure(config: pytest.Config) -> None:
    """Define the mark, and replace pytest's loop where there are workers."""
    config.addinivalue_line(
        "markers", "alike(most, name): expensive tests of which the fast loop runs so many; of all files with the name"
    )
    config.addinivalue_line(
        "markers", "one_in(count): expensive tests of a class or file of which the fast loop runs one in so many"
    )
    if config.getoption("workers") > 1:
        config.pluginmanager.register(Workers(config.getoption("workers")))


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> t.Iterator[None]:
    """Leave out the rows that the fast loop does not run, before each becomes a test: that costs more than most run."""
    yield
    # pytest has no other place where rows can be left out once they are known and are no tests yet.
    if amount.FAST and metafunc.definition.get_closest_marker("alike") is None:
        metafunc._calls[:] = amount.rows(metafunc._calls)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the marked tests that the fast loop does not run, and begin with the files that have such tests."""
    if not amount.FAST:
        return
    alike: dict[tuple[str, int], list[pytest.Item]] = {}
    shared: dict[tuple[str, int], list[pytest.Item]] = {}
    for item in items:
        for node, mark in item.iter_markers_with_node("alike"):
            most, name = [*mark.args, node.nodeid][:2]
            alike.setdefault((name, most), []).append(item)
            break
        else:
            for node, mark in item.iter_markers_with_node("one_in"):
                shared.setdefault((node.nodeid, mark.args[0]), []).append(item)
                break
    kept = [(group, most) for (_name, most), group in alike.items()]
    kept += [(group, max(1, len(group) // count)) for (_name, count), group in shared.items()]
    left_out = {item for group, most in kept for item in set(group) - set(amount.rows(group, most))}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]
    # They take longest, and some of them wait: a worker that began with one at the end would end long after the others.
    first = {item.path for group in alike.values() for item in group}
    second = {item.path for group in shared.values() for item in group}
    items.sort(key=lambda item: 0 if item.path in first else 1 if item.path in second else 2)
