# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test that SECURITY.md names exists."""

from __future__ import annotations

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAME = re.compile(r"`(test_\w+\.py)::(\w+)`")
NAMED = sorted(set(NAME.findall((ROOT / "SECURITY.md").read_text())))


def names_in(path: pathlib.Path) -> set[str]:
    """The names of the tests in a file."""
    return set(re.findall(r"^ *def (\w+)\(", path.read_text(), re.MULTILINE))


def test_each_test_that_is_named_exists() -> None:
    files = {file for file, _test in NAMED}
    there = {
        (path.name, test)
        for path in (ROOT / "tests").rglob("test_*.py")
        if path.name in files
        for test in names_in(path)
    }
    assert len(NAMED) > 50
    assert set(NAMED) - there == set()


def test_every_line_of_the_table_names_tests() -> None:
    table = (ROOT / "SECURITY.md").read_text().partition("| Attack or accident |")[2].partition("\n\n")[0]
    lines = table.splitlines()[2:]
    assert len(lines) > 10
    assert [line for line in lines if not NAME.search(line.rpartition(" | ")[2])] == []
    assert len(NAME.findall(table)) == table.count("::")
