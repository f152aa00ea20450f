# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify with from_client: what is really in a person's Thunderbird, tested against the lab's real servers."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.sdr import (
    Cipher,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.store import (
    NssPasswordStore,
)
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, python_of_version
from ansible_collections.charter.mail.tests.integration.people import Person, snapshot
from ansible_collections.charter.mail.tests.integration.verdicts import Verdict
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.thunderbird.password_store import samples

WRONG = "not-the-stored-one"


@pytest.fixture
def ansible(tmp_path: pathlib.Path, mail_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=mail_lab.command([]))


@pytest.fixture
def desk(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, mario: Person) -> Desk:
    """Mario, whose Thunderbird has the account."""
    desk = Desk(ansible, mail_lab, mail_user, mario)
    desk.configure()
    return desk


class Desk:
    """A person with Thunderbird and a mailbox."""

    def __init__(self, ansible: Ansible, lab: MailLab, user: MailUser, person: Person) -> None:
        self.ansible = ansible
        self.lab = lab
        self.user = user
        self.person = person

    def configure(self, **options: t.Any) -> None:
        """Give Thunderbird the account."""
        given = {"user": self.person.name, "email": self.user.address, "password": self.user.password}
        result = self.ansible.module("thunderbird_account", **{**given, **options})
        assert not result["failed"], result

    def verify(self, **options: t.Any) -> Verdict:
        """Test what Thunderbird has, and see that nothing is changed, shown or left behind."""
        before = snapshot(self.person.home)
        given = {"user": self.person.name, "email": self.user.address, "ca_path": str(self.lab.ca_path)}
        result = self.ansible.module("mail_verify", **{**given, "from_client": "thunderbird", **options})
        assert "accounts" in result, result
        assert snapshot(self.person.home) == before
        assert self.user.password not in str(result)
        assert WRONG not in str(result)
        return Verdict(result)

    def store(self, origin: str, password: str) -> None:
        """Put a password into Thunderbird's own store."""
        profile = self.person.profile
        files = [profile / "key4.db", profile / "logins.json"]
        before = NssPasswordStore.open(
            files[0].read_bytes(),
            str(files[0]),
            files[1].read_bytes(),
            str(files[1]),
            scratch=str(profile.parent.parent),
            fresh=Cipher.AES,
            now=1,
        )
        after = before.with_login(origin, self.user.address, Secret(password))
        for write in after.files_since(before):
            pathlib.Path(write.path).write_bytes(write.content)

    def sign_ins(self) -> list[bool]:
        """The outcome of each attempt so far."""
        return [login.succeeded for login in self.lab.logins() if login.user == self.user.address]


def test_wanted_is_configured_is_working(desk: Desk) -> None:
    verdict = desk.verify()
    assert not verdict.failed, verdict.message
    assert verdict.complete
    assert verdict.client["evidence"] == (
        f"Thunderbird profile {desk.person.profile} is set up as wanted; the tests ran with what Thunderbird has stored"
    )
    assert desk.sign_ins() == [True, True]


def test_on_an_old_python_with_pop3_and_a_round_trip(
    tmp_path: pathlib.Path, mail_lab: MailLab, mail_user: MailUser, mario: Person
) -> None:
    python = python_of_version("3.8")
    if python is None:
        pytest.skip("there is no Python 3.8 here")
    ansible = Ansible(tmp_path / "old", prefix=mail_lab.command([]), python=python)
    desk = Desk(ansible, mail_lab, mail_user, mario)
    desk.configure(protocol="pop3", leave_on_server_days=14)
    verdict = desk.verify(protocol="pop3", leave_on_server_days=14, round_trip=True)
    assert not verdict.failed, verdict.message
    assert verdict.complete
    assert verdict.checks[-1]["stage"] == "round_trip"
    assert mail_lab.messages(mail_user.address) == ()
    other = desk.verify(protocol="pop3", leave_on_server_days=7)
    assert "leave_on_server_days: 7 wanted, 14 in Thunderbird" in other.client["evidence"]


