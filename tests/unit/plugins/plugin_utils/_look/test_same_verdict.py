# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look answers only where nothing is to be done, and as the module does."""

from __future__ import annotations

import os
import pathlib
import pwd
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all import AllResults
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client import Evolution
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._linux import systemd_environment
from ansible_collections.charter.mail.plugins.module_utils._linux.session_environment import LOGIN_FILES
from ansible_collections.charter.mail.plugins.module_utils._model.printable import printable_result
from ansible_collections.charter.mail.plugins.plugin_utils._look import command
from ansible_collections.charter.mail.tests.unit.amount import FULL, size
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import (
    Generator,
    Options,
    by_look,
    by_module,
    options,
)

pytestmark = pytest.mark.one_in(3)

USER = pwd.getpwuid(os.geteuid()).pw_name
SEEDS = range(240) if FULL else random.SystemRandom().sample(range(100_000), 4)


@pytest.mark.parametrize("part", range(4))
def test_the_look_and_the_module_agree(part: int, tmp_path: pathlib.Path) -> None:
    for seed in SEEDS[part::4]:
        folder = tmp_path / str(seed)
        folder.mkdir()
        generator = Generator(seed, folder)
        params = generator.make()
        module = by_module(generator.home, params)
        look = by_look(generator.home, params)
        if look is not None:
            assert not module.failed, (seed, generator.names)
            assert printable_result(look) == result_of(module), (seed, generator.names)
            assert not look["changed"]


@pytest.mark.parametrize("part", range(4))
def test_an_account_that_is_as_wanted_is_found_so_without_being_read_back(part: int, tmp_path: pathlib.Path) -> None:
    settled = 0
    for seed in SEEDS[part::4]:
        folder = tmp_path / str(seed)
        folder.mkdir()
        generator = Generator(seed, folder)
        params = generator.make()
        quick = by_module(generator.home, params)
        settled += any(entry["status"] == "unchanged" for entry in quick.as_result()["accounts"])
        with pytest.MonkeyPatch.context() as patch:
            for client in (Thunderbird, Evolution):
                patch.setattr(client, "ids", lambda *_arguments: None)
            assert result_of(by_module(generator.home, params)) == result_of(quick), (seed, generator.names)
    assert settled or not FULL


@pytest.mark.parametrize(
    "accounts",
    [
        [{"email": "mario@charter.net", "full_name": "Mario Rossi"}, {"email": "m2@charter.net", "protocol": "pop3"}],
        [{"email": "mario@charter.net", "user": USER}, {"email": "m2@charter.net", "user": USER, "state": "absent"}],
        [{"email": "mario@charter.net", "incoming": {"host": "mail.example.com", "port": 1993, "security": "ssl"}}],
        [{"email": f"m{number}@charter.net"} for number in range(20)],
        [
            {
                "email": "mario@charter.net",
                "signature": {"html": "<p>Mario", "placement": "above"},
                "identities": [{"address": "info@rossi.example", "full_name": "Info"}],
            }
        ],
    ],
)
def test_a_settled_home_is_answered(accounts: list[dict[str, t.Any]], tmp_path: pathlib.Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    params = options(accounts)
    assert by_look(home, params) is None
    by_module(home, params, check_mode=False)
    look = by_look(home, params)
    assert look is not None
    assert printable_result(look) == result_of(by_module(home, params))


def test_an_account_that_is_in_no_client_is_absent(tmp_path: pathlib.Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    params = options([{"email": "mario@charter.net", "user": USER, "state": "absent"}])
    look = by_look(home, params)
    assert look is not None
    assert printable_result(look) == result_of(by_module(home, params))


@pytest.mark.parametrize(
    "change",
    [{"full_name": "Maria"}, {"password": "a new one"}, {"state": "absent"}, {"username": "other@charter.net"}],
)
def test_a_change_is_left_to_the_module(change: dict[str, t.Any], tmp_path: pathlib.Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    by_module(home, options([{"email": "mario@charter.net"}]), check_mode=False)
    assert by_look(home, options([{"email": "mario@charter.net", **change}])) is None


def test_the_warnings_are_those_of_the_module(tmp_path: pathlib.Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    by_module(home, options([{"email": "mario@charter.net"}]), check_mode=False)
    (home / ".icedove").mkdir()
    (home / ".config/thunderbird").mkdir(parents=True)
    (home / ".config/thunderbird/profiles.ini").touch()
    params = options([{"email": "mario@charter.net", "user": USER}])
    look = by_look(home, params)
    assert look is not None
    assert look["warnings"] == list(by_module(home, params).warnings)
    assert "have the user close Thunderbird" in look["warnings"][0]


def settled(folder: pathlib.Path) -> tuple[pathlib.Path, Options]:
    """A home that has the account of a task, and the options of that task."""
    home = folder / "home"
    home.mkdir()
    params = options([{"email": "mario@charter.net", "user": USER}])
    by_module(home, params, check_mode=False)
    return home, params


FOLDER = "export XDG_CONFIG_HOME=$HOME/elsewhere\n"


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        *(
            (profile, ".bashrc")
            for profile in (
                '. "$HOME/.bashrc"\n',
                'if [ -f "${HOME}/.bashrc" ]; then\n\t. "${HOME}/.bashrc"\nfi\n',
                "PATH=x; source ~/.bashrc\r\n",
                "[ -r x ] && . $HOME/.bashrc || true\n",
                '. "$HOME"/.bashrc # as usual\n',
                '\0\n{ . "$HOME/.bashrc"; }\n',
                '. "${NOTHING:-$HOME}/.bashrc"\n',
            )
        ),
        ('. "$HOME/with blank"\n', "with blank"),
        ('. "$HOME/.config/env;sh"\n', ".config/env;sh"),
    ],
)
def test_a_file_that_a_login_file_runs_counts(profile: str, name: str, tmp_path: pathlib.Path) -> None:
    home, params = settled(tmp_path)
    (home / ".profile").write_text(profile)
    (home / name).write_text("PATH=$HOME/bin:$PATH\n")
    usual = by_look(home, params)
    (home / name).write_text(FOLDER)
    module = by_module(home, params)
    assert "sets XDG_CONFIG_HOME to a value that is only known when it runs" in module.warnings[0]
    assert by_look(home, params) is None
    if '"' not in profile or '"$HOME/.bashrc"' in profile:  # the usual ways of writing it are no module's
        assert usual is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".cshrc", "setenv XDG_CONFIG_HOME $HOME/elsewhere\n"),
        (".config/fish/config.fish", "set -gx XDG_CONFIG_HOME $HOME/elsewhere\n"),
        (".profile", ": ${XDG_CONFIG_HOME:=$HOME/elsewhere}\n"),
        (".profile", ". ${XDG_CONFIG_HOME:=$HOME/elsewhere}/env\n"),
        (".cshrc", "{ . setenv XDG_CONFIG_HOME $HOME/elsewhere\n"),
        (".config/fish/config.fish", "set; source -gx XDG_CONFIG_HOME $HOME/elsewhere; set -gx XDG_DATA_HOME /x\n"),
    ],
)
def test_a_variable_that_another_shell_sets_counts(name: str, text: str, tmp_path: pathlib.Path) -> None:
    home, params = settled(tmp_path)
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).write_text(text)
    assert by_module(home, params).warnings
    assert by_look(home, params) is None


