# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A removal where there is nothing of the account, whatever else there is: it succeeds, and changes nothing."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.client import Client
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client import Evolution
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.location_choice import locate
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.location_choice import Locations
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._linux.writable import require_writable
from ansible_collections.charter.mail.plugins.module_utils._model.errors import (
    DamagedFileError,
    HostError,
    MailError,
    OptionError,
)
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import EMAIL, account

INI = "[Profile0]\nName=default\nIsRelative=1\nPath=p.default\nDefault=1\n\n[General]\nVersion=2\n"
PROFILE = ".thunderbird/p.default"
SOURCES = ".config/evolution/sources"
OTHERS = 'user_pref("mail.identity.id1.useremail", "anna@example.net");\n'


def thunderbird(home: pathlib.Path, profile: str | None = None) -> Thunderbird:
    files = LocalFiles(f"{home}/.charter-mail-thunderbird.journal")
    root = Locations(files, str(home)).find("auto", profile)
    return Thunderbird(
        files,
        root,
        profile,
        scratch=lambda: str(home.parent),
        require_writable=lambda paths: require_writable(str(home), paths),
    )


def evolution(home: pathlib.Path, location: str = "auto") -> Evolution:
    files = LocalFiles(f"{home}/.charter-mail-evolution.journal")
    place = locate(files, str(home), location)
    return Evolution(files, place, None, require_writable=lambda paths: require_writable(str(home), paths))


def put(home: pathlib.Path, path: str, text: str) -> None:
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    (home / path).write_text(text)


def with_profile(home: pathlib.Path, prefs: str = OTHERS) -> None:
    put(home, ".thunderbird/profiles.ini", INI)
    put(home, f"{PROFILE}/compatibility.ini", "[Compatibility]\n")
    put(home, f"{PROFILE}/prefs.js", prefs)


def tree(home: pathlib.Path) -> dict[pathlib.Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in home.parent.rglob("*")}


def is_absent(client: Client[t.Any], home: pathlib.Path) -> tuple[str, ...]:
    """See that a removal finds nothing, in check mode and outside, and give its warnings."""
    before = tree(home)
    removal = account(state="absent", purge=True)
    for outcome in (plan(client, [removal]), reconcile(client, [removal])):
        assert [step.status for step in outcome.steps] == [Status.ABSENT]
        assert not outcome.changed
    assert tree(home) == before
    return client.warnings(outcome.after, removal)


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "home"
    path.mkdir()
    return path


def a_file(path: str) -> t.Callable[[pathlib.Path], None]:
    return lambda home: put(home, path, "a file")


def a_dead_link(path: str) -> t.Callable[[pathlib.Path], None]:
    return lambda home: (home / path).symlink_to("gone")


NOWHERE = {
    "empty": lambda home: None,
    "no home": lambda home: home.rmdir(),
    "home is a file": lambda home: (home.rmdir(), home.write_text("a file")),
    "home is a dead link": lambda home: (home.rmdir(), home.symlink_to("gone")),
    ".thunderbird is a file": a_file(".thunderbird"),
    ".thunderbird is a dead link": a_dead_link(".thunderbird"),
    ".config is a file": a_file(".config"),
    ".config is a dead link": a_dead_link(".config"),
    "sources is a file": a_file(SOURCES),
    "snap is a file": a_file("snap"),
    ".var is a file": a_file(".var"),
}


@pytest.mark.parametrize("setting", NOWHERE.values(), ids=NOWHERE)
def test_where_there_is_nothing(setting: t.Callable[[pathlib.Path], t.Any], home: pathlib.Path) -> None:
    setting(home)
    assert is_absent(thunderbird(home), home) == ()
    assert is_absent(thunderbird(home, "work"), home) == ()
    assert is_absent(thunderbird(home, "/nowhere/work"), home) == ()
    assert is_absent(evolution(home), home) == ()
    assert is_absent(evolution(home, "flatpak"), home) == ()


@pytest.mark.parametrize("name", [".thunderbird", ".config"])
def test_a_file_where_a_folder_is_needed_is_told_before_anything_is_written(name: str, home: pathlib.Path) -> None:
    put(home, name, "a file")
    client: Client[t.Any] = thunderbird(home) if name == ".thunderbird" else evolution(home)
    for run in (plan, reconcile):
        with pytest.raises(HostError, match=f"{name}: not a directory"):
            run(client, [account()])
    assert [path.name for path in home.iterdir()] == [name]


