# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that a login would set, from the files that it reads, and those of programs that run."""

from __future__ import annotations

import fnmatch
import os
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._host.environment import Environment
from ansible_collections.charter.mail.plugins.module_utils._host.process import Process
from ansible_collections.charter.mail.plugins.module_utils._linux.local_user import LocalUser, Target
from ansible_collections.charter.mail.plugins.module_utils._linux.processes import Processes
from ansible_collections.charter.mail.plugins.module_utils._linux.session_environment import (
    LOGIN_FILES,
    session_environment,
    stored_environment,
)


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "system").mkdir()
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def put(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def read(home: pathlib.Path) -> Environment:
    return stored_environment(str(home), "mario", 1001, str(home.parent / "system"))


@pytest.mark.parametrize(
    ("file", "line", "value"),
    [
        ("system/etc/environment", "XDG_CONFIG_HOME=/srv/c", "/srv/c"),
        ("system/etc/environment", 'export XDG_CONFIG_HOME="/srv/c"', "/srv/c"),
        ("system/etc/environment", "XDG_CONFIG_HOME='/srv/c' # of the site", "/srv/c"),
        ("system/etc/security/pam_env.conf", "XDG_CONFIG_HOME DEFAULT=@{HOME}/c", "~/c"),
        ("system/etc/security/pam_env.conf", 'XDG_CONFIG_HOME  DEFAULT=/no OVERRIDE="/srv/${USER}"', "/srv/mario"),
        ("system/usr/lib/environment.d/50-x.conf", "XDG_CONFIG_HOME=$HOME/c", "~/c"),
        ("home/.config/environment.d/x.conf", "XDG_CONFIG_HOME=${HOME}/c", "~/c"),
        ("system/etc/profile.d/x.sh", "export XDG_CONFIG_HOME=/srv/$USER/c", "/srv/mario/c"),
        ("home/.profile", 'XDG_CONFIG_HOME="$HOME/c"; export XDG_CONFIG_HOME', "~/c"),
        ("home/.bash_profile", "export XDG_CONFIG_HOME=~/c # mine", "~/c"),
        ("home/.zshenv", "export XDG_CONFIG_HOME=${XDG_CONFIG_HOME:-$HOME/c}", "~/c"),
        ("home/.zshenv", "export XDG_CONFIG_HOME='/srv/$USER'", "/srv/$USER"),
        ("home/.profile", "export XDG_CONFIG_HOME=/srv/c\nunset XDG_CONFIG_HOME", ""),
        ("home/.profile", "export XDG_CONFIG_HOME=/srv/c\nunset -v OTHER XDG_CONFIG_HOME; true", ""),
        ("home/.profile", "export XDG_CONFIG_HOME=/srv/c\n# unset XDG_CONFIG_HOME", "/srv/c"),
        ("home/.profile", "export XDG_CONFIG_HOME=/srv/c\nunset XDG_CONFIG_HOMES", "/srv/c"),
        ("home/.pam_environment", "XDG_CONFIG_HOME DEFAULT=@{HOME}/.config", "~/.config"),
        ("system/etc/systemd/user.conf", "[Manager]\nDefaultEnvironment=A=b XDG_CONFIG_HOME=%h/c", "~/c"),
        (
            "home/.config/systemd/user.conf",
            "[Manager]\nDefaultEnvironment='A=b c' \"XDG_CONFIG_HOME=/srv/%u\"",
            "/srv/mario",
        ),
        (
            "system/etc/systemd/user.conf.d/x.conf",
            "[Manager]\nDefaultEnvironment = XDG_CONFIG_HOME=/srv/50%%",
            "/srv/50%",
        ),
        ("system/etc/systemd/system/user@.service.d/x.conf", "[Service]\nEnvironment=XDG_CONFIG_HOME=/srv/c", "/srv/c"),
        (
            "system/etc/systemd/system/user@1001.service.d/x.conf",
            "[Service]\nEnvironment=XDG_CONFIG_HOME=/srv/c",
            "/srv/c",
        ),
        ("system/run/systemd/system/user@.service.d/x.conf", "[Service]\nEnvironment=XDG_CONFIG_HOME=/srv/c", "/srv/c"),
        (
            "system/run/systemd/system/user@1001.service.d/x.conf",
            "[Service]\nEnvironment=XDG_CONFIG_HOME=/srv/c",
            "/srv/c",
        ),
        (
            "system/usr/lib/systemd/system/user@.service.d/x.conf",
            "[Service]\nEnvironment='XDG_CONFIG_HOME=/srv/%i'",
            "/srv/1001",
        ),
        (
            "system/usr/lib/systemd/system/user@1001.service.d/x.conf",
            "[Service]\nEnvironment=XDG_CONFIG_HOME=/srv/c",
            "/srv/c",
        ),
        ("system/etc/systemd/system/user@1002.service.d/x.conf", "[Service]\nEnvironment=XDG_CONFIG_HOME=/srv/c", None),
        ("system/etc/systemd/system/user@1001.service.d/x", "[Service]\nEnvironment=XDG_CONFIG_HOME=/srv/c", None),
        ("system/etc/systemd/user.conf", "[Manager]\n#DefaultEnvironment=XDG_CONFIG_HOME=/srv/c", None),
        ("home/.config/plasma-workspace/env/x.sh", "export XDG_CONFIG_HOME=$HOME/c", "~/c"),
        ("system/etc/X11/Xsession.d/90x", "export XDG_CONFIG_HOME=$HOME/c", "~/c"),
        ("system/etc/zsh/zshenv", "export XDG_CONFIG_HOME=$HOME/c", "~/c"),
        ("system/etc/X11/xinit/xinitrc.d/50x.sh", "export XDG_CONFIG_HOME=$HOME/c", "~/c"),
        ("system/etc/security/pam_env.conf", "XDG_CONFIG_HOME \\\n  DEFAULT=@{HOME}/c", "~/c"),
        ("home/.profile", ': "${XDG_CONFIG_HOME:=$HOME/c}"\nexport XDG_CONFIG_HOME', "~/c"),
        ("home/.profile", ": ${XDG_CONFIG_HOME:=${HOME}/c}", "~/c"),
        ("home/.profile", "export XDG_CONFIG_HOME=/srv/c\n: ${XDG_CONFIG_HOME=/srv/d}", "/srv/c"),
        ("home/.profile", "# : ${XDG_CONFIG_HOME:=/srv/c}", None),
        ("home/.cshrc", "# setenv XDG_CONFIG_HOME /srv/c", None),
        ("home/.config/fish/config.fish", "set -gx XDG_CONFIG_HOME ~/.config", "~/.config"),
        ("home/.profile", "# export XDG_CONFIG_HOME=/srv/c", None),
        ("home/.profile", "export MY_XDG_CONFIG_HOMES=/srv/c", None),
    ],
)
def test_an_assignment(home: pathlib.Path, file: str, line: str, value: str | None) -> None:
    put(home.parent / file, f"first=1\n{line}\nlast=1\n")
    expected = {} if value is None else {"XDG_CONFIG_HOME": value.replace("~", str(home))}
    assert read(home) == Environment(expected)
    # A look at the host finds it, too, and leaves the host to the module.
    path = f"/{file}".replace("/system/", "/", 1).replace("/home/", "~/", 1)
    assert value is None or any(fnmatch.fnmatchcase(path, pattern) for pattern in LOGIN_FILES)


@pytest.mark.parametrize(
    "line",
    [
        "export XDG_CONFIG_HOME=$(realpath ~/c)",
        "export XDG_CONFIG_HOME=`pwd`/c",
        "export XDG_CONFIG_HOME=$SOMEWHERE/c",
        "[ -d /srv/c ] && export XDG_CONFIG_HOME=/srv/c",
        "if test -d /srv/c\nthen\n  XDG_CONFIG_HOME=/srv/c\nfi",
    ],
)
def test_what_only_a_shell_can_know_is_told(home: pathlib.Path, line: str) -> None:
    put(home / ".profile", line + "\n")
    found = read(home)
    assert found.variables == {}
    (warning,) = found.warnings
    assert warning.startswith(f"{home}/.profile sets XDG_CONFIG_HOME to a value that is only known when it runs")
    assert f"; {home}/.config is assumed." in warning


@pytest.mark.parametrize(
    ("file", "line", "value"),
    [
        ("system/etc/environment", "XDG_CONFIG_HOME=$HOME/c", "$HOME/c"),
        ("system/etc/environment", 'XDG_CONFIG_HOME="~/c"', "~/c"),
        ("home/.config/environment.d/x.conf", "XDG_CONFIG_HOME=~/c", "~/c"),
        ("home/.profile", "export XDG_CONFIG_HOME=c", "c"),
    ],
)
def test_what_is_no_absolute_path_is_told(home: pathlib.Path, file: str, line: str, value: str) -> None:
    put(home.parent / file, f"{line}\n")
    (warning,) = read(home).warnings
    where = f"{home.parent / file} sets XDG_CONFIG_HOME to {value}, which is not an absolute path"
    assert warning.startswith(f"{where}; {home}/.config is assumed.")
    assert read(home).folder("XDG_CONFIG_HOME", "/default") == "/default"


def test_a_later_file_mends_what_is_no_absolute_path(home: pathlib.Path) -> None:
    put(home.parent / "system/etc/environment", "XDG_CONFIG_HOME=$HOME/c\n")
    put(home / ".profile", "export XDG_CONFIG_HOME=$HOME/c\n")
    assert read(home) == Environment({"XDG_CONFIG_HOME": f"{home}/c"})


@pytest.mark.parametrize("unit", ["user@.service.d", "user@1001.service.d"])
@pytest.mark.parametrize("value", ["%h/c", "/srv/%u", "/srv/%U", "%t/c", "/srv/50%"])
def test_what_systemd_alone_knows_is_told(home: pathlib.Path, unit: str, value: str) -> None:
    put(home.parent / f"system/run/systemd/system/{unit}/x.conf", f"[Service]\nEnvironment=XDG_CONFIG_HOME={value}\n")
    found = read(home)
    assert found.variables == {}
    (warning,) = found.warnings
    assert "x.conf sets XDG_CONFIG_HOME to a value that is only known when it runs" in warning


def test_what_is_added_to_the_unit_of_a_user_counts_by_its_name_then_its_folder(home: pathlib.Path) -> None:
    system = home.parent / "system"
    in_order = [
        "usr/lib/systemd/system/user@.service.d/10.conf",
        "usr/lib/systemd/system/user@1001.service.d/10.conf",
        "run/systemd/system/user@.service.d/10.conf",
        "etc/systemd/system/user@.service.d/10.conf",
        "etc/systemd/system/user@1001.service.d/10.conf",
        "usr/lib/systemd/system/user@.service.d/20.conf",
    ]
    for number, path in enumerate(in_order):
        put(system / path, f"[Service]\nEnvironment=XDG_CONFIG_HOME=/srv/{number}\n")
        assert read(home) == Environment({"XDG_CONFIG_HOME": f"/srv/{number}"})
    (system / "run/systemd/system/user@1001.service.d").mkdir(parents=True)
    (system / "run/systemd/system/user@1001.service.d/20.conf").symlink_to("/dev/null")
    assert read(home) == Environment({"XDG_CONFIG_HOME": "/srv/4"})


def test_an_unset_that_depends_on_a_condition_is_told(home: pathlib.Path) -> None:
    put(home / ".profile", "export XDG_CONFIG_HOME=/srv/c\n[ -d /srv/c ] || unset XDG_CONFIG_HOME\n")
    found = read(home)
    assert found.variables == {"XDG_CONFIG_HOME": "/srv/c"}
    assert "; /srv/c is assumed." in found.warnings[0]
    put(home / ".profile", "[ -d /srv/c ] || unset XDG_CONFIG_HOME\n")
    assert read(home).warnings == ()


def test_a_file_that_not_every_login_reads_is_told(home: pathlib.Path) -> None:
    put(home / ".pam_environment", "XDG_CONFIG_HOME DEFAULT=/srv/c\n")
    (warning,) = read(home).warnings
    assert warning.startswith(f"{home}/.pam_environment sets XDG_CONFIG_HOME")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("home/.login", "setenv XDG_CONFIG_HOME ~/c"),
        ("home/.tcshrc", "if ($?tcsh) setenv XDG_CONFIG_HOME $HOME/c"),
        ("system/etc/csh.login", "setenv XDG_CONFIG_HOME `pwd`"),
        ("home/.config/fish/config.fish", "set -gx XDG_CONFIG_HOME ~/c"),
        ("home/.config/fish/conf.d/x.fish", "    set --global --export XDG_CONFIG_HOME (realpath ~/c)"),
        ("home/.xsession", "export XDG_CONFIG_HOME=$HOME/c"),
    ],
)
def test_a_file_that_few_logins_read_is_told(home: pathlib.Path, file: str, line: str) -> None:
    put(home.parent / file, f"{line}\n")
    found = read(home)
    assert found.variables == {}
    (warning,) = found.warnings
    assert warning.startswith(f"{home.parent / file} sets XDG_CONFIG_HOME to a value that is only known when it runs")


