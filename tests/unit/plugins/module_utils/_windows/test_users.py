# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is meant by a name on a PC."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._windows import registry_keys
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
)
from ansible_collections.charter.mail.plugins.module_utils._windows.users import WindowsUser, find, with_profiles

PREFIX = "S-1-5-21-1111111111-2222222222-3333333333"
MARIO = WindowsUser(f"{PREFIX}-1001", r"C:\Users\mario")
MARIO_OF_CORP = WindowsUser(f"{PREFIX}-1002", r"C:\Users\mario.CORP")
ANNA = WindowsUser("S-1-12-1-1-2-3-4", "D:\\Users\\Zoë\\")


def named(folder: str) -> WindowsUser:
    return WindowsUser(f"{PREFIX}-{sum(folder.encode())}", f"C:\\Users\\{folder}")


def test_users_are_accounts_with_a_profile_and_not_the_system() -> None:
    listed = {
        MARIO.sid.lower(): RegValue.expand_sz(MARIO.folder),
        ANNA.sid: RegValue.sz(ANNA.folder),
        "S-1-5-18": RegValue.expand_sz(r"%systemroot%\system32\config\systemprofile"),
        f"{PREFIX}-1003.bak": RegValue.expand_sz(r"C:\Users\old"),
        f"{PREFIX}-1004": RegValue.sz(""),
    }
    writes = [
        KeyWrite(f"{registry_keys.PROFILE_LIST}\\{sid}", {"ProfileImagePath": folder}) for sid, folder in listed.items()
    ]
    found = with_profiles(Registry().written([*writes, KeyWrite(f"{registry_keys.PROFILE_LIST}\\{PREFIX}-1005")]))
    assert set(found) == {MARIO, ANNA}


@pytest.mark.parametrize("user", ["mario", "MARIO", r"PC\mario", MARIO.sid, MARIO.sid.lower()])
def test_a_name_or_sid_is_found(user: str) -> None:
    assert find([MARIO, ANNA], user) == MARIO


def test_letters_outside_ascii_and_another_drive() -> None:
    assert find([MARIO, ANNA], "zoË") == ANNA


@pytest.mark.parametrize("user", ["mario", r"OTHER\mario", r"PC\MARIO", "mario@other", "mario@other.example"])
def test_the_exact_name_wins(user: str) -> None:
    assert find([MARIO_OF_CORP, MARIO, named("mario.000"), named("mario.rossi")], user) == MARIO


@pytest.mark.parametrize("user", [r"corp\mario", "mario@CORP"])
def test_a_domain_tells_folders_apart_that_have_it(user: str) -> None:
    assert find([MARIO, MARIO_OF_CORP], user) == MARIO_OF_CORP
    assert find([MARIO_OF_CORP, named("mario.CORP.000")], user) == MARIO_OF_CORP


@pytest.mark.parametrize(
    ("user", "folder"),
    [
        ("carla", "carla.000"),
        ("carla", "Carla.PC01"),
        ("carla", "carla.PC01.001"),
        (r".\carla", "carla.PC01"),
        (r"pc01\carla", "carla.PC01"),
        (r"CORP\carla", "carla.corp"),
        (r"CORP\carla", "carla.CORP.000"),
        (r"CORP\carla", "carla.000"),
        (r"corp.example.com\carla", "carla"),
        ("carla@corp", "carla.CORP"),
        ("carla.verdi", "carla.verdi"),
        ("carla.verdi@corp.example.com", "carla.verdi"),
    ],
)
def test_the_endings_that_windows_adds_are_taken(user: str, folder: str) -> None:
    assert find([ANNA, named(folder)], user, "PC01") == named(folder)


@pytest.mark.parametrize(
    "user", ["carla", r"CORP\carla", r".\carla", r"PC01\carla", "carla@charter.net", "carla@verdi.it"]
)
@pytest.mark.parametrize("folder", ["carla.verdi", "carla.0000", "carla.00", "carla.old", "carla.CORP2", "carla."])
def test_any_other_ending_is_another_users(user: str, folder: str) -> None:
    with pytest.raises(OptionError, match=f"no Windows account .*{folder}"):
        find([ANNA, named(folder)], user, "PC01")


def test_no_ending_is_taken_for_the_computers_name_as_long_as_that_is_not_known() -> None:
    with pytest.raises(OptionError):
        find([named("carla.PC01")], "carla")


