# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a user's Thunderbirds is configured, by what is installed and by what was used."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import profile_choice
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.location_choice import Locations
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._host.environment import Environment
from ansible_collections.charter.mail.plugins.module_utils._host.file_write import FileWrite
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles

INI = "[Profile0]\nName=default\nIsRelative=1\nPath={folder}\nDefault=1\n\n[General]\nVersion=2\n"
SNAP = "snap/thunderbird/common/.thunderbird"
FLATPAK = ".var/app/org.mozilla.thunderbird/.thunderbird"
OLD_FLATPAK = ".var/app/org.mozilla.Thunderbird/.thunderbird"
XDG = ".config/thunderbird"


class Machine(LocalFiles):
    """The home directories of this machine, on a system whose programs are below a folder."""

    def __init__(self, system: pathlib.Path, home: pathlib.Path) -> None:
        super().__init__()
        self._system, self._home = str(system), str(home)

    def _at(self, path: str) -> str:
        return path if path.startswith((self._home, self._system)) else self._system + path

    def read(self, path: str) -> bytes | None:
        return super().read(self._at(path))

    def is_directory(self, path: str) -> bool:
        return super().is_directory(self._at(path))

    def modified(self, path: str) -> float | None:
        return super().modified(self._at(path))

    def names(self, path: str) -> t.Sequence[str]:
        return super().names(self._at(path))

    def real_path(self, path: str) -> str:
        real = super().real_path(self._at(path))
        return real[len(self._system) :] if real.startswith(self._system) else real


