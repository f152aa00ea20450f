# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From staged to configured: the account's way through Outlook's hands, which the fake one plays."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook, Form
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC
from ansible_collections.charter.mail.tests.wine.prf_rules import IMAP, POP3
from ansible_collections.charter.mail.tests.wine.staging import ANNA, MARIO, Admin

MARIO_POP3 = {**MARIO, "protocol": "pop3", "leave_on_server_days": 14}


@pytest.fixture
def admin(ansible: Ansible, office_pc: OfficePC) -> Admin:
    return Admin(ansible, office_pc, "powershell")


@pytest.fixture
def outlook(office_pc: OfficePC) -> FakeOutlook:
    """Mario's."""
    return FakeOutlook(office_pc, office_pc.mario)


@pytest.mark.parametrize(
    ("account", "form"), [(MARIO, Form.SINCE_2016), (MARIO_POP3, Form.UNTIL_2013)], ids=["imap", "pop3"]
)
def test_from_staged_to_configured(
    admin: Admin, office_pc: OfficePC, account: t.Mapping[str, t.Any], form: Form
) -> None:
    staged = admin.configure(account)
    assert (staged["changed"], staged["accounts"][0]["outlook_status"]) == (True, "staged")
    assert "start Outlook" in staged["accounts"][0]["advice"]
    FakeOutlook(office_pc, office_pc.mario, form).start()
    configured = admin.configure(account)
    assert (configured["failed"], configured["changed"]) == (False, False), configured
    (entry,) = configured["accounts"]
    assert (entry["status"], entry["outlook_status"]) == ("unchanged", "configured")
    assert (entry["profile"], entry["advice"]) == ("Outlook", "")


def test_an_account_is_added_to_an_existing_profile(admin: Admin, office_pc: OfficePC, outlook: FakeOutlook) -> None:
    outlook.start()  # to look at it, once
    outlook.add({"clsid": POP3, "Email": "mario@home.example", "POP3 Server": "pop.home.example", "POP3 User": "mario"})
    before = office_pc.registry(office_pc.mario.outlook + r"\Profiles")
    assert admin.configure(MARIO)["accounts"][0]["outlook_status"] == "staged"
    outlook.start()
    assert admin.standings(MARIO) == ["configured"]
    after = office_pc.registry(office_pc.mario.outlook + r"\Profiles")
    for path, values in before.items():
        if "clsid" in values:
            assert after[path] == values
    assert len(after) == len(before) + 1


def test_two_accounts_in_one_import_after_a_first_one(admin: Admin, outlook: FakeOutlook) -> None:
    admin.configure(MARIO)
    outlook.start()
    later = [{**MARIO_POP3, "email": "rossi@spectrum.net"}, {**MARIO, "email": "rossi@twc.com"}]
    result = admin.configure(MARIO, *later)
    assert [entry["outlook_status"] for entry in result["accounts"]] == ["configured", "staged", "staged"]
    outlook.start()
    again = admin.configure(MARIO, *later)
    assert again["changed"] is False
    assert {entry["outlook_status"] for entry in again["accounts"]} == {"configured"}


def test_taken_without_an_account(admin: Admin, office_pc: OfficePC) -> None:
    admin.configure(MARIO)
    FakeOutlook(office_pc, office_pc.mario, imports=False).start()
    before = office_pc.photo()
    result = admin.configure(MARIO)
    assert (result["failed"], result["changed"]) == (False, False)
    (entry,) = result["accounts"]
    assert entry["outlook_status"] == "consumed_without_account"
    assert "mario" in entry["advice"]
    assert office_pc.photo() == before


def test_the_user_then_adds_it_with_the_settings_of_the_domain(
    admin: Admin, office_pc: OfficePC, outlook: FakeOutlook
) -> None:
    admin.configure(MARIO)
    FakeOutlook(office_pc, office_pc.mario, imports=False).start()
    outlook.add_account("mario.rossi@charter.net")
    assert admin.standings(MARIO) == ["configured"]


def test_by_the_settings_of_the_domain_alone(admin: Admin, office_pc: OfficePC, outlook: FakeOutlook) -> None:
    only = ["autodiscover"]
    assert admin.configure(MARIO_POP3, method=only)["accounts"][0]["outlook_status"] == "staged"
    assert "ImportPRF" not in office_pc.registry(office_pc.mario.setup).get(office_pc.mario.setup, {})
    outlook.add_account("mario.rossi@charter.net")
    assert admin.standings(MARIO_POP3, method=only) == ["configured"]


