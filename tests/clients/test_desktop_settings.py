# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's desktop settings: they are read as the real dconf writes them, and dconf reads what is stored."""

from __future__ import annotations

import os
import pathlib
import shutil

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.charter.mail.plugins.module_utils._linux import desktop as desktops
from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import LocalDesktop
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, HostError
from ansible_collections.charter.mail.tests.clients.desktop_session import (
    DCONF,
    DesktopSession,
    desktop_session,
    kill,
    running,
)
from ansible_collections.charter.mail.tests.clients.user_desktop import acting, run_command
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

ACCOUNT = "/org/gnome/evolution/default-mail-account"
IDENTITY = "/org/gnome/evolution/default-mail-identity"
SCHEMA = "org.gnome.Evolution.DefaultSources"
VALUES = ["f67c9d10c8e219359e90a6076fe8bfc41aee776e", "", 'it\'s "ci\\ttà"\\\n\t😀', "x" * 20_000]


def setting(owner: LocalUser, path: str) -> str | None:
    with acting(owner) as desktop:
        return desktop.setting(path)


def store(owner: LocalUser, path: str, value: str | None, schema: str | None = None) -> None:
    with acting(owner) as desktop:
        desktop.store_setting(path, value, schema)


def database(owner: LocalUser) -> pathlib.Path:
    return owner.home / ".config/dconf/user"


def quoted(text: str) -> str:
    """A string in GVariant's text format."""
    plain = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return f"'{plain}'"


class TestReading:
    """Reading from the database file."""

    def test_no_file(self, mario: LocalUser) -> None:
        assert setting(mario, ACCOUNT) is None

    def test_what_dconf_writes(self, session: DesktopSession) -> None:
        owner = session.user
        wanted: dict[str, str | None] = {}
        for number in range(60):
            path = "/" + "/".join(f"k{number}-{level}é" for level in range(number % 12 + 1))
            session.run("dconf", "write", path, f"'value {number}'")
            wanted[path] = f"value {number}"
        for value in VALUES:
            session.run("dconf", "write", ACCOUNT, quoted(value))
            assert setting(owner, ACCOUNT) == value
        session.run("dconf", "write", "/a/number", "42")
        session.run("dconf", "write", "/a/list", "['x']")
        session.run("dconf", "write", "/a/variant", "<'x'>")
        for path in (
            "/a/number",
            "/a/list",
            "/a/variant",
            "/a",
            "/a/",
            "/",
            "",
            "/nothing",
            ACCOUNT + "x",
            ACCOUNT[:-1],
        ):
            wanted[path] = None
        with acting(owner) as desktop:
            assert {path: desktop.setting(path) for path in wanted} == wanted

    def test_unset_and_reset(self, session: DesktopSession) -> None:
        session.run("dconf", "write", IDENTITY, "'x'")
        assert setting(session.user, ACCOUNT) is None
        session.run("dconf", "reset", IDENTITY)
        assert setting(session.user, IDENTITY) is None
        assert database(session.user).exists()

    def test_a_file_that_is_not_dconfs(self, session: DesktopSession) -> None:
        session.run("dconf", "write", ACCOUNT, "'x'")
        good = database(session.user).read_bytes()
        for bad in (b"", b"[org/gnome]\n", good[:20], good[:100], good[:200], b"\0" * 8 + good[8:]):
            database(session.user).write_bytes(bad)
            with pytest.raises(DamagedFileError, match=str(database(session.user))):
                setting(session.user, ACCOUNT)

    def test_a_file_that_the_user_cannot_read(self, mario: LocalUser) -> None:
        database(mario).parent.mkdir(parents=True)
        database(mario).write_bytes(b"x")
        database(mario).chmod(0o600)
        (mario.home / ".config").chmod(0o755)
        with pytest.raises(HostError, match="permission denied"):
            setting(mario, ACCOUNT)

    def test_reading_starts_nothing(self, session: DesktopSession) -> None:
        assert setting(session.user, ACCOUNT) is None
        assert not session.has_owner(DCONF)
        assert running(session.user, "dconf-service") == []