class Host:
    """A user's home on a system with some programs."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.system, self.home = folder / "system", folder / "home"
        self.system.mkdir()
        self.home.mkdir()
        self.files = Machine(self.system, self.home)
        self.variables: dict[str, str] = {}

    def install(self, folder: str, version: int = 153) -> None:
        program = self.system / folder.lstrip("/")
        program.mkdir(parents=True)
        (program / "application.ini").write_text(f"[App]\nVersion={version}.8.0\n")

    def use(self, root: str, moment: float = 1000, folder: str = "p.default", program: str = "") -> pathlib.Path:
        profile = self.home / root / folder
        profile.mkdir(parents=True)
        (self.home / root / "profiles.ini").write_text(INI.format(folder=folder))
        last = f"LastPlatformDir={program}\n" if program else ""
        (profile / "compatibility.ini").write_text(f"[Compatibility]\n{last}")
        (profile / "prefs.js").write_text("")
        os.utime(profile / "prefs.js", (moment, moment))
        return profile

    def find(self, location: str = "auto", profile: str | None = None) -> Root:
        environment = Environment(self.variables, ("a doubt",) if self.variables else ())
        return Locations(self.files, str(self.home), lambda: environment).find(location, profile)

    def root(self, location: str = "auto", profile: str | None = None) -> str:
        return os.path.relpath(self.find(location, profile).path, self.home)

    def warning(self) -> str:
        (warning,) = self.find().warnings
        return warning.replace(str(self.home), "~")


@pytest.fixture
def host(tmp_path: pathlib.Path) -> Host:
    return Host(tmp_path)


def test_places_of_each_kind(host: Host) -> None:
    for location, expected in (
        ("native", ".thunderbird"),
        ("snap", SNAP),
        ("flatpak", FLATPAK),
        ("auto", ".thunderbird"),
    ):
        assert host.root(location) == expected
    assert host.find().warnings == ()


def test_the_place_that_was_used_last(host: Host) -> None:
    host.use(FLATPAK, 1000)
    assert host.root("flatpak") == host.root() == FLATPAK
    profile = host.use(SNAP, 5000)
    assert host.root() == SNAP
    assert host.warning() == (
        f"the Thunderbird with its profiles in ~/{SNAP} is configured; there are others in "
        "~/.var/app/org.mozilla.thunderbird/.thunderbird. Choose them with location=flatpak if the user opens those."
    )
    os.utime(profile / "prefs.js", (500, 500))
    assert host.root() == FLATPAK


def test_of_two_flatpaks_the_one_used_last_and_the_other_is_named(host: Host) -> None:
    host.use(OLD_FLATPAK, 2000)
    host.use(FLATPAK, 1000)
    assert host.root("flatpak") == OLD_FLATPAK
    assert "~/.var/app/org.mozilla.thunderbird/.thunderbird. Choose them with the option profile" in host.warning()
    assert host.root("auto", f"{host.home}/{FLATPAK}/p.default") == FLATPAK


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("/usr/lib/thunderbird", ".thunderbird"),
        ("/opt/thunderbird", ".thunderbird"),
        ("/snap/thunderbird/current", SNAP),
    ],
)
def test_a_leftover_loses_to_an_installed_program(host: Host, program: str, expected: str) -> None:
    host.use(FLATPAK)
    host.install(program)
    assert host.root() == expected
    assert f"there are others in ~/{FLATPAK}, whose program is not installed." in host.warning()
    assert host.root("flatpak") == FLATPAK


def test_an_installed_program_is_known_by_the_profile_that_it_opened(host: Host) -> None:
    host.use(".thunderbird", 1000, program="/srv/apps/thunderbird")
    host.install("/snap/thunderbird/current")
    assert host.root() == SNAP
    host.install("/srv/apps/thunderbird")
    assert host.find()[:3] == (str(host.home / ".thunderbird"), ("/srv/apps/thunderbird",), True)
    assert host.find().warnings == ()


def test_a_launcher_that_is_a_link_leads_to_a_program(host: Host) -> None:
    host.install("/srv/thunderbird-157")
    (host.system / "usr/bin").mkdir(parents=True)
    (host.system / "usr/bin/thunderbird").symlink_to(host.system / "srv/thunderbird-157/thunderbird")
    assert host.find().programs == ("/srv/thunderbird-157",)


def test_policies_alone_are_no_program(host: Host) -> None:
    (host.system / "usr/lib/thunderbird/distribution").mkdir(parents=True)
    host.use(SNAP)
    assert host.root() == SNAP


def test_an_installed_flatpak_decides_where_there_is_no_profile(host: Host) -> None:
    (host.home / ".local/share/flatpak/app/net.thunderbird.Thunderbird").mkdir(parents=True)
    assert host.root("flatpak") == host.root() == ".var/app/net.thunderbird.Thunderbird/.thunderbird"


def test_a_link_to_another_place_is_no_other_place(host: Host) -> None:
    host.use(".thunderbird")
    (host.home / SNAP).parent.mkdir(parents=True)
    (host.home / SNAP).symlink_to(host.home / ".thunderbird")
    assert host.find().warnings == ()


@pytest.mark.parametrize("name", ["snap", ".var", ".config", ".icedove"])
def test_a_file_where_a_folder_is_expected_stops_nothing(host: Host, name: str) -> None:
    (host.home / name).write_text("x")
    assert host.root() == ".thunderbird"
    host.use(".thunderbird")
    assert host.root() == ".thunderbird"


def test_debians_old_folder(host: Host) -> None:
    (host.home / ".icedove").mkdir()
    assert host.root() == ".icedove"  # nothing is installed: Debian's launcher may come
    host.install("/usr/lib64/thunderbird")
    assert host.root() == ".thunderbird"  # of another distribution, whose launcher does not know the name
    host.install("/usr/lib/thunderbird")
    (host.system / "usr/lib/thunderbird/thunderbird-wrapper-helper.sh").write_text("")
    assert host.root() == ".icedove"
    (host.home / ".thunderbird").symlink_to(".icedove")
    assert (host.root(), host.find().warnings) == (".thunderbird", ())
    (host.home / ".thunderbird").unlink()
    host.use(".thunderbird")
    assert "Debian's Thunderbird does not start while both ~/.thunderbird and ~/.icedove exist" in host.warning()


@pytest.mark.parametrize("name", [".icedove", ".mozilla-thunderbird"])
def test_profiles_that_no_thunderbird_of_today_opens_are_told_beside_a_new_one(host: Host, name: str) -> None:
    host.install("/opt/thunderbird")
    host.use(name)
    assert host.root() == ".thunderbird"
    told = f"there are profiles of an old Thunderbird in ~/{name}, which this one does not open"
    assert host.warning().startswith(told)
    assert "rename it to ~/.thunderbird, and run again" in host.warning()
    host.use(".thunderbird")
    assert host.find().warnings == ()


@pytest.mark.parametrize("version", [154, 157])
def test_a_newer_home_is_taken_where_the_older_is_missing(host: Host, version: int) -> None:
    host.install("/usr/lib/thunderbird", version)
    host.use(XDG)
    assert host.root() == XDG
    assert host.find().warnings == ()
    assert host.root("auto", f"{host.home}/{XDG}/p.default") == XDG
    profile = profile_choice.choose(host.files, host.find(), None)
    assert (profile.path, profile.new) == (str(host.home / XDG / "p.default"), False)


def test_a_newer_home_beside_an_older_program_is_told(host: Host) -> None:
    host.use(XDG)
    assert (host.root(), host.find().warnings) == (XDG, ())
    host.install("/usr/lib/thunderbird", 153)
    assert host.root() == XDG
    assert "Thunderbird 153 on this host would create new ones in ~/.thunderbird" in host.warning()


def test_nothing_but_a_folder_is_no_newer_home(host: Host) -> None:
    (host.home / XDG).mkdir(parents=True)
    assert host.root() == ".thunderbird"


def test_variables_of_the_session_lead_to_the_newer_home(host: Host) -> None:
    host.use("set/config/thunderbird")
    assert host.root() == ".thunderbird"
    host.variables["XDG_CONFIG_HOME"] = f"{host.home}/set/config"
    assert (host.root(), host.find().warnings) == ("set/config/thunderbird", ("a doubt",))
    host.variables["MOZ_LEGACY_HOME"] = "1"
    assert host.root() == ".thunderbird"


@pytest.mark.parametrize(("version", "told"), [(153, False), (157, True), (None, True)])
def test_what_is_not_known_of_a_login_is_told_where_it_may_hide_the_newer_home(
    host: Host, version: int | None, told: bool
) -> None:
    if version is not None:
        host.install("/usr/lib/thunderbird", version)
    host.variables["XDG_DATA_HOME"] = "/srv/data"
    assert (host.root(), host.find().warnings) == (".thunderbird", ("a doubt",) if told else ())
    host.variables["MOZ_LEGACY_HOME"] = "1"
    assert host.find().warnings == ()


@pytest.mark.parametrize(
    ("folder", "state"),
    [
        (None, "~/.thunderbird has no profiles yet, "),
        ("charter.default", "~/.thunderbird has only profiles that this collection created there, in addition to "),
        ("x.default", "there are profiles in ~/.thunderbird and in ~/.config/thunderbird, "),
    ],
)
def test_the_older_home_hides_the_newer_one(host: Host, folder: str | None, state: str) -> None:
    host.use(XDG, 9000)
    if folder is None:
        (host.home / ".thunderbird").mkdir()
    else:
        host.use(".thunderbird", 1000, folder)
    assert host.root() == ".thunderbird"
    assert host.warning().startswith(state)
    assert host.warning().endswith("have the user close Thunderbird, rename ~/.thunderbird, and run again.")
    (host.home / ".thunderbird").rename(host.home / "renamed")
    assert (host.root(), host.find().warnings) == (XDG, ())


def test_a_new_profile_goes_to_the_older_home(host: Host) -> None:
    host.install("/usr/lib/thunderbird", 157)
    profile = profile_choice.choose(host.files, host.find(), None)
    assert profile.path == str(host.home / ".thunderbird/charter.default")
    host.files.make_directory(profile.path)
    host.files.replace([*profile.files, FileWrite(f"{profile.path}/prefs.js", b"")])
    assert profile_choice.choose(host.files, host.find(), None) == profile_choice.Profile(profile.path, new=False)


def test_what_a_flatpak_sees_is_found_on_the_host(host: Host) -> None:
    app = host.system / "var/lib/flatpak/app/org.mozilla.thunderbird"
    (app / "x86_64/stable/active/files/lib/thunderbird").mkdir(parents=True)
    (app / "current").symlink_to("x86_64/stable")
    (box,) = host.find("flatpak").sandboxes
    system = "/var/lib/flatpak/extension/org.mozilla.thunderbird.systemconfig/x86_64/stable"
    program = "/var/lib/flatpak/app/org.mozilla.thunderbird/current/active/files/lib/thunderbird"
    assert box == (program, f"{system}/policies/policies.json", system)
    assert host.find("native").sandboxes == host.find("snap").sandboxes == ()


@pytest.mark.parametrize("folder", ["/snap/thunderbird/current", "/snap/thunderbird/current/usr/lib/thunderbird"])
def test_what_a_snap_sees_is_found_on_the_host(folder: str, host: Host) -> None:
    host.install(folder)
    assert host.find("snap").sandboxes == ((folder, "/etc/thunderbird/policies/policies.json", ""),)
    assert host.find("flatpak").sandboxes == ()