def test_a_file_in_the_place_of_another_installation_stops_nothing(home: pathlib.Path) -> None:
    put(home, ".var", "a file")
    put(home, "snap", "a file")
    clients: tuple[Client[t.Any], ...] = (thunderbird(home), evolution(home))
    for client in clients:
        assert [step.status for step in reconcile(client, [account()]).steps] == [Status.CREATED]


def test_where_no_profile_has_the_name(home: pathlib.Path) -> None:
    with_profile(home)
    client = thunderbird(home, "work")
    (warning,) = is_absent(client, home)
    assert warning.startswith("profile: 'work' is not in ")
    assert "which lists default" in warning
    # What is wanted somewhere is another matter, also in one task with what is not.
    for accounts in ([account()], [account(state="absent"), account(email="anna@charter.net")]):
        with pytest.raises(OptionError, match="'work' is not in "):
            plan(client, accounts)
    with pytest.raises(OptionError, match="'work' is not in "):
        client.account(account())


def test_where_a_folder_of_that_name_is_no_profile(home: pathlib.Path) -> None:
    with_profile(home)
    reconcile(thunderbird(home), [account()])
    shutil.copytree(home / PROFILE, home / ".thunderbird/work")
    assert len(is_absent(thunderbird(home, "work"), home)) == 1


def test_where_the_folder_of_the_profile_is_gone(home: pathlib.Path) -> None:
    with_profile(home)
    shutil.rmtree(home / PROFILE)
    client = thunderbird(home)
    (warning,) = is_absent(client, home)
    assert "this folder of the profile 'default' is missing" in warning
    with pytest.raises(HostError, match="is missing"):
        plan(client, [account()])


def test_where_the_preferences_are_damaged_and_do_not_name_the_account(home: pathlib.Path) -> None:
    with_profile(home, OTHERS + 'user_pref("a", b);\n')
    (warning,) = is_absent(thunderbird(home), home)
    assert warning.startswith(f"left as it is: {home}/{PROFILE}/prefs.js, line 2: ")
    put(home, f"{PROFILE}/prefs.js", OTHERS.replace("anna@example.net", EMAIL.title()) + 'user_pref("a", b);\n')
    for wanted in (account(), account(state="absent")):
        with pytest.raises(DamagedFileError, match="line 2"):
            plan(thunderbird(home), [wanted])


@pytest.mark.parametrize("name", ["logins.json", "key4.db", "key4.db-journal"])
def test_where_the_passwords_are_out_of_reach(name: str, home: pathlib.Path) -> None:
    with_profile(home)
    (home / PROFILE / name).mkdir()  # for root, too, this cannot be read
    assert is_absent(thunderbird(home), home) == ()
    assert [step.status for step in reconcile(thunderbird(home), [account()]).steps] == [Status.CREATED]
    for wanted in (account(password="tombola"), account(state="absent")):
        with pytest.raises(MailError, match=f"{name}: this is a directory"):
            plan(thunderbird(home), [wanted])


def test_where_a_source_of_somebody_else_is_damaged(home: pathlib.Path) -> None:
    put(home, f"{SOURCES}/other.source", "nonsense")
    (home / SOURCES / "folder.source").mkdir()
    warnings = is_absent(evolution(home), home)
    assert [warning.partition(":")[0] for warning in warnings] == ["left as it is"] * 2


def test_where_the_client_is_open(home: pathlib.Path) -> None:
    with_profile(home)
    (home / PROFILE / ".parentlock").touch()
    with LocalFiles().lock(f"{home}/{PROFILE}/.parentlock"):
        assert is_absent(thunderbird(home), home) == ()


@pytest.mark.parametrize("path", [f"{PROFILE}/prefs.js", ".thunderbird/profiles.ini"])
def test_a_folder_in_the_place_of_a_file(home: pathlib.Path, path: str) -> None:
    with_profile(home)
    (home / path).unlink()
    (home / path).mkdir()
    (warning,) = is_absent(thunderbird(home), home)
    assert warning.endswith(
        f"{path}: this is a directory where a regular file is expected. Move it away and run again."
    )
    with pytest.raises(HostError, match="this is a directory"):
        reconcile(thunderbird(home), [account()])
