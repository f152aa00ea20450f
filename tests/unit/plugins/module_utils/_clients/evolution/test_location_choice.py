# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Evolution is meant: the one that was used last, else the one that is installed, else the native one."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import location_choice
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.location_choice import locate
from ansible_collections.charter.mail.plugins.module_utils._host.environment import Environment
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles

NATIVE = ".config/evolution"
FLATPAK = ".var/app/org.gnome.Evolution/config/evolution"


def use(home: pathlib.Path, place: str, moment: int) -> None:
    path = home / place / "mail/state.ini"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (moment, moment))


def found(home: pathlib.Path, location: str = "auto") -> str:
    return os.path.relpath(locate(LocalFiles(), str(home), location).config, home)


def test_the_one_that_was_used_last_is_meant(tmp_path: pathlib.Path) -> None:
    use(tmp_path, FLATPAK, 10)
    assert found(tmp_path) == FLATPAK
    use(tmp_path, NATIVE, 20)
    assert found(tmp_path) == NATIVE
    use(tmp_path, FLATPAK, 30)
    assert found(tmp_path) == FLATPAK
    assert found(tmp_path, "native") == NATIVE
    use(tmp_path, NATIVE, 40)
    assert found(tmp_path, "flatpak") == FLATPAK


@pytest.mark.parametrize("native", [True, False])
def test_before_the_first_use_it_is_the_one_that_is_installed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, native: bool
) -> None:
    program = tmp_path / "evolution"
    monkeypatch.setattr(location_choice, "NATIVE_PROGRAM", str(program))
    if native:
        program.touch()
    assert found(tmp_path) == NATIVE
    (tmp_path / ".local/share/flatpak/app/org.gnome.Evolution").mkdir(parents=True)
    assert found(tmp_path) == (NATIVE if native else FLATPAK)


def test_variables_of_the_session_decide_for_the_native_one(tmp_path: pathlib.Path) -> None:
    variables = {"XDG_CONFIG_HOME": "/set/c", "XDG_DATA_HOME": "/set/d", "XDG_CACHE_HOME": "relative"}
    environment = Environment(variables, ("a doubt",))
    place = locate(LocalFiles(), str(tmp_path), "native", lambda: environment)
    assert (place.config, place.data, place.keyrings) == ("/set/c/evolution", "/set/d/evolution", "/set/d/keyrings")
    assert (place.cache, place.warnings) == (f"{tmp_path}/.cache/evolution", ("a doubt",))
    assert locate(LocalFiles(), str(tmp_path), "flatpak", lambda: environment).config == str(tmp_path / FLATPAK)


@pytest.mark.parametrize("live", [True, False])
def test_a_login_that_has_not_been_since_a_file_was_changed_is_told(tmp_path: pathlib.Path, live: bool) -> None:
    environment = Environment({"XDG_CONFIG_HOME": f"{tmp_path}/set"}, live=live)
    (tmp_path / NATIVE / "sources").mkdir(parents=True)
    place = locate(LocalFiles(), str(tmp_path), "native", lambda: environment)
    assert os.path.relpath(place.config, tmp_path) == ("set/evolution" if live else NATIVE)
    warning = (
        "the files of a login set XDG_CONFIG_HOME to ~/set, where Evolution has nothing yet; ~/.config/evolution, "
        "where it has something, is configured."
    )
    assert [text.replace(str(tmp_path), "~") for text in place.warnings] == ([] if live else [warning])
    (tmp_path / "set/evolution/sources").mkdir(parents=True)
    assert locate(LocalFiles(), str(tmp_path), "native", lambda: environment).config == f"{tmp_path}/set/evolution"