def test_a_login_file_that_runs_very_many_is_left_to_the_module(tmp_path: pathlib.Path) -> None:
    home, params = settled(tmp_path)
    (home / ".profile").write_text(f". {home}/.bashrc\n" * size(100_000, 1_001))
    (home / ".bashrc").write_text(FOLDER)
    assert by_module(home, params).warnings
    assert by_look(home, params) is None


@pytest.mark.parametrize(
    ("drop_in", "told"),
    [
        ("[Service]\nEnvironmentFile=-{folder}/desktop.env\n", True),
        ("[Service]\n  EnvironmentFile = {folder}/*.env\n", True),
        ("[Service]\nEnvironment=\nEnvironmentFile=\n", False),
        ("[Service]\nEnvironment=XDG_CONFIG_HOME=relative\n", True),
        ("[Service]\nEnvironment='XDG_CONFIG_HOME=relative'\nEnvironment=\n", False),
        ("# Environment and files of the site\n[Service]\nEnvironment=\nTasksMax=100\n", None),
    ],
)
def test_what_is_added_to_the_unit_of_users_counts(
    drop_in: str, told: bool | None, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, params = settled(tmp_path)
    (tmp_path / "user@.service.d").mkdir()
    (tmp_path / "desktop.env").write_text("XDG_CONFIG_HOME=relative\n")
    (tmp_path / "user@.service.d/site.conf").write_text(drop_in.format(folder=tmp_path))
    drop_ins = [str(tmp_path / "user@.service.d/site.conf")]
    monkeypatch.setattr(systemd_environment, "_unit_files", lambda *_arguments: drop_ins)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "LOGIN_FILES", (*LOGIN_FILES, *drop_ins))
        look = by_look(home, params)
    module = by_module(home, params)
    assert any("not an absolute path" in warning for warning in module.warnings) is bool(told)
    assert (look is None) is (told is not None)
    if look is not None:
        assert printable_result(look) == result_of(module)


@pytest.mark.parametrize("profile", ['. "$i"\n. "${i}"\n. $USERXSESSIONRC\n', '# . "$HOME/.bashrc"\n', ". ./.bashrc\n"])
def test_a_file_that_no_login_file_is_known_to_run_does_not(profile: str, tmp_path: pathlib.Path) -> None:
    home, params = settled(tmp_path)
    (home / ".profile").write_text(profile)
    (home / ".bashrc").write_text(FOLDER)
    look = by_look(home, params)
    assert look is not None
    assert printable_result(look) == result_of(by_module(home, params))


def result_of(module: AllResults) -> t.Any:
    """What the module returns."""
    warnings = {"warnings": list(module.warnings)} if module.warnings else {}
    return printable_result({**module.as_result(), **warnings})
