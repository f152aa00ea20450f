# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The new Outlook, which users have or are to be moved to, and policies for or against what is staged."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import RegValue

from .office_pc import MARIO, OfficePc
from .outlook_runs import (
    CLOUD_POLICIES,
    OUTLOOK_KEY,
    POLICIES,
    PREFERENCES,
    account,
    client,
    push,
    standing,
    verdict,
    warnings,
)


@pytest.mark.parametrize("root", [POLICIES, CLOUD_POLICIES, OUTLOOK_KEY])
@pytest.mark.parametrize("below", [r"\Options\General", r"\Preferences"])
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("DoNewOutlookAutoMigration", 1),
        ("NewOutlookAutoMigrationRetryIntervals", 7),
        ("NewOutlookMigrationUserSetting", 1),
    ],
)
def test_a_move_to_the_new_outlook_is_told_by_the_values_name(root: str, below: str, name: str, number: int) -> None:
    pc = OfficePc()
    pc.set(root + below, name, RegValue.dword(0))
    push(pc, account())
    assert warnings(pc, account()) == ""
    pc.set(root + below, name, RegValue.dword(number))
    assert standing(pc, account()) is OutlookStatus.STAGED
    assert f"{name} is {number} in {root}{below}" in warnings(pc, account())


@pytest.mark.parametrize("root", [POLICIES, CLOUD_POLICIES, OUTLOOK_KEY])
@pytest.mark.parametrize(
    ("below", "name", "said"),
    [
        (r"\Preferences", "UseNewOutlook", "uses the new Outlook"),
        (r"\Preferences", "NewOutlookMigrationUserSetting", "will be moved to the new Outlook"),
        (r"\Options\General", "DoNewOutlookAutoMigration", "will be moved to the new Outlook"),
    ],
)
@pytest.mark.parametrize("port", [465, 587])
def test_an_account_that_classic_outlook_has_while_the_user_is_in_the_new_one(
    root: str, below: str, name: str, said: str, port: int
) -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account())
    wanted = dataclasses.replace(account(), outgoing=Server("smtp.charter.net", port, Security.STARTTLS))
    pc.set(root + below, name, RegValue.dword(0))
    assert "new Outlook" not in warnings(pc, wanted)
    pc.set(root + below, name, RegValue.dword(1))
    assert standing(pc, wanted) is (OutlookStatus.CONFIGURED if port == 587 else OutlookStatus.DRIFTED)
    assert f"{said} ({name} is 1 in {root}{below})" in warnings(pc, wanted)


@pytest.mark.parametrize("root", [POLICIES, CLOUD_POLICIES])
def test_the_new_outlook_by_policy_is_an_obstacle(root: str) -> None:
    pc = OfficePc()
    pc.set(root + r"\Preferences", "UseNewOutlook", RegValue.dword(1))
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.BLOCKED
    assert "The policy UseNewOutlook is 1" in found.advice
    pc.set(root + r"\Preferences", "UseNewOutlook", RegValue.dword(0))
    pc.set(PREFERENCES, "UseNewOutlook", RegValue.dword(1))
    assert "has switched to the new Outlook" in verdict(pc, account()).advice


@pytest.mark.parametrize("root", [POLICIES, CLOUD_POLICIES])
@pytest.mark.parametrize(
    ("name", "stored", "said"),
    [
        ("PreferLocalXML", RegValue.dword(0), "PreferLocalXML is 0"),
        ("charter.net", RegValue.sz(r"C:\corp\a.xml"), r"C:\\corp\\a.xml"),
    ],
)
def test_a_policy_against_the_staged_autodiscover(root: str, name: str, stored: RegValue, said: str) -> None:
    pc = OfficePc()
    pc.set(root + r"\AutoDiscover", name, stored)
    assert not push(pc, account(), methods=["autodiscover"]).changed
    found = verdict(pc, account(), methods=["autodiscover"])
    assert found.standing is OutlookStatus.BLOCKED
    assert said in found.advice
    push(pc, account())
    assert standing(pc, account()) is OutlookStatus.STAGED
    assert said in warnings(pc, account())
    assert set(pc.folders[MARIO.sid]) == {locations.PRF}


def test_policies_that_agree_are_no_obstacle() -> None:
    pc = OfficePc()
    path = client(pc).read().path("charter.net.xml")
    pc.set(POLICIES + r"\AutoDiscover", "PreferLocalXML", RegValue.dword(1))
    pc.set(POLICIES + r"\AutoDiscover", "charter.net", RegValue.sz(path))
    push(pc, account(), methods=["autodiscover"])
    assert standing(pc, account(), methods=["autodiscover"]) is OutlookStatus.STAGED
