# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was staged earlier and came along, in a profile that roams or on a PC that was set up anew, is taken back."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations, staging_record
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.staging_record import RegistryChange
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import RegValue

from .office_pc import MARIO, OfficePc
from .outlook_runs import AUTODISCOVER, SETUP, account, client, push, standing, stored_text, warnings

OURS = rf"C:\ProgramData\charter.mail\Outlook\{MARIO.sid}\accounts.prf"
ELSEWHERE = r"D:\Daten\charter.mail\Outlook\S-1-5-21-9-9-9-1001\accounts.prf"


@pytest.mark.parametrize("path", [OURS, OURS.upper(), ELSEWHERE])
def test_an_import_prf_of_ours_without_a_record_is_taken_back(path: str) -> None:
    for wanted in (account(state="absent"), account()):
        pc = OfficePc()
        pc.set(SETUP, "ImportPRF", RegValue.sz(path))
        pc.set(AUTODISCOVER, "charter.net", RegValue.sz(path.rpartition("\\")[0] + "\\charter.net.xml"))
        pc.set(AUTODISCOVER, "other.example", RegValue.sz(r"C:\other.xml"))
        assert push(pc, wanted).changed
        assert push(pc, account(state="absent")).changed == (wanted == account())
        assert stored_text(pc, SETUP, "ImportPRF") is None
        assert stored_text(pc, AUTODISCOVER, "charter.net") is None
        assert stored_text(pc, AUTODISCOVER, "other.example") == r"C:\other.xml"
        assert not push(pc, account(state="absent")).changed


SWITCHES = ("PreferLocalXML", "ExcludeExplicitO365Endpoint")


@pytest.mark.parametrize("wanted", [account(), account(state="absent")])
@pytest.mark.parametrize("path", [OURS, ELSEWHERE])
def test_the_switches_that_came_along_are_not_what_was_there_before(wanted: Account, path: str) -> None:
    pc = OfficePc()
    pc.set(AUTODISCOVER, "charter.net", RegValue.sz(path.rpartition("\\")[0] + "\\charter.net.xml"))
    for name in SWITCHES:
        pc.set(AUTODISCOVER, name, RegValue.dword(1))
    push(pc, wanted)
    push(pc, account(state="absent"))
    assert dict(pc.everything.get(AUTODISCOVER, {})) == {}


@pytest.mark.parametrize("other", ["other.example", "charter.net"])
def test_the_switches_stay_where_somebody_else_uses_them(other: str) -> None:
    pc = OfficePc()
    pc.set(AUTODISCOVER, other, RegValue.sz(r"C:\other.xml"))
    pc.set(AUTODISCOVER, "twc.com", RegValue.sz(ELSEWHERE))
    for name in SWITCHES:
        pc.set(AUTODISCOVER, name, RegValue.dword(1))
    push(pc, account(state="absent"))
    assert set(pc.everything[AUTODISCOVER]) == {other, *SWITCHES}
    pc = OfficePc()
    for name in SWITCHES:
        pc.set(AUTODISCOVER, name, RegValue.dword(1))
    push(pc, account())
    push(pc, account(state="absent"))
    assert set(pc.everything[AUTODISCOVER]) == set(SWITCHES)


def test_it_is_taken_back_beside_an_account_that_outlook_has() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account())
    pc.set(SETUP, "ImportPRF", RegValue.sz(OURS))
    assert push(pc, account()).changed
    assert stored_text(pc, SETUP, "ImportPRF") is None
    assert not push(pc, account()).changed


def test_a_record_in_which_our_own_path_was_there_before_does_not_put_it_back() -> None:
    pc = OfficePc()
    push(pc, account())
    noted = client(pc).read().record
    written = [
        RegistryChange(one.key, one.name, RegValue.sz(ELSEWHERE), one.after) if one.name == "ImportPRF" else one
        for one in noted.written
    ]
    text = staging_record.dump(dataclasses.replace(noted, written=tuple(written)))
    pc.set(locations.record(MARIO.sid), locations.RECORD, RegValue.sz(text))
    push(pc, account(state="absent"))
    assert stored_text(pc, SETUP, "ImportPRF") is None


@pytest.mark.parametrize("path", [r"C:\corp\accounts.prf", r"\\server\charter.mail\Outlook\S-1-5-21-1\accounts.prf"])
def test_a_path_that_is_not_ours_stays(path: str) -> None:
    pc = OfficePc()
    pc.set(SETUP, "ImportPRF", RegValue.sz(path))
    assert not push(pc, account(state="absent")).changed
    assert standing(pc, account()) is OutlookStatus.BLOCKED


def test_a_roaming_profile_is_told() -> None:
    roaming = dataclasses.replace(MARIO, roams=True)
    pc = OfficePc(users=(roaming,))
    push(pc, account(), user=roaming)
    assert "roaming profile" in warnings(pc, account(), user=roaming)
    pc.start_outlook(MARIO)
    assert warnings(pc, account(), user=roaming) == ""
