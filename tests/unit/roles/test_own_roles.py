# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles without a module of their own: their documentation has their options and defaults."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
ROLES = ("pull", "test_server")


def options(role: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())
    documented: dict[str, t.Any] = found["argument_specs"]["main"]["options"]
    return documented


@pytest.mark.parametrize("role", ROLES)
def test_the_defaults_are_those_of_the_specification(role: str) -> None:
    defaults = yaml.safe_load((ROOT / f"roles/{role}/defaults/main.yml").read_text())
    computed = {name for name, value in defaults.items() if "{{" in str(value)}
    assert computed == ({"test_server_python"} if role == "test_server" else set())
    literal = {name: value for name, value in defaults.items() if name not in computed}
    assert literal == {name: option["default"] for name, option in options(role).items() if "default" in option}


@pytest.mark.parametrize("role", ROLES)
def test_the_readme_lists_the_options_and_defaults(role: str) -> None:
    readme = (ROOT / f"roles/{role}/README.md").read_text()
    rows = re.findall(rf"^\| `({role}_\w+)` \| (?:`(.*?)`|[^|]+) \| .+ \|$", readme, re.MULTILINE)
    listed = {name: yaml.safe_load(default) if default else None for name, default in rows}
    assert listed == {name: option.get("default") for name, option in options(role).items()}


def test_no_option_of_a_secret_is_logged() -> None:
    secret = {name for name, option in options("pull").items() if option.get("no_log")}
    assert secret == {"pull_vault_password", "pull_git_key"}


def test_what_adopters_need_is_in_the_package() -> None:
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    folders = ("roles/test_server", "roles/pull", "docs/example-repository", "docs/execution-environment")
    shipped = [path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.*")]
    assert len(shipped) > 20
    assert [path for path in shipped if path.parts[0] in ignored] == []
