# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role test_server: its documentation has its options and defaults, and the package has its files."""

from __future__ import annotations

import pathlib
import re
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
ROLE = ROOT / "roles/test_server"


def options() -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())
    documented: dict[str, t.Any] = found["argument_specs"]["main"]["options"]
    return documented


def test_the_defaults_are_those_of_the_specification() -> None:
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    assert defaults.pop("test_server_python") == "{{ ansible_playbook_python }}"
    assert defaults == {name: option["default"] for name, option in options().items() if "default" in option}


def test_the_readme_lists_the_options_and_defaults() -> None:
    rows = re.findall(r"^\| `(test_server_\w+)` \| (?:`(.*?)`|[^|]+) \| .+ \|$", (ROLE / "README.md").read_text(), re.M)
    listed = {name: yaml.safe_load(default) if default else None for name, default in rows}
    assert listed == {name: option.get("default") for name, option in options().items()}


def test_all_of_its_files_are_in_the_package() -> None:
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    shipped = [*ROLE.rglob("*.py"), *(ROOT / "docs/example-repository").rglob("*.yml")]
    assert len(shipped) > 10
    assert [path for path in shipped if path.relative_to(ROOT).parts[0] in ignored] == []