def test_a_drift_is_shown_and_what_is_there_is_tested(desk: Desk) -> None:
    desk.configure(provider="spectrum")
    verdict = desk.verify()
    assert verdict.failed
    assert verdict.client["status"] == "failed"
    assert verdict.client["evidence"].startswith(
        "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in Thunderbird; "
        "outgoing: smtp.charter.net 587 starttls wanted, mobile.charter.net 587 ssl in Thunderbird. "
    )
    assert "charter.mail.thunderbird_account" in verdict.client["advice"]
    assert {check["server"] for check in verdict.checks[1:]} == {"mobile.charter.net:993", "mobile.charter.net:587"}
    assert {check["status"] for check in verdict.checks[1:]} == {"ok"}
    assert verdict.cause["code"] == "client_differs"
    assert verdict.cause["sentence"].startswith("Thunderbird is not set up as wanted")
    assert verdict.message.startswith("Thunderbird is not set up as wanted: incoming: ")
    assert "All tests completed successfully" in verdict.message
    assert not desk.verify(provider="spectrum").failed


def test_a_wrong_password_stored_for_sending_only(desk: Desk) -> None:
    desk.store("smtp://smtp.charter.net", WRONG)
    verdict = desk.verify()
    assert verdict.failed
    assert verdict.status("incoming", "mailbox") == "ok"
    assert verdict.status("outgoing", "authentication") == "failed"
    assert verdict.cause["code"] == "password_refused"
    assert "which works for receiving" not in verdict.message
    assert "The passwords stored for receiving and for sending differ" in verdict.message
    assert sorted(desk.sign_ins()) == [False, True]


def test_a_given_password_is_tested_and_compared_with_the_stored_one(desk: Desk) -> None:
    desk.store("imap://imap.charter.net", WRONG)
    verdict = desk.verify(password=desk.user.password)
    assert verdict.failed
    assert "password for receiving: another one is stored in Thunderbird" in verdict.client["evidence"]
    assert {check["status"] for check in verdict.checks[1:]} == {"ok"}
    assert desk.sign_ins() == [True, True]


def test_no_password_is_stored(desk: Desk) -> None:
    (desk.person.profile / "logins.json").unlink()
    verdict = desk.verify()
    assert not verdict.failed, verdict.message
    assert not verdict.complete
    assert "no password was given and Thunderbird has stored none" in verdict.message
    assert desk.sign_ins() == []


def test_a_primary_password_is_said(desk: Desk) -> None:
    (desk.person.profile / "key4.db").write_bytes(samples.key4("primary-password"))
    verdict = desk.verify()
    assert not verdict.failed, verdict.message
    assert verdict.client["status"] == "ok"
    assert "a primary password protects Thunderbird's stored passwords" in verdict.client["evidence"]
    assert verdict.status("incoming", "capability") == "ok"
    assert verdict.status("incoming", "authentication") == "skipped"
    assert "primary password" in verdict.message
    assert desk.sign_ins() == []


def test_an_account_that_is_not_there(desk: Desk) -> None:
    verdict = desk.verify(protocol="pop3")
    assert verdict.failed
    assert verdict.client["status"] == "failed"
    assert verdict.client["evidence"].endswith("has the address, but not by POP3")
    assert verdict.client["advice"] == "Run charter.mail.thunderbird_account with the same options."
    assert verdict.status("incoming", "capability") == "ok"


def test_a_person_without_thunderbird(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, mario: Person) -> None:
    verdict = Desk(ansible, mail_lab, mail_user, mario).verify()
    assert verdict.failed
    assert verdict.client["code"] == "client_lacks_account"
    assert verdict.client["evidence"].endswith("does not have the account")


def test_what_cannot_be_read_is_said(desk: Desk) -> None:
    prefs = desk.person.profile / "prefs.js"
    prefs.unlink()
    prefs.mkdir()
    desk.person.own()
    verdict = desk.verify()
    assert verdict.failed
    assert verdict.client["code"] == "client_unreadable"
    assert str(prefs) in verdict.message


def test_the_playbook_goes_as_far_as_it_is_told(desk: Desk) -> None:
    desk.configure(provider="spectrum")
    accounts = [{"user": desk.person.name, "email": desk.user.address}]
    inventory = desk.ansible.local_host(mail_accounts=accounts, mail_ca_path=str(desk.lab.ca_path))
    further = ["--extra-vars", "mail_from_client=thunderbird", "--extra-vars", "mail_round_trip=true"]
    played = desk.ansible.playbook("verify", inventory, *further)
    assert played.code == 2
    assert "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in Thunderbird" in played.output
    assert "The test message arrived after" in played.output
    accounts[0]["provider"] = "spectrum"
    again = desk.ansible.playbook("verify", inventory, *further)
    assert again.code == 0, again.output
    assert again.recap["changed"] == 0
    assert desk.lab.messages(desk.user.address) == ()
    assert desk.user.password not in played.output + again.output
