# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's desktop where nobody is logged in, and which bus is taken; tests/clients has the real programs."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._host.environment import Environment
from ansible_collections.charter.mail.plugins.module_utils._linux import bounded_command, local_user
from ansible_collections.charter.mail.plugins.module_utils._linux import desktop as module
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import ADDRESS, LocalDesktop
from ansible_collections.charter.mail.plugins.module_utils._linux.local_user import LocalUser
from ansible_collections.charter.mail.plugins.module_utils._linux.processes import Processes
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, HostError
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus.bus_peers import (
    Peer,
    listening,
)

KEY = "/org/gnome/evolution/default-mail-account"
SCHEMA = "org.gnome.Evolution.DefaultSources"
NOBODY = 4_000_000_000  # a user who has no session on any machine


class Commands:
    """Takes the place of AnsibleModule.run_command."""

    def __init__(self, code: int = 0, printed: str = "") -> None:
        self.ran: list[list[str]] = []
        self.result = (0, f"{code}\n", printed)

    def __call__(self, command: list[str]) -> tuple[int, str, str]:
        assert command[:2] == ["/bin/sh", "-c"]
        limits = (bounded_command.SECONDS, bounded_command.GRACE, bounded_command.OUTPUT)
        assert command[3:7] == ["sh", *map(str, limits)]
        self.ran.append(command[7:])
        return self.result