class TestStoring:
    """Storing with dconf."""

    def test_in_a_session_that_sees_it_at_once(self, session: DesktopSession) -> None:
        session.run("gsettings", "set", SCHEMA, "default-mail-identity", "owner's")
        for value in VALUES:
            store(session.user, ACCOUNT, value)
            assert setting(session.user, ACCOUNT) == value
            assert session.run("/usr/bin/python3", "-c", GIO, SCHEMA, "default-mail-account") == value
        # The session's own service has the value: its next write keeps it.
        session.run("gsettings", "set", SCHEMA, "default-mail-identity", "later")
        assert setting(session.user, ACCOUNT) == VALUES[-1]
        assert setting(session.user, IDENTITY) == "later"
        store(session.user, ACCOUNT, None)
        assert session.run("gsettings", "get", SCHEMA, "default-mail-account") == "'system'\n"

    def test_without_a_session(self, mario: LocalUser) -> None:
        for value in VALUES:
            store(mario, ACCOUNT, value)
            assert setting(mario, ACCOUNT) == value
        store(mario, IDENTITY, "i")
        assert setting(mario, ACCOUNT) == VALUES[-1]
        store(mario, ACCOUNT, None)
        assert setting(mario, ACCOUNT) is None
        assert setting(mario, IDENTITY) == "i"
        assert {path.stat().st_uid for path in mario.home.rglob("*")} == {mario.uid}
        with desktop_session(mario) as session:
            assert session.run("gsettings", "get", SCHEMA, "default-mail-identity") == "'i'\n"

    def test_with_run_command_of_ansible(self, mario: LocalUser) -> None:
        with patch_module_args({}):
            module = AnsibleModule({})
        user = local_user.find(mario.name)
        with local_user.acting_as(user), LocalDesktop(user, module.run_command) as desktop:
            desktop.store_setting(ACCOUNT, VALUES[2])
            assert desktop.setting(ACCOUNT) == VALUES[2]
            with pytest.raises(HostError, match="could not be stored"):
                desktop.store_setting("not/a/path", "x")

    def test_its_programs_run_entirely_as_the_user(self, mario: LocalUser) -> None:
        seen: list[str] = []

        def spy(command: list[str]) -> tuple[int, str, str]:
            probe = ["sh", "-c", "grep -E '^(Uid|Gid|Groups|Cap)' /proc/self/status; env"]
            seen.extend(
                run_command([*command[: command.index("-i") + 1], *assignments(command), *probe])[2].splitlines()
            )
            return run_command(command)

        user = local_user.find(mario.name)
        os.environ["CHARTER_TEST_ROOTS_OWN"] = "x"
        try:
            with local_user.acting_as(user), LocalDesktop(user, spy) as desktop:
                desktop.store_setting(ACCOUNT, "x")
        finally:
            del os.environ["CHARTER_TEST_ROOTS_OWN"]
        ids = "\t".join([str(user.uid)] * 4)
        assert {f"Uid:\t{ids}", f"Gid:\t{ids}", f"HOME={mario.home}"} < set(seen)
        assert "CapEff:\t0000000000000000" in seen
        assert "CapPrm:\t0000000000000000" in seen
        assert [line for line in seen if "CHARTER" in line or "DBUS" in line] == []

    def test_the_user_needs_no_root(self, session: DesktopSession) -> None:
        shutil.copytree(PLUGINS, session.user.home / "plugins")
        session.user.own()
        where = str(session.user.home / "plugins")
        session.run("/usr/bin/python3", "-c", ITSELF, where, ACCOUNT, "by myself")
        assert setting(session.user, ACCOUNT) == "by myself"

    def test_never_if_a_session_is_unreachable(self, session: DesktopSession) -> None:
        session.run("dconf", "write", ACCOUNT, "'x'")
        assert running(session.user, "dconf-service") != []
        session.runtime.joinpath("bus").unlink()
        with pytest.raises(HostError, match="cannot be reached"):
            store(session.user, ACCOUNT, "y")
        assert setting(session.user, ACCOUNT) == "x"

    def test_through_a_bus_that_only_a_program_of_the_session_knows(self, session: DesktopSession) -> None:
        session.run("dconf", "write", ACCOUNT, "'x'")
        session.runtime.joinpath("bus").rename(session.runtime / "moved")
        (service,) = running(session.user, "dconf-service")
        kill([service])
        moved = f"unix:path={session.runtime}/moved"
        session.start_service(DCONF, "/usr/libexec/dconf-service", DBUS_SESSION_BUS_ADDRESS=moved)
        store(session.user, ACCOUNT, "y")
        assert session.run("dconf", "read", ACCOUNT, DBUS_SESSION_BUS_ADDRESS=moved) == "'y'\n"
        assert len(running(session.user, "dconf-service")) == 1

    def test_gsettings_if_there_is_no_dconf(self, session: DesktopSession, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(desktops, "_PATH", str(self.programs(session, "gsettings", "setpriv")))
        store(session.user, ACCOUNT, VALUES[2], SCHEMA)
        assert setting(session.user, ACCOUNT) == VALUES[2]
        store(session.user, ACCOUNT, None, SCHEMA)
        assert setting(session.user, ACCOUNT) is None
        with pytest.raises(HostError, match="Install the package dconf-cli"):
            store(session.user, ACCOUNT, "x")

    def test_a_value_that_does_not_read_back(self, session: DesktopSession) -> None:
        user = local_user.find(session.user.name)
        desktop = LocalDesktop(user, lambda _command: (0, "0\n", ""))
        with local_user.acting_as(user), desktop, pytest.raises(HostError, match="does not read back"):
            desktop.store_setting(ACCOUNT, "x")

    def test_a_refusal(self, session: DesktopSession) -> None:
        with pytest.raises(HostError, match="could not be stored"):
            store(session.user, "not/a/path", "x")

    @staticmethod
    def programs(session: DesktopSession, *names: str) -> pathlib.Path:
        """A directory with only these programs."""
        folder = session.user.home / "bin"
        folder.mkdir()
        for name in names:
            (folder / name).symlink_to(f"/usr/bin/{name}")
        return folder


def assignments(command: list[str]) -> list[str]:
    """The environment in a command line of env(1)."""
    rest = command[command.index("-i") + 1 :]
    return rest[: next(index for index, word in enumerate(rest) if "=" not in word)]


PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"

GIO = """
import sys
from gi.repository import Gio
print(Gio.Settings.new(sys.argv[1]).get_string(sys.argv[2]), end="")
"""

ITSELF = """
import subprocess, sys, types
for name, path in (("charter", []), ("charter.mail", [sys.argv[1]])):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = path
from charter.mail.module_utils._linux import local_user
from charter.mail.module_utils._linux.desktop import LocalDesktop
def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr
user = local_user.find(None)
with local_user.acting_as(user), LocalDesktop(user, run) as desktop:
    desktop.store_setting(sys.argv[2], sys.argv[3])
"""
