# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that systemd's files set for a user who is not logged in. The rules were checked with systemd 252."""

from __future__ import annotations

import fnmatch
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._host.environment import Environment
from ansible_collections.charter.mail.plugins.module_utils._linux import regular_file
from ansible_collections.charter.mail.plugins.module_utils._linux.session_environment import LOGIN_FILES

from .test_session_environment import home, put, read

__all__ = ["home"]


UNIT = "system/etc/systemd/system/user@.service.d"


def in_units(home: pathlib.Path, **drop_ins: str) -> Environment:
    """The variables where these files add to the unit of every user, in the order of their names."""
    for name, text in drop_ins.items():
        put(home.parent / UNIT / f"{name}.conf", f"[Service]\n{text}\n")
    return read(home)


SET = "Environment=XDG_CONFIG_HOME=/srv/c"


@pytest.mark.parametrize(
    ("drop_ins", "value"),
    [
        ({"a": SET, "b": "Environment="}, None),
        ({"a": SET, "b": "Environment=\nEnvironment=XDG_DATA_HOME=/srv/d"}, None),
        ({"a": "Environment=", "b": SET}, "/srv/c"),
        ({"a": f"{SET}\n[Other]\nEnvironment="}, "/srv/c"),
        ({"a": f"[Unit]\n{SET}"}, None),
        ({"a": SET, "b": "UnsetEnvironment=XDG_DATA_HOME XDG_CONFIG_HOME"}, None),
        ({"a": SET, "b": "UnsetEnvironment=XDG_CONFIG_HOME=/srv/c"}, None),
        ({"a": SET, "b": "UnsetEnvironment=XDG_CONFIG_HOME=/srv/d"}, "/srv/c"),
        ({"a": SET, "b": "UnsetEnvironment=XDG_CONFIG_HOME\nUnsetEnvironment="}, "/srv/c"),
        ({"a": "Environment=A=b \\\n# here\n  'XDG_CONFIG_HOME=/srv/a b'"}, "/srv/a b"),
        ({"a": r"Environment=XDG_CONFIG_HOME=/srv/a\x20b"}, "/srv/a b"),
        ({"a": "Environment=XDG_CONFIG_HOME=/srv/c 'unclosed"}, "/srv/c"),
        ({"a": "Environment='unclosed XDG_CONFIG_HOME=/srv/c"}, None),
    ],
)
def test_the_variables_of_a_unit(home: pathlib.Path, drop_ins: dict[str, str], value: str | None) -> None:
    found = in_units(home, **drop_ins)
    assert (found.variables.get("XDG_CONFIG_HOME"), found.warnings) == (value, ())


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("EnvironmentFile=/etc/desktop.env", "/srv/file"),
        ("EnvironmentFile=-/etc/desktop.env", "/srv/file"),
        (f"EnvironmentFile=/etc/desktop.env\n{SET}", "/srv/file"),  # files come last
        (f"{SET}\nEnvironmentFile=/etc/none.env", "/srv/c"),
        (f"{SET}\nEnvironmentFile=-/etc/none.env", "/srv/c"),
        (f"{SET}\nEnvironmentFile=etc/desktop.env", "/srv/c"),
        (f'{SET}\nEnvironmentFile="/etc/desktop.env"', "/srv/c"),
        (f"{SET}\nEnvironmentFile=/dev/null", "/srv/c"),
        ("EnvironmentFile=/etc/desktop.env\nEnvironmentFile=/etc/later.env", "/srv/later"),
        ("EnvironmentFile=/etc/later.env\nEnvironmentFile=/etc/desktop.env", "/srv/file"),
        ("EnvironmentFile=/etc/*.env", "/srv/later"),
        ("EnvironmentFile=/etc/[d]esktop.e?v", "/srv/file"),
        ("EnvironmentFile=/etc/users/%i.env", "/srv/user"),
        ("EnvironmentFile=/etc/desktop.env\nEnvironmentFile=", None),
        ("EnvironmentFile=/etc/exported.env", None),
        ("EnvironmentFile=/etc/desktop.env\nUnsetEnvironment=XDG_CONFIG_HOME", None),
    ],
)
def test_the_files_with_variables_of_a_unit(home: pathlib.Path, lines: str, value: str | None) -> None:
    for name, text in {
        "desktop.env": "# of the site\nXDG_CONFIG_HOME=/nowhere\n XDG_CONFIG_HOME = '/srv/'file \n",
        "later.env": "XDG_CONFIG_HOME=/srv/later",
        "exported.env": "export XDG_CONFIG_HOME=/srv/c\n",
        "users/1001.env": "XDG_CONFIG_HOME=/srv/user",
    }.items():
        put(home.parent / "system/etc" / name, text)
    found = in_units(home, a=lines)
    assert (found.variables.get("XDG_CONFIG_HOME"), found.warnings) == (value, ())


