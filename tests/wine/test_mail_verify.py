# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of a Windows host's accounts: from the controller, with what Outlook on the PC has."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC
from ansible_collections.charter.mail.tests.wine.prf_rules import IMAP
from ansible_collections.charter.mail.tests.wine.staging import MARIO, PASSWORD, Admin

OPTIONS = {"fail_on": [], "suggest": False, "timeout": 5}

Verify = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def ansible(tmp_path: pathlib.Path, mail_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=mail_lab.command([]))


@pytest.fixture
def verify(ansible: Ansible, mail_lab: MailLab, office_pc: OfficePC) -> Verify:
    def run(*accounts: t.Mapping[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
        given = {**OPTIONS, "checks": "all", "ca_path": str(mail_lab.ca_path), **options}
        return ansible.module("mail_verify", hosts=office_pc.inventory("powershell"), accounts=list(accounts), **given)

    return run


def client_check(result: t.Mapping[str, t.Any]) -> tuple[str, str]:
    """Status and code of what the look into Outlook found."""
    (check,) = [check for check in result["accounts"][0]["checks"] if check["stage"] == "client"]
    return check["status"], check["code"]


def test_the_controller_tests_and_reports_so_with_or_without_the_pc(
    verify: Verify, mail_user: MailUser, office_pc: OfficePC
) -> None:
    office_pc.asked()
    mario = {"user": "mario", "email": mail_user.address, "password": mail_user.password}
    result = verify(mario, from_pc="none")
    assert result["checked_from"] == "controller"
    assert {check["status"] for check in result["accounts"][0]["checks"]} == {"ok"}
    assert result["msg"].endswith("Tested from the controller, not from the PC itself.")
    assert result["accounts"][0]["summary"].endswith("Tested from the controller, not from the PC itself.")
    assert [check["server"] for check in result["accounts"][0]["checks"]][:1] == ["imap.charter.net:993"]
    assert office_pc.asked() == []


def test_what_outlook_has_is_compared(verify: Verify, ansible: Ansible, office_pc: OfficePC) -> None:
    admin, outlook = Admin(ansible, office_pc, "powershell"), FakeOutlook(office_pc, office_pc.mario)
    assert client_check(verify(MARIO, from_client="outlook")) == ("failed", "client_lacks_account")
    admin.configure(MARIO)
    staged = verify(MARIO, from_client="outlook")
    assert "it is staged for the next start" in staged["msg"]
    outlook.start()
    before = office_pc.photo()
    assert client_check(verify(MARIO, from_client="outlook")) == ("ok", "")
    assert office_pc.photo() == before
    assert office_pc.temporary() == []


def test_a_manual_account_with_other_servers_is_reported_and_tested(verify: Verify, office_pc: OfficePC) -> None:
    by_hand: dict[str, str | int] = {
        "IMAP Server": "imap.elsewhere.example",
        "IMAP User": "mario.rossi@charter.net",
        "IMAP Port": 143,
    }
    outlook = FakeOutlook(office_pc, office_pc.mario)
    outlook.start()
    outlook.add({"clsid": IMAP, "Email": "mario.rossi@charter.net", **by_hand})
    result = verify(MARIO, from_client="outlook")
    assert client_check(result) == ("failed", "client_differs")
    assert "imap.elsewhere.example" in result["msg"]
    assert "imap.elsewhere.example:143" in {check["server"] for check in result["accounts"][0]["checks"]}


def test_a_user_who_is_not_logged_on_cannot_be_read(verify: Verify, office_pc: OfficePC) -> None:
    office_pc.log_off(office_pc.mario)
    result = verify(MARIO, from_client="outlook")
    assert client_check(result) == ("failed", "client_unreadable")
    assert "not logged on" in result["msg"]


@pytest.mark.parametrize(
    "options",
    [
        {"from_client": "netscape"},
        {"timeout": 0},
        {"from_client": "outlook", "accounts": [{"email": "a@b.example"}]},
    ],
)
def test_what_cannot_be_done_is_refused_without_a_password(
    ansible: Ansible, office_pc: OfficePC, options: t.Mapping[str, t.Any]
) -> None:
    given = {**OPTIONS, "accounts": [MARIO], **options}
    result = ansible.module("mail_verify", hosts=office_pc.inventory(), **given)
    assert result["failed"]
    assert PASSWORD not in json.dumps(result)


@pytest.mark.parametrize("module", ["mail_verify", "outlook_account"])
@pytest.mark.parametrize("wrong", [[{**MARIO, "protocol": PASSWORD}], f"x {PASSWORD}", [f"x {PASSWORD}"]])
def test_a_failure_of_the_options_shows_no_password(
    ansible: Ansible, office_pc: OfficePC, module: str, wrong: t.Any
) -> None:
    result = ansible.module(module, hosts=office_pc.inventory(), accounts=wrong)
    assert result["failed"]
    assert PASSWORD not in json.dumps(result)
