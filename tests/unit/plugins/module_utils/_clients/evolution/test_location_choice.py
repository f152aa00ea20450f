# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Evolution is meant: the installed one that was used last, else the one that is there, else the native one."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import location_choice
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.location_choice import locate
from ansible_collections.charter.mail.plugins.module_utils._host.environment import Environment
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

NATIVE = ".config/evolution"
FLATPAK = ".var/app/org.gnome.Evolution/config/evolution"


def use(home: pathlib.Path, place: str, moment: int) -> None:
    path = home / place / "mail/state.ini"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (moment, moment))


def found(home: pathlib.Path, location: str = "auto") -> str:
    return os.path.relpath(locate(LocalFiles(), str(home), location).config, home)


@pytest.fixture
def program(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The native program, which is not there."""
    monkeypatch.setattr(location_choice, "NATIVE_PROGRAM", str(tmp_path / "evolution"))
    return tmp_path / "evolution"


def install_flatpak(home: pathlib.Path) -> None:
    (home / ".local/share/flatpak/app/org.gnome.Evolution").mkdir(parents=True)


@pytest.mark.parametrize("installed", [True, False])
def test_the_one_that_was_used_last_is_meant(tmp_path: pathlib.Path, program: pathlib.Path, installed: bool) -> None:
    if installed:
        program.touch()
        install_flatpak(tmp_path)
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
    tmp_path: pathlib.Path, program: pathlib.Path, native: bool
) -> None:
    if native:
        program.touch()
    assert found(tmp_path) == NATIVE
    install_flatpak(tmp_path)
    assert found(tmp_path) == (NATIVE if native else FLATPAK)


@pytest.mark.parametrize("native", [True, False])
def test_one_whose_program_is_gone_is_not_meant_and_is_named(
    tmp_path: pathlib.Path, program: pathlib.Path, native: bool
) -> None:
    if native:
        program.touch()
    else:
        install_flatpak(tmp_path)
    kept, left = (NATIVE, FLATPAK) if native else (FLATPAK, NATIVE)
    use(tmp_path, left, 30)
    place = locate(LocalFiles(), str(tmp_path), "auto")
    assert os.path.relpath(place.config, tmp_path) == kept
    (warning,) = place.warnings
    assert warning.replace(str(tmp_path), "~") == (
        f"the Evolution with its accounts in ~/{kept}/sources is configured; there are others in ~/{left}/sources, "
        f"whose program is not installed. Choose them with location={'flatpak' if native else 'native'} if the user "
        "opens those."
    )
    assert locate(LocalFiles(), str(tmp_path), "native").warnings == ()


def test_two_that_are_used_are_a_choice_that_is_told(tmp_path: pathlib.Path, program: pathlib.Path) -> None:
    program.touch()
    install_flatpak(tmp_path)
    use(tmp_path, NATIVE, 20)
    assert locate(LocalFiles(), str(tmp_path), "auto").warnings == ()
    use(tmp_path, FLATPAK, 10)
    (warning,) = locate(LocalFiles(), str(tmp_path), "auto").warnings
    assert warning.endswith(f"{FLATPAK}/sources. Choose them with location=flatpak if the user opens those.")


@pytest.mark.usefixtures("program")
def test_a_place_out_of_the_users_reach_stops_nothing(tmp_path: pathlib.Path) -> None:
    class Files(LocalFiles):
        def modified(self, path: str) -> float | None:
            if "/.var/" in path:
                raise HostError(path, "permission denied", "see to it")
            return super().modified(path)

    assert locate(Files(), str(tmp_path), "auto").config == str(tmp_path / NATIVE)


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
        "the login files set XDG_CONFIG_HOME to ~/set, where Evolution has no accounts yet; ~/.config/evolution, "
        "where it has accounts, is configured."
    )
    assert [text.replace(str(tmp_path), "~") for text in place.warnings] == ([] if live else [warning])
    (tmp_path / "set/evolution/sources").mkdir(parents=True)
    assert locate(LocalFiles(), str(tmp_path), "native", lambda: environment).config == f"{tmp_path}/set/evolution"