def test_a_condition_that_ends_at_the_default_is_no_doubt(home: pathlib.Path) -> None:
    put(home / ".profile", 'if [ -z "$XDG_CONFIG_HOME" ]; then\n  export XDG_CONFIG_HOME="$HOME/.config"\nfi\n')
    assert read(home) == Environment({"XDG_CONFIG_HOME": f"{home}/.config"})


def test_the_last_one_wins_and_only_the_first_shell_profile_is_read(home: pathlib.Path) -> None:
    put(home.parent / "system/etc/environment", "XDG_CONFIG_HOME=/1\nXDG_DATA_HOME=/d\n")
    assert read(home).variables == {"XDG_CONFIG_HOME": "/1", "XDG_DATA_HOME": "/d"}
    put(home.parent / "system/etc/environment.d/a.conf", "XDG_CONFIG_HOME=/2\n")
    put(home / ".config/environment.d/a.conf", "XDG_CONFIG_HOME=/3\n")
    assert read(home).variables["XDG_CONFIG_HOME"] == "/3"
    put(home / ".profile", "XDG_CONFIG_HOME=/4\n")
    assert read(home).variables["XDG_CONFIG_HOME"] == "/4"
    put(home / ".bash_profile", "XDG_CONFIG_HOME=/5\n")
    assert read(home).variables["XDG_CONFIG_HOME"] == "/5"


