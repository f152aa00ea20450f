# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile that the collection configures is the one that the real Thunderbird opens."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import profile_choice
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.location_choice import Locations
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles

from .thunderbird import Thunderbird, require

ALONE = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
GENERAL = "[General]\nStartWithLastProfile=1\nVersion=2\n"
OWN = "[InstallFDC34C9F024745EB]\nDefault={}\nLocked=1\n"  # /usr/lib/thunderbird
OTHER = "[Install8216C80C92C4E828]\nDefault={}\n"
ONE = "[Profile0]\nName=a\nIsRelative=1\nPath=a\nDefault=1\n"
TWO = "[Profile1]\nName=b\nIsRelative=1\nPath=b\n[Profile0]\nName=a\nIsRelative=1\nPath=a\n"
LAST = "LastPlatformDir=/usr/lib/thunderbird\n"


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


def make(root: pathlib.Path, ini: bytes, compatibility: str = "", installs: str = "") -> None:
    """Two profiles, of which ``a`` has the newer file."""
    root.mkdir(parents=True)
    (root / "profiles.ini").write_bytes(ini)
    if installs:
        (root / "installs.ini").write_text(installs)
    for folder, moment in (("a", 1_700_000_000), ("b", 1_600_000_000)):
        (root / folder).mkdir()
        (root / folder / "compatibility.ini").write_text(f"[Compatibility]\n{compatibility}")
        (root / folder / "prefs.js").write_text(f'user_pref("test.folder", "{folder}");\n')
        os.utime(root / folder / "prefs.js", (moment, moment))


def opened(home: pathlib.Path, **environment: str) -> pathlib.Path:
    with Thunderbird(home, command_prefix=ALONE, environment=environment) as client:
        return client.profile


def chosen(home: pathlib.Path, location: str = "native") -> profile_choice.Profile:
    root = Locations(LocalFiles(), str(home)).find(location)
    return profile_choice.choose(LocalFiles(), root, None)


@pytest.mark.parametrize("environment", [{}, {"MOZ_LEGACY_HOME": "1"}])
def test_the_profile_that_this_version_makes_is_chosen(home: pathlib.Path, environment: dict[str, str]) -> None:
    """From 157 on, it is in ``~/.config/thunderbird``, unless that variable is set."""
    home.mkdir()
    with Thunderbird(home, copy=False, command_prefix=ALONE, environment=environment) as client:
        made = client.profile
    assert chosen(home) == profile_choice.Profile(str(made), new=False)
    assert opened(home) == made


@pytest.mark.parametrize(
    ("ini", "compatibility", "expected"),
    [
        (GENERAL + TWO + OWN.format("b") + OTHER.format("a"), "", "b"),
        (GENERAL + TWO + "[Profile1]\nDefault=1\n" + OTHER.format("a"), "", "b"),
        (GENERAL + TWO + "[Profile0]\nDefault=1\n[Profile1]\nDefault=1\n", LAST, "b"),
        (GENERAL + ONE.replace("Default=1\n", "") + OTHER.format("a"), "", "a"),
        (GENERAL + ONE + "[Profile2]\nName=b\nIsRelative=1\nPath=b\nDefault=1\n", "", "a"),
        (GENERAL + TWO + "[Profile0]\nPath=b\nDefault=1\n[Profile1]\nPath=a\n", "", "b"),
    ],
)
def test_thunderbirds_own_rule(home: pathlib.Path, ini: str, compatibility: str, expected: str) -> None:
    make(home / ".thunderbird", ini.encode(), compatibility)
    assert chosen(home) == profile_choice.Profile(str(home / ".thunderbird" / expected), new=False)
    assert opened(home) == home / ".thunderbird" / expected


@pytest.mark.parametrize(
    ("ini", "compatibility"),
    [
        (GENERAL + ONE + OTHER.format("a") + "Locked=1\n", ""),
        (GENERAL + ONE, "LastPlatformDir=/opt/another-thunderbird\n"),
    ],
)
def test_a_profile_that_thunderbird_does_not_take_is_told(home: pathlib.Path, ini: str, compatibility: str) -> None:
    make(home / ".thunderbird", ini.encode(), compatibility)
    profile = chosen(home)
    assert profile.path == str(home / ".thunderbird/a")
    assert "does not make /usr/lib/thunderbird open it" in profile.warnings[0]
    assert opened(home).name not in {"a", "b"}


def test_a_snap_goes_by_the_default_alone(home: pathlib.Path) -> None:
    ini = GENERAL + TWO + "[Profile1]\nDefault=1\n" + OWN.format("a") + OTHER.format("a")
    snap = home / "snap/thunderbird/common"
    make(snap / ".thunderbird", ini.encode())
    assert chosen(home, "snap").path == str(snap / ".thunderbird/b")
    assert opened(snap, SNAP_NAME="thunderbird") == snap / ".thunderbird/b"


def test_installs_ini_counts_without_a_version(home: pathlib.Path) -> None:
    ini = TWO + "[Profile0]\nDefault=1\n"
    make(home / ".thunderbird", ini.encode(), installs="[FDC34C9F024745EB]\nDefault=b\nLocked=1\n")
    assert chosen(home).path == str(home / ".thunderbird/b")
    assert opened(home) == home / ".thunderbird/b"


@pytest.mark.parametrize(
    "ini",
    [
        b"\xff\xfe" + (GENERAL + ONE).encode("utf-16-le"),
        (GENERAL + ONE.replace("Name=a", "Name=B\xfcro")).encode("latin-1"),
        (GENERAL + ONE + "moved here from the old laptop\n").encode(),
        ("moved from the old laptop\nVersion=2\n" + GENERAL + ONE).encode(),
        (GENERAL.replace("[General]", "[General] x") + ONE).encode(),
        (GENERAL + ONE).encode() + b"\0[Profile0]\nPath=b\n",
        (GENERAL + ONE).replace("\n", "\r").encode(),
    ],
)
def test_every_form_that_thunderbird_reads(home: pathlib.Path, ini: bytes) -> None:
    make(home / ".thunderbird", ini)
    assert chosen(home) == profile_choice.Profile(str(home / ".thunderbird/a"), new=False)
    assert opened(home) == home / ".thunderbird/a"


def test_a_profile_added_to_a_list_in_another_encoding_is_opened(home: pathlib.Path) -> None:
    (home / ".thunderbird").mkdir(parents=True)
    (home / ".thunderbird/profiles.ini").write_bytes(b"\xff\xfe" + GENERAL.encode("utf-16-le"))
    profile = chosen(home)
    LocalFiles().make_directory(profile.path)
    LocalFiles().replace(profile.files)
    assert opened(home) == pathlib.Path(profile.path)
