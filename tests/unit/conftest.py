# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fast loop: a part of each table, and workers that send the controller only what it needs."""

from __future__ import annotations

import pytest
from _pytest.runner import runtestprotocol

from ansible_collections.charter.mail.tests.unit import amount


def pytest_configure(config: pytest.Config) -> None:
    """Define the mark."""
    config.addinivalue_line("markers", "alike(most): expensive tests of which the fast loop runs so many")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the fast loop does not run."""
    if not amount.FAST:
        return
    tables: dict[tuple[str, int | None], list[pytest.Item]] = {}
    for item in items:
        tables.setdefault(table_of(item), []).append(item)
    chosen = {item for (_name, most), table in tables.items() for item in amount.rows(table, most)}
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = [item for item in items if item in chosen]


def table_of(item: pytest.Item) -> tuple[str, int | None]:
    """The table of which a test is a row, and how many of its rows are run, if that is marked.

    A test that is not parametrised is the only row of its own table.
    """
    for node, mark in item.iter_markers_with_node("alike"):
        return node.nodeid, mark.args[0]
    return item.nodeid.partition("[")[0], None


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Report each test once where it runs beside others: its begin, its end and a sound setup cost as much again."""
    if not hasattr(item.config, "workerinput"):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True