@pytest.mark.parametrize(
    ("user", "folders"),
    [
        ("carla", ["carla.000", "carla.001"]),
        ("carla", ["carla.000", "carla.PC01"]),
        (r"CORP\carla", ["carla.CORP.000", "carla.CORP.001"]),
        ("carla@corp.example.com", ["carla", "carla.CORP"]),
        (r"corp.example.com\carla", ["carla", "carla.CORP"]),
    ],
)
def test_what_could_be_two_is_refused_with_their_sids(user: str, folders: list[str]) -> None:
    with pytest.raises(OptionError, match=f"could be any of .*{named(folders[0]).sid}.*{named(folders[1]).sid}"):
        find([named(folder) for folder in folders], user, "PC01")


@pytest.mark.parametrize("user", ["mari", "mario.", "S-1-5-18", f"{PREFIX}-9999", "", "CORP\\", "@corp"])
def test_nobody_is_refused_with_those_that_there_are(user: str) -> None:
    with pytest.raises(OptionError, match="mario"):
        find([MARIO, MARIO_OF_CORP], user)


ENTRA = WindowsUser("S-1-12-1-1111111111-2-3-4", r"C:\Users\carla")
LOCAL = WindowsUser(f"{PREFIX}-1009", r"C:\Users\carla")


@pytest.mark.parametrize("user", [r"AzureAD\carla", r"azuread\carla@corp.example.com", r"AZUREAD\Carla@corp.example"])
def test_an_account_of_entra_id_is_no_local_one_of_the_same_name(user: str) -> None:
    assert find([LOCAL, ENTRA], user, "PC01") == ENTRA
    with pytest.raises(OptionError, match=f"no Windows account .*{LOCAL.sid}"):
        find([LOCAL], user, "PC01")


@pytest.mark.parametrize("user", [r".\carla", r"PC01\carla", "carla@pc01"])
def test_a_local_account_is_none_of_entra_id(user: str) -> None:
    assert find([ENTRA, LOCAL], user, "PC01") == LOCAL
    with pytest.raises(OptionError, match=f"no Windows account .*{ENTRA.sid}"):
        find([ENTRA], user, "PC01")


@pytest.mark.parametrize("user", ["carla", r"CORP\carla", "carla@corp.example.com"])
def test_a_synchronized_account_may_be_of_either_kind(user: str) -> None:
    assert find([ENTRA], user, "PC01") == ENTRA
    assert find([LOCAL], user, "PC01") == LOCAL


@pytest.mark.parametrize(
    ("user", "folder"),
    [
        (r"MicrosoftAccount\carla.verdi@outlook.com", "carla"),  # five letters of the address, perhaps another user's
        ("massimiliano.bartolomei", "massimiliano.bartolo"),  # 20 letters, as another one's could be
        (r"NT SERVICE\MSSQLSERVER", "mario"),
        ("S-1-5-80-3880718306-3832830129-1677859214-2598158968-1052248003", "mario"),
        ("S-1-15-3-1024-1065365936-1281604716-3511738428-1654721687-432734479", "mario"),
        ("Ju\u0308rgen", "J\u00fcrgen"),
        (r"AzureAD\carla.verdi@corp.example", "carla"),
        ("carla.000", "carla"),
        ("CORP/carla", "carla"),
    ],
)
def test_a_name_that_only_resembles_a_folder_is_refused(user: str, folder: str) -> None:
    with pytest.raises(OptionError, match=f"no Windows account .*{folder}"):
        find([named(folder)], user, "PC01")


@pytest.mark.parametrize(
    ("user", "folder"),
    [
        ("CORP\\j\u00fcrgen.m\u00fc\u00dfig", "J\u00dcRGEN.M\u00dc\u00dfIG"),
        ("o'brien", "O'Brien"),
        (r"CORP\\carla", "carla"),  # a backslash too many, as YAML's quotes leave it
        ("carla.verdi@corp.example.com", "carla.verdi.000"),
        (r".\carla.verdi", "carla.verdi.PC01.002"),
    ],
)
def test_names_with_dots_letters_outside_ascii_and_quotes(user: str, folder: str) -> None:
    assert find([named(folder), named("carla.rossi")], user, "PC01") == named(folder)


def test_who_has_a_roaming_profile() -> None:
    folder = {"ProfileImagePath": RegValue.sz(MARIO.folder), "CentralProfile": RegValue.sz(r"\\server\mario.V6")}
    (found,) = with_profiles(Registry().written([KeyWrite(f"{registry_keys.PROFILE_LIST}\\{MARIO.sid}", folder)]))
    assert found.roams