def test_a_changed_setting_is_reported(admin: Admin, office_pc: OfficePC, outlook: FakeOutlook) -> None:
    admin.configure(MARIO)
    outlook.start()
    (entry,) = admin.configure(MARIO)["accounts"]
    outlook.change(int(entry["ids"]["key"][-8:], 16), IMAP_Port=143, IMAP_Use_SSL=0)
    before = office_pc.photo()
    result = admin.configure(MARIO)
    assert (result["failed"], result["changed"]) == (False, False)
    (entry,) = result["accounts"]
    assert entry["outlook_status"] == "drifted"
    assert "imap.charter.net 993 ssl wanted, imap.charter.net 143 none in Outlook" in entry["advice"]
    assert office_pc.photo() == before


def test_an_account_made_by_hand_needs_nothing(admin: Admin, office_pc: OfficePC, outlook: FakeOutlook) -> None:
    outlook.add(
        {
            "clsid": IMAP,
            "Display Name": "Mario Rossi",
            "Email": "Mario.Rossi@Charter.net",
            "IMAP Server": "IMAP.charter.net",
            "IMAP User": "mario.rossi@charter.net",
            "IMAP Port": 993,
            "IMAP Use SSL": 1,
            "SMTP Server": "smtp.charter.net",
            "SMTP Port": 587,
            "SMTP Secure Connection": 2,
            "SMTP Use Auth": 1,
        }
    )
    before = office_pc.photo()
    result = admin.configure(MARIO)
    assert (result["changed"], result["accounts"][0]["outlook_status"]) == (False, "configured")
    assert office_pc.photo() == before


def test_only_the_user_can_remove_an_account_of_outlook(
    admin: Admin, office_pc: OfficePC, outlook: FakeOutlook
) -> None:
    admin.configure(MARIO)
    outlook.start()
    profiles = office_pc.export(office_pc.mario.outlook + r"\Profiles")
    result = admin.configure({**MARIO, "state": "absent"})
    (entry,) = result["accounts"]
    assert result["changed"] is True  # the settings of the domain, and our record
    assert entry["outlook_status"] == "configured"
    assert "Remove" in entry["advice"]
    assert office_pc.export(office_pc.mario.outlook + r"\Profiles") == profiles
    assert admin.configure({**MARIO, "state": "absent"})["changed"] is False
    outlook.remove_profiles()
    (entry,) = admin.configure({**MARIO, "state": "absent"})["accounts"]
    assert (entry["status"], entry["outlook_status"]) == ("absent", "absent")


def test_the_outlook_of_each_user_imports_its_own_file(admin: Admin, office_pc: OfficePC, outlook: FakeOutlook) -> None:
    admin.configure(MARIO, ANNA)
    outlook.start()
    assert admin.standings(MARIO, ANNA) == ["configured", "staged"]
    FakeOutlook(office_pc, office_pc.anna, Form.UNTIL_2013).start()
    assert admin.standings(MARIO, ANNA) == ["configured", "configured"]


def test_who_started_outlook_before(admin: Admin, office_pc: OfficePC, outlook: FakeOutlook) -> None:
    """First-Run would keep Outlook from looking at the PRF."""
    first_run = {"First-Run": RegValue.binary(b"\x01"), "FirstRun": RegValue.binary(b"\x01")}
    office_pc.write(KeyWrite(office_pc.mario.setup, first_run))
    admin.configure(MARIO)
    outlook.start()
    assert admin.standings(MARIO) == ["configured"]


def test_names_that_mean_something_to_others_are_only_names(admin: Admin, office_pc: OfficePC) -> None:
    """To cmd.exe, PowerShell, PRF and .reg files."""
    user = office_pc.add_user("Zoë %TEMP% & $(Söhne)'s", "S-1-12-1-1234567890-2345678901-3456789012-4567890123")
    name = 'Zoë "50% off" & $(x) ^| [y]; it\'s'
    account = {**MARIO, "user": user.sid, "email": "zoe@charter.net", "full_name": name}
    assert admin.configure(account)["accounts"][0]["outlook_status"] == "staged"
    FakeOutlook(office_pc, user).start()
    assert admin.standings(account) == ["configured"]
    profiles = office_pc.registry(user.outlook + r"\Profiles")
    names = [values["Display Name"].text for values in profiles.values() if "Display Name" in values]
    assert names == [name]
