# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is meant by a name on a PC."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._windows import keys
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
)
from ansible_collections.charter.mail.plugins.module_utils._windows.users import WindowsUser, find, people

PREFIX = "S-1-5-21-1111111111-2222222222-3333333333"
MARIO = WindowsUser(f"{PREFIX}-1001", r"C:\Users\mario")
MARIO_OF_CORP = WindowsUser(f"{PREFIX}-1002", r"C:\Users\mario.CORP")
ANNA = WindowsUser("S-1-12-1-1-2-3-4", "D:\\Users\\Zoë\\")


def test_people_are_accounts_with_a_profile_and_not_the_system() -> None:
    listed = {
        MARIO.sid.lower(): RegValue.expand_sz(MARIO.folder),
        ANNA.sid: RegValue.sz(ANNA.folder),
        "S-1-5-18": RegValue.expand_sz(r"%systemroot%\system32\config\systemprofile"),
        f"{PREFIX}-1003.bak": RegValue.expand_sz(r"C:\Users\old"),
        f"{PREFIX}-1004": RegValue.sz(""),
    }
    writes = [KeyWrite(f"{keys.PROFILE_LIST}\\{sid}", {"ProfileImagePath": folder}) for sid, folder in listed.items()]
    found = people(Registry().written([*writes, KeyWrite(f"{keys.PROFILE_LIST}\\{PREFIX}-1005")]))
    assert set(found) == {MARIO, ANNA}


@pytest.mark.parametrize("user", ["mario", "MARIO", r"PC\mario", MARIO.sid, MARIO.sid.lower()])
def test_a_name_or_sid_is_found(user: str) -> None:
    assert find([MARIO, ANNA], user) == MARIO


def test_letters_outside_ascii_and_another_drive() -> None:
    assert find([MARIO, ANNA], "zoË") == ANNA


@pytest.mark.parametrize("user", ["mario", r"OTHER\mario"])
def test_what_could_be_two_is_refused_with_their_sids(user: str) -> None:
    with pytest.raises(OptionError, match=f"{MARIO.sid}.*{MARIO_OF_CORP.sid}"):
        find([MARIO, MARIO_OF_CORP], user)


def test_a_domain_tells_folders_apart_that_have_it() -> None:
    assert find([MARIO, MARIO_OF_CORP], r"corp\mario") == MARIO_OF_CORP


@pytest.mark.parametrize("user", ["mari", "mario.", "S-1-5-18", f"{PREFIX}-9999", ""])
def test_nobody_is_refused_with_those_that_there_are(user: str) -> None:
    with pytest.raises(OptionError, match="mario"):
        find([MARIO, MARIO_OF_CORP], user)