def test_a_relative_folder_counts_as_none() -> None:
    assert Environment({"XDG_CONFIG_HOME": "c"}).folder("XDG_CONFIG_HOME", "/default") == "/default"
    assert Environment({"XDG_CONFIG_HOME": "/c/"}).folder("XDG_CONFIG_HOME", "/default") == "/c"


class Table(Processes):
    """Running programs, by their names."""

    def __init__(self, **running: Process) -> None:
        super().__init__()
        self._running = running

    def of(self, user: LocalUser, name: str, fresh: bool) -> list[Process]:
        return [self._running[name]] if name in self._running else []


def session(home: pathlib.Path, where: pathlib.Path | None = None, **running: Process) -> Environment:
    user = LocalUser("mario", os.getuid(), os.getgid(), str(home))
    system = str(home.parent / "system")
    return session_environment(Target(user, str(where or home), None), Table(**running), ("registry",), system)


def test_a_running_program_is_asked_first(home: pathlib.Path) -> None:
    put(home / ".profile", "XDG_CONFIG_HOME=/stored\n")
    plain, secret = Process(2, {"HOME": "/x"}), {"XDG_CONFIG_HOME": "/live", "PASSWORD": "no"}
    assert session(home, registry=Process(1, secret), gvfsd=plain) == Environment(
        {"XDG_CONFIG_HOME": "/live"}, live=True
    )
    assert session(home, gvfsd=plain) == Environment({}, live=True)
    stored = Environment({"XDG_CONFIG_HOME": "/stored"})
    assert session(home) == stored
    assert session(home, registry=Process(1, {}), gvfsd=Process(2, {"FLATPAK_ID": "x"})) == stored
    assert session(home, registry=Process(1, secret, sandboxed=True)) == stored
    # No session works with the files of another home.
    assert session(home, home.parent / "template", registry=Process(1, secret)) == Environment()


@pytest.mark.parametrize(
    "line",
    [
        ". ~/.bashrc",
        'if [ -f "$HOME/.bashrc" ]; then\n    . "$HOME/.bashrc"\nfi',
        "[ -r $HOME/.bashrc ] && source ${HOME}/.bashrc",
        "test -r ~/.bashrc && { . ~/.bashrc; }",
    ],
)
def test_a_file_that_a_profile_runs_may_end_early(home: pathlib.Path, line: str) -> None:
    put(home / ".profile", f"{line}\n. $UNKNOWN\n. ~/.profile\n")
    put(home / ".bashrc", "alias ll='ls -l'\n")
    assert read(home) == Environment({})
    put(home / ".bashrc", "export XDG_CONFIG_HOME=~/c\n")
    (warning,) = read(home).warnings
    assert warning.startswith(f"{home}/.bashrc sets XDG_CONFIG_HOME to a value that is only known when it runs")
    put(home / ".profile", f"# {line}\necho . ~/.bashrc\n".replace("\n    ", "\n#").replace("\nfi", ""))
    assert read(home) == Environment({})