def test_a_file_that_only_root_can_read_is_told(home: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home.parent / "system/etc/secret.env"
    put(path, "XDG_CONFIG_HOME=/srv/c\n")

    def refuse(name: str) -> bytes:
        if name == str(path):
            raise PermissionError(name)
        return pathlib.Path(name).read_bytes()

    monkeypatch.setattr(regular_file, "read", refuse)
    found = in_units(home, a="EnvironmentFile=-/etc/secret.env")
    assert found.variables == {}
    (warning,) = found.warnings
    assert warning.startswith(f"A login reads {path}, which this user cannot read. It is assumed to set none of XDG_")
    (warning,) = in_units(home, a="EnvironmentFile=%S/x.env").warnings
    assert warning.startswith("A login reads %S/x.env (")


def test_very_many_files_are_not_read(home: pathlib.Path) -> None:
    for number in range(120):
        put(home.parent / f"system/etc/{number:03}.env", f"XDG_CONFIG_HOME=/srv/{number}")
    found = in_units(home, a="EnvironmentFile=/etc/*.env")
    assert found.variables == {"XDG_CONFIG_HOME": "/srv/99"}
    assert "/etc/100.env" in found.warnings[0]
    large = f"XDG_CONFIG_HOME=/srv/c\n#{'x' * 1024 * 1024}"
    put(home.parent / "system/etc/000.env", large)
    assert "/etc/000.env" in in_units(home, a="EnvironmentFile=/etc/000.env").warnings[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("system/etc/systemd/system.conf", "system/etc/systemd/system.conf.d/a.conf"),
        ("system/usr/lib/systemd/system/user@.service", "system/etc/systemd/system/user@.service"),
        ("system/usr/lib/systemd/system/user@.service", "system/usr/lib/systemd/system/user@1001.service"),
        ("system/etc/systemd/system/user@.service", "system/usr/lib/systemd/system/service.d/a.conf"),
        ("system/etc/systemd/system/service.d/a.conf", "system/usr/lib/systemd/system/user@.service.d/a.conf"),
        ("system/etc/systemd/system.conf", "system/etc/systemd/system/service.d/a.conf"),
        ("system/etc/systemd/user.conf", "home/.config/systemd/user.conf"),
        ("system/usr/lib/systemd/user.conf", "system/etc/systemd/user.conf"),
    ],
)
def test_the_second_of_two_files_counts(home: pathlib.Path, first: str, second: str) -> None:
    for number, file in enumerate((first, second)):
        set_it = f"Environment=XDG_CONFIG_HOME=/srv/{number}"
        lines = (
            f"[Manager]\nDefault{set_it}" if "system/" not in file.partition("/systemd/")[2] else f"[Service]\n{set_it}"
        )
        put(home.parent / file, lines)
        assert read(home) == Environment({"XDG_CONFIG_HOME": f"/srv/{number}"})
        path = f"/{file}".replace("/system/", "/", 1).replace("/home/", "~/", 1)
        assert any(fnmatch.fnmatchcase(path, pattern) for pattern in LOGIN_FILES)


def test_a_list_of_the_manager_can_be_reset(home: pathlib.Path) -> None:
    put(home.parent / "system/etc/systemd/user.conf", "[Manager]\nDefaultEnvironment=XDG_CONFIG_HOME=/srv/c\n")
    put(home.parent / "system/etc/systemd/user.conf.d/a.conf", "[Manager]\nDefaultEnvironment=\n")
    assert read(home) == Environment({})
    put(home.parent / "system/etc/systemd/user.conf.d/b.conf", "[Manager]\nManagerEnvironment=XDG_DATA_HOME=/srv/d\n")
    put(home.parent / "system/etc/systemd/system.conf", "[Manager]\nManagerEnvironment=XDG_CACHE_HOME=/srv/e\n")
    assert read(home) == Environment({"XDG_DATA_HOME": "/srv/d"})