@pytest.fixture
def programs(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The programs that the host has: none at first."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(module, "_PATH", str(folder))
    return folder


def install(programs: pathlib.Path, *names: str) -> None:
    for name in names:
        (programs / name).write_text("#!/bin/true\n")
        (programs / name).chmod(0o755)


def away(tmp_path: pathlib.Path) -> LocalUser:
    return LocalUser("mario", NOBODY, NOBODY, str(tmp_path / "home"))


def serve(peer: Peer) -> None:
    peer.login()
    peer.stay()


def test_nobody_is_logged_in(tmp_path: pathlib.Path) -> None:
    with LocalDesktop(away(tmp_path), Commands()) as desktop:
        assert desktop.bus() is None
        assert desktop.processes("evolution") == []
        assert desktop.setting(KEY) is None


def test_our_own_session_is_the_one_that_we_were_started_in(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(tmp_path / "bus", serve) as address:
        monkeypatch.setenv(ADDRESS, address)
        with LocalDesktop(local_user.find(None), Commands()) as desktop:
            bus = desktop.bus()
            assert bus is not None
            assert desktop.bus() is desktop.bus(address) is bus


def test_the_session_that_root_was_started_in_is_not_another_users(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, f"unix:path={tmp_path}/file/bus")  # would fail
    (tmp_path / "file").write_bytes(b"")
    with LocalDesktop(away(tmp_path), Commands()) as desktop:
        assert desktop.bus() is None


def test_a_bus_that_does_not_let_us_in(tmp_path: pathlib.Path) -> None:
    def refuse(peer: Peer) -> None:
        peer.line()
        peer.send(b"REJECTED\r\n")
        peer.stay()

    words = r"the session of mario, .*: the message bus rejects the user"
    with listening(tmp_path / "bus", refuse) as address, pytest.raises(HostError, match=words):
        LocalDesktop(away(tmp_path), Commands()).bus(address)


@pytest.mark.parametrize(
    ("missing", "package"), [("dconf", "dconf-cli"), ("dbus-run-session", "dbus-daemon"), ("setpriv", "util-linux")]
)
def test_a_program_that_the_host_lacks(
    tmp_path: pathlib.Path, programs: pathlib.Path, missing: str, package: str
) -> None:
    commands = Commands()
    install(programs, *{"dconf", "dbus-run-session", "setpriv"} - {missing})
    with pytest.raises(HostError, match=f"^{missing}: this host lacks the program. Install the package {package}"):
        LocalDesktop(away(tmp_path), commands).store_setting(KEY, "x")
    assert commands.ran == []


@pytest.mark.parametrize(
    ("tools", "value", "command"),
    [
        (["dconf", "gsettings"], "x", ["dconf", "write", KEY, "'x'"]),
        (["dconf"], None, ["dconf", "reset", KEY]),
        (["gsettings"], "x", ["gsettings", "set", SCHEMA, "default-mail-account", "'x'"]),
        (["gsettings"], None, ["gsettings", "reset", SCHEMA, "default-mail-account"]),
        (["dconf"], "it's \\ \n", ["dconf", "write", KEY, r"'it\'s \\ \u000a'"]),
        (["dconf"], "--help", ["dconf", "write", KEY, "'--help'"]),
    ],
)
def test_what_is_run(
    tmp_path: pathlib.Path, programs: pathlib.Path, tools: list[str], value: str | None, command: list[str]
) -> None:
    install(programs, *tools, "dbus-run-session", "setpriv")
    commands = Commands()
    user = away(tmp_path)
    with LocalDesktop(user, commands) as desktop:
        if value is None:
            desktop.store_setting(KEY, value, SCHEMA)
        else:
            with pytest.raises(HostError, match="does not read back"):
                desktop.store_setting(KEY, value, SCHEMA)
    assert commands.ran == [
        [
            *(f"{programs}/setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--keep-groups", "--"),
            *("/usr/bin/env", "-i", f"HOME={user.home}", f"PATH={programs}", "LANG=C.UTF-8"),
            *(f"{programs}/dbus-run-session", "--", f"{programs}/{command[0]}", *command[1:]),
        ]
    ]


def test_in_our_own_session_we_need_not_become_anybody(
    tmp_path: pathlib.Path, programs: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(programs, "dconf")
    commands = Commands(1, "error: the key\nis locked\n")
    with listening(tmp_path / "bus", serve) as address:
        monkeypatch.setenv(ADDRESS, address)
        desktop = LocalDesktop(local_user.find(None), commands, home=str(tmp_path))
        with desktop, pytest.raises(HostError, match="could not be stored: error: the key is locked"):
            desktop.store_setting(KEY, "x")
    ((program, _i, home, *rest),) = commands.ran
    assert (program, home) == ("/usr/bin/env", f"HOME={tmp_path}")
    assert f"{ADDRESS}={address}" in rest
    assert rest[-4:] == [f"{programs}/dconf", "write", KEY, "'x'"]


def test_settings_are_those_of_the_home_that_was_named(tmp_path: pathlib.Path) -> None:
    database = tmp_path / "other/.config/dconf/user"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"not dconf's")
    desktop = LocalDesktop(away(tmp_path), Commands(), home=str(tmp_path / "other"))
    with pytest.raises(DamagedFileError, match=str(database)):
        desktop.setting(KEY)


def test_settings_are_where_the_variables_of_the_session_say(tmp_path: pathlib.Path, programs: pathlib.Path) -> None:
    install(programs, "dconf", "dbus-run-session", "setpriv")
    database = tmp_path / "set/dconf/user"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"not dconf's")
    environment = Environment({"XDG_CONFIG_HOME": str(tmp_path / "set")})
    commands = Commands()
    desktop = LocalDesktop(away(tmp_path), commands, environment=environment)
    with pytest.raises(DamagedFileError, match=str(database)):
        desktop.store_setting(KEY, "x")
    assert f"XDG_CONFIG_HOME={tmp_path}/set" in commands.ran[0]


def test_the_first_question_shares_a_look_and_the_next_is_fresh(tmp_path: pathlib.Path) -> None:
    asked: list[bool] = []

    class Table(Processes):
        def of(self, user: LocalUser, name: str, fresh: bool) -> list[t.Any]:
            asked.append(fresh)
            return []

    table = Table()
    for _user in range(2):
        with LocalDesktop(away(tmp_path), Commands(), table) as desktop:
            desktop.processes("a")
            desktop.processes("b")
            desktop.processes("a")
    assert asked == [False, False, True] * 2
    assert os.getuid() != NOBODY
