# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python environment is made, by the Pythons that a machine has."""

from __future__ import annotations

import pathlib
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.tests.setup import environment


@pytest.fixture
def having(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> t.Callable[..., None]:
    """Makes a machine that has these Pythons on its PATH, each a program that says its version."""

    def only(*versions: str) -> None:
        for version in versions:
            program = tmp_path / f"python{version}"
            program.write_text(f"#!/bin/sh\necho Python {version}.1\n")
            program.chmod(0o755)
        major, minor = versions[0].split(".")
        monkeypatch.setattr(sys, "version_info", (int(major), int(minor), 1, "final", 0))
        monkeypatch.setattr(sys, "executable", str(tmp_path / f"python{versions[0]}"))
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))

    return only


@pytest.mark.parametrize("versions", [("3.14",), ("3.14", "3.10")])
def test_where_python_3_14_is_the_only_one_the_demo_has_the_newest_core(
    having: t.Callable[..., None], versions: tuple[str, ...]
) -> None:
    having(*versions)
    found = environment.chosen("demo")
    assert found.folder == ".venv"
    assert "ansible-core==2.21" in found.files[-1].read_text()


@pytest.mark.parametrize("versions", [("3.11",), ("3.13", "3.14"), ("3.14", "3.12"), ("3.10",)])
def test_elsewhere_the_demo_has_what_the_tests_have(having: t.Callable[..., None], versions: tuple[str, ...]) -> None:
    having(*versions)
    assert environment.chosen("demo") == environment.ENVIRONMENTS["demo"]


def test_the_tests_have_no_other(having: t.Callable[..., None]) -> None:
    having("3.14")
    assert environment.chosen("tests") == environment.ENVIRONMENTS["tests"]


def test_an_environment_that_several_clones_share_is_not_emptied(
    having: t.Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    having("3.11")
    shared = tmp_path / "other clone/.venv"
    shared.mkdir(parents=True)
    (shared / environment.MEMORY).write_text("# /other/clone/.venv\n")
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / ".venv").symlink_to(shared)
    monkeypatch.setattr(environment, "ROOT", clone)
    with pytest.raises(SystemExit, match="which is not emptied: remove the link"):
        environment.ensure(environment.ENVIRONMENTS["tests"])
    assert [path.name for path in shared.iterdir()] == [environment.MEMORY]
