# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which profile is taken, and how a new one is made known; on real files."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import profile_choice
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError, OptionError

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


def choose(root: pathlib.Path, wanted: str | None = None) -> profile_choice.Profile:
    found = profile_choice.choose(LocalFiles(), Root(str(root)), wanted)
    if found.missing is not None:
        raise found.missing
    return found


def written(profile: profile_choice.Profile) -> dict[str, str]:
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


def test_a_profile_by_its_folder(root: pathlib.Path) -> None:
    make(root, TWO, "a.default", "b.release")
    (root.parent / "link").symlink_to(root)
    for wanted in (
        f"{root}/b.release",
        f"{root}/b.release/",
        f"{root}/x/../b.release",
        f"{root.parent}/link/b.release",
    ):
        assert choose(root, wanted).path == f"{root}/b.release"


def test_profiles_behind_a_gap_are_not_brought_to_light_beside_a_new_one(root: pathlib.Path) -> None:
    make(root, TWO.replace("[Profile0]", "[Profile00]"), "a.default", "b.release")
    with pytest.raises(HostError, match="there is no complete section Profile0, so Thunderbird ignores"):
        choose(root)


def test_a_missing_folder_is_told_before_thunderbird_hangs_on_it(root: pathlib.Path) -> None:
    make(root, TWO, "a.default")
    with pytest.raises(HostError, match=r"b\.release: this folder of the profile 'release' is missing"):
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
    assert profile_choice.version(LocalFiles(), str(root / "b.release")) == 153


LIB = "/usr/lib/thunderbird"
LIB_SECTION = "InstallFDC34C9F024745EB"
OTHER_SECTION = "Install4F96D1932A9F858E"


def opened(root: pathlib.Path, *programs: str, dedicated: bool = True) -> tuple[str, str]:
    """The folder of the profile that is taken, and the warning."""
    profile = profile_choice.choose(LocalFiles(), Root(str(root), programs or (LIB,), dedicated, installed=True), None)
    assert len(profile.warnings) < 2
    return os.path.relpath(profile.path, root), "".join(profile.warnings).replace(str(root), "~")


def listing(*folders: str, default: str = "", **sections: str) -> str:
    text = "[General]\nStartWithLastProfile=1\nVersion=2\n"
    for number, folder in enumerate(folders):
        marked = "Default=1\n" if folder == default else ""
        text += f"[Profile{number}]\nName={folder}\nIsRelative=1\nPath={folder}\n{marked}"
    return text + "".join(f"[{name}]\nDefault={folder}\n" for name, folder in sections.items())


def test_the_entry_of_the_program_that_is_there_counts_and_not_the_newer_file(root: pathlib.Path) -> None:
    make(root, listing("new", "own", **{OTHER_SECTION: "new", LIB_SECTION: "own"}), "new", "own")
    assert opened(root) == ("own", "")
    # Without that program, file times decide, which is told.
    profile = choose(root)
    assert profile.path == str(root / "new")
    assert "several installations" in profile.warnings[0]
    assert f"there is also {root}/own" in profile.warnings[0]


def test_of_two_programs_that_are_there_the_last_used_wins_and_the_other_is_named(root: pathlib.Path) -> None:
    make(root, listing("new", "own", **{"Install3DDF446CE6CB1A45": "new", LIB_SECTION: "own"}), "new", "own")
    folder, warning = opened(root, LIB, "/usr/lib64/thunderbird")
    assert folder == "new"
    assert "~/new is configured, because it was used last; there is also ~/own." in warning


@pytest.mark.parametrize(
    ("compatibility", "locked", "taken"),
    [
        ("[Compatibility]\n", False, True),
        ("[Compatibility]\nLastPlatformDir=/usr/lib/thunderbird\n", False, True),
        ("[Compatibility]\nLastPlatformDir=/opt/gone\n", False, False),
        ("[Compatibility]\n", True, False),
    ],
)
def test_a_default_is_adopted_by_thunderbirds_own_rule(
    root: pathlib.Path, compatibility: str, locked: bool, taken: bool
) -> None:
    ini = listing("a", "b", default="a", **{OTHER_SECTION: "a"}) + ("Locked=1\n" if locked else "")
    make(root, ini, "a", "b")
    (root / "a" / "compatibility.ini").write_text(compatibility)
    folder, warning = opened(root)
    assert folder == "a"
    assert bool(warning) is not taken
    if warning:
        assert "~/profiles.ini does not make /usr/lib/thunderbird open it" in warning


