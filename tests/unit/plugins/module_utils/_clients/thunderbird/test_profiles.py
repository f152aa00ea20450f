# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which profile is taken, and how a new one is made known; on real files."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import locations, profiles
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, HostError, OptionError

NEW_INI = """\
[Profile0]
Name=default
IsRelative=1
Path=charter.default
Default=1

[General]
StartWithLastProfile=1
Version=2
"""
TWO = """\
[Install4F96D1932A9F858E]
Default=b.release
Locked=1

[Profile1]
Name=old
IsRelative=1
Path=a.default
Default=1

[Profile0]
Name=release
IsRelative=1
Path=b.release

[General]
StartWithLastProfile=1
Version=2
"""


@pytest.fixture
def root(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "home" / ".thunderbird"


def make(root: pathlib.Path, ini: str, *folders: str) -> None:
    root.mkdir(parents=True)
    (root / "profiles.ini").write_bytes(ini.encode())
    for age, folder in enumerate(folders):
        (root / folder).mkdir()
        (root / folder / "compatibility.ini").write_text("[Compatibility]\nLastVersion=153.7.0_2026/2026\n")
        (root / folder / "prefs.js").write_text("")
        os.utime(root / folder / "prefs.js", (1000 - age, 1000 - age))


def choose(root: pathlib.Path, wanted: str | None = None) -> profiles.Profile:
    return profiles.choose(LocalFiles(), str(root), wanted)


def written(profile: profiles.Profile) -> dict[str, str]:
    return {os.path.basename(write.path): write.content.decode() for write in profile.files}


def test_nobody_started_thunderbird_yet(root: pathlib.Path) -> None:
    profile = choose(root)
    assert profile.new
    assert profile.path == str(root / "charter.default")
    # profiles.ini last: it is what makes the rest count.
    assert list(written(profile)) == ["compatibility.ini", "profiles.ini"]
    assert written(profile) == {"compatibility.ini": "[Compatibility]\n", "profiles.ini": NEW_INI}


def test_the_profile_of_the_installed_copy_wins_over_the_old_default(root: pathlib.Path) -> None:
    make(root, TWO, "a.default", "b.release")
    profile = choose(root)
    assert (profile.path, profile.new, profile.files) == (str(root / "b.release"), False, ())


def test_of_two_installed_copies_the_last_used_wins(root: pathlib.Path) -> None:
    make(root, TWO + "\n[InstallFDC34C9F024745EB]\nDefault=a.default\n", "b.release", "a.default")
    assert choose(root).path == str(root / "b.release")
    os.utime(root / "a.default" / "prefs.js", (2000, 2000))
    assert choose(root).path == str(root / "a.default")


def test_a_default_that_was_never_opened_is_made_to_count(root: pathlib.Path) -> None:
    make(root, "[Profile0]\nName=x\nIsRelative=1\nPath=x\nDefault=1\n", "x")
    (root / "x" / "compatibility.ini").unlink()
    assert written(choose(root)) == {"compatibility.ini": "[Compatibility]\n"}


@pytest.mark.parametrize("wanted", ["old", "a.default", "{root}/a.default"])
def test_a_profile_by_name_or_folder(root: pathlib.Path, wanted: str) -> None:
    make(root, TWO, "a.default", "b.release")
    assert choose(root, wanted.format(root=root)).path == str(root / "a.default")


def test_a_profile_that_is_not_there_names_those_that_are(root: pathlib.Path) -> None:
    make(root, TWO, "a.default", "b.release")
    with pytest.raises(OptionError, match=r"'work' is not in .*profiles.ini, which lists old, release"):
        choose(root, "work")


def test_a_missing_folder_is_told_before_thunderbird_hangs_on_it(root: pathlib.Path) -> None:
    make(root, TWO, "a.default")
    with pytest.raises(HostError, match=r"b\.release: this folder of the profile 'release' is missing"):
        choose(root)


@pytest.mark.parametrize(
    ("line", "number"),
    [("nonsense\n", 1), ("[General]\nnonsense\n", 2), ("key=value\n", 1), ("[General]\n\na\0=b\n", 3), ("[Gener\n", 1)],
)
def test_a_damaged_ini_names_the_line(root: pathlib.Path, line: str, number: int) -> None:
    make(root, line)
    with pytest.raises(DamagedFileError, match=f"profiles.ini, line {number}: "):
        choose(root)


def test_an_ini_without_profiles_keeps_what_it_has(root: pathlib.Path) -> None:
    make(root, "\ufeff[General]\r\nStartWithLastProfile=0\r\nVersion=2")
    (ini,) = [write.content for write in choose(root).files if write.path.endswith("profiles.ini")]
    assert ini.startswith(b"[General]\r\nStartWithLastProfile=0\r\nVersion=2\n\n[Profile0]\n")
    assert ini.count(b"[General]") == 1


def test_what_an_interrupted_run_left_is_used_and_what_is_foreign_is_not(root: pathlib.Path) -> None:
    left = root / "charter.default"
    left.mkdir(parents=True)
    (left / "compatibility.ini").write_text("[Compatibility]\n")
    (left / "prefs.js").write_text("")
    assert choose(root).path == str(left)
    (left / "ImapMail").mkdir()
    assert choose(root).path == str(root / "charter.default-2")


def test_the_version_that_opened_the_profile(root: pathlib.Path) -> None:
    make(root, TWO, "a.default", "b.release")
    assert profiles.version(LocalFiles(), str(root / "b.release")) == 153


def test_locations(tmp_path: pathlib.Path) -> None:
    home = tmp_path
    files = LocalFiles()
    flatpak = home / ".var/app/org.mozilla.thunderbird_esr/.thunderbird"
    snap = home / "snap/thunderbird/common/.thunderbird"
    for name, expected in (
        ("native", home / ".thunderbird"),
        ("snap", snap),
        ("flatpak", home / ".var/app/org.mozilla.thunderbird/.thunderbird"),
    ):
        assert locations.root(files, str(home), name) == str(expected)
    make(flatpak, TWO, "a.default")
    assert locations.root(files, str(home), "flatpak") == str(flatpak)
    assert locations.root(files, str(home), "auto") == str(flatpak)
    make(snap, TWO, "a.default")
    os.utime(snap / "a.default" / "prefs.js", (5000, 5000))
    assert locations.root(files, str(home), "auto") == str(snap)
    os.utime(flatpak / "a.default" / "prefs.js", (9000, 9000))
    assert locations.root(files, str(home), "auto") == str(flatpak)


def test_an_installed_flatpak_decides_where_there_is_no_profile(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".local/share/flatpak/app/net.thunderbird.Thunderbird").mkdir(parents=True)
    expected = tmp_path / ".var/app/net.thunderbird.Thunderbird/.thunderbird"
    assert locations.root(LocalFiles(), str(tmp_path), "flatpak") == str(expected)
