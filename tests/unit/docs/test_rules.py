# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of rules in docs/architecture.md names files that exist."""

from __future__ import annotations

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PLUGINS = ROOT / "plugins"
CLIENTS = PLUGINS / "module_utils/_clients"
TABLE = (ROOT / "docs/architecture.md").read_text().partition("## One place for each rule")[2]
NAMED = re.findall(r"^\| (.+) \| (.+) \|$", TABLE, re.MULTILINE)[1:]


def homes(text: str) -> list[str]:
    """The files and packages that a cell names: with an underscore or a folder, or a file of each client."""
    return [name for name in re.findall(r"`([a-z0-9_/]+(?:\.py)?)`", text) if name.startswith(("_", "plugin_utils/"))]


def of_each_client(text: str) -> list[str]:
    return [name for name in re.findall(r"`([a-z_]+\.py)`", text) if not name.startswith("_")]


@pytest.mark.parametrize(("rule", "home"), NAMED)
def test_the_home_of_a_rule_exists(rule: str, home: str) -> None:
    del rule
    for name in homes(home):
        places = [PLUGINS / name, PLUGINS / "module_utils" / name, PLUGINS / "plugin_utils" / name]
        assert any(place.exists() for place in places), name
    for name in of_each_client(home):
        assert len(list(CLIENTS.glob(f"*/{name}"))) >= 2, name


def test_the_table_is_read() -> None:
    assert len(NAMED) > 20
    assert all(homes(home) or of_each_client(home) for _rule, home in NAMED[:-1])