@pytest.mark.parametrize("default", ["a", "b"])
def test_a_snap_goes_by_the_default_and_not_by_installations(root: pathlib.Path, default: str) -> None:
    make(root, listing("a", "b", default=default, **{LIB_SECTION: "a", OTHER_SECTION: "b"}), "a", "b")
    assert opened(root, dedicated=False) == (default, "")


def test_a_snap_that_would_ask_is_told(root: pathlib.Path) -> None:
    make(root, listing("a", "b"), "a", "b")
    assert "does not make the Snap open it" in opened(root, dedicated=False)[1]


def test_the_last_of_two_defaults_counts_and_the_only_profile_without_a_mark(root: pathlib.Path) -> None:
    make(root, listing("a", "b", default="a") + "[Profile1]\nDefault=1\n", "a", "b")
    assert opened(root) == ("b", "")
    (root / "profiles.ini").write_text(listing("a"))
    assert opened(root) == ("a", "")


def test_installs_ini_counts_where_an_old_thunderbird_wrote_profiles_ini(root: pathlib.Path) -> None:
    make(root, listing("a", "b", default="a").replace("Version=2\n", ""), "a", "b")
    (root / "installs.ini").write_text("[FDC34C9F024745EB]\nDefault=b\nLocked=1\n")
    assert opened(root) == ("b", "")


def test_a_choice_at_each_start_is_told(root: pathlib.Path) -> None:
    make(root, listing("a", "b", **{LIB_SECTION: "b"}).replace("LastProfile=1", "LastProfile=0"), "a", "b")
    folder, warning = opened(root)
    assert folder == "b"
    assert "Thunderbird asks the user for a profile at each start. ~/b is configured; there is also ~/a." in warning


def test_profiles_that_are_not_listed_are_named(root: pathlib.Path) -> None:
    make(root, "", "lost.default")
    folder, warning = opened(root)
    assert folder == "charter.default"
    assert "But there are profiles in ~/lost.default." in warning


@pytest.mark.parametrize("kept", [b"[General]\n# B\xfcro\nVersion=2\n", "[General]\nVersion=2\n".encode("utf-16")])
def test_a_new_profile_is_added_to_what_is_there_in_any_encoding(root: pathlib.Path, kept: bytes) -> None:
    root.mkdir(parents=True)
    (root / "profiles.ini").write_bytes(kept)
    (ini,) = [write for write in choose(root).files if write.path.endswith("profiles.ini")]
    assert ini.backup
    assert ini.content.endswith(
        b"Version=2\n\n[Profile0]\nName=default\nIsRelative=1\nPath=charter.default\nDefault=1\n"
    )
    assert (b"\xfc" in ini.content) == (b"\xfc" in kept)


def test_a_profile_out_of_reach_stops_nothing(root: pathlib.Path) -> None:
    class Guarded(LocalFiles):
        def modified(self, path: str) -> float | None:
            if "/drive/" in path:
                raise HostError(path, "permission denied", "x")
            return super().modified(path)

        def read(self, path: str) -> bytes | None:
            self.modified(path)
            return super().read(path)

    make(root, listing("a", **{LIB_SECTION: "a"}) + "[Profile1]\nName=usb\nIsRelative=0\nPath=/drive/tb\n", "a")
    assert profile_choice.choose(Guarded(), Root(str(root), (LIB,)), None).path == str(root / "a")
    assert profile_choice.last_used(Guarded(), Root(str(root))) == 1000


@pytest.mark.parametrize("name", ["p.default/compatibility.ini", "installs.ini"])
def test_a_file_that_thunderbird_does_without_stops_nothing(root: pathlib.Path, name: str) -> None:
    make(root, listing("p.default", default="p.default").replace("Version=2\n", ""), "p.default")
    (root / name).unlink(missing_ok=True)
    (root / name).mkdir()
    found = choose(root)
    assert found.path == str(root / "p.default")
    assert written(found) == {}
