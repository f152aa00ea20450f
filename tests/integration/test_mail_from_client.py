# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify with from_client: the settings stored in a user's Thunderbird, tested against the lab's servers."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.json_store import (
    NssPasswordStore,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.sdr import (
    Cipher,
)
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, python_of_version
from ansible_collections.charter.mail.tests.integration.client_result import ClientResult
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.thunderbird.password_store import samples

WRONG = "not-the-stored-one"


@pytest.fixture
def ansible(tmp_path: pathlib.Path, mail_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=mail_lab.command([]), quick=True)


@pytest.fixture
def setup(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, mario: LocalUser) -> VerifySetup:
    """Mario, whose Thunderbird has the account."""
    setup = VerifySetup(ansible, mail_lab, mail_user, mario)
    setup.configure()
    return setup


class VerifySetup:
    """A local user with Thunderbird and a mailbox in the lab."""

    def __init__(self, ansible: Ansible, lab: MailLab, user: MailUser, local_user: LocalUser) -> None:
        self.ansible = ansible
        self.lab = lab
        self.user = user
        self.local_user = local_user

    def configure(self, **options: t.Any) -> None:
        """Set up the account in Thunderbird."""
        given = {"user": self.local_user.name, "email": self.user.address, "password": self.user.password}
        result = self.ansible.module("thunderbird_account", **{**given, **options})
        assert not result["failed"], str(result)

    def verify(self, **options: t.Any) -> ClientResult:
        """Verify the stored settings and check that nothing was changed, shown or left behind."""
        before = snapshot(self.local_user.home)
        given = {"user": self.local_user.name, "email": self.user.address, "ca_path": str(self.lab.ca_path)}
        result = self.ansible.module(
            "mail_verify", **{**given, "from_client": "thunderbird", "checks": "all", **options}
        )
        assert "accounts" in result, str(result)
        assert snapshot(self.local_user.home) == before
        assert self.user.password not in str(result)
        assert WRONG not in str(result)
        return ClientResult(result)

    def store(self, origin: str, password: str) -> None:
        """Store a password in Thunderbird's password store."""
        profile = self.local_user.profile
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
        """Whether each login attempt so far succeeded."""
        return [login.succeeded for login in self.lab.logins() if login.user == self.user.address]


def test_wanted_and_configured_settings_agree_and_work(setup: VerifySetup) -> None:
    result = setup.verify()
    assert not result.failed, result.message
    assert result.complete
    assert result.client["evidence"] == (
        f"Thunderbird profile {setup.local_user.profile} is set up as wanted;"
        " the tests ran with what Thunderbird has stored"
    )
    assert setup.sign_ins() == [True, True]


def test_on_an_old_python_with_pop3_and_a_round_trip(
    tmp_path: pathlib.Path, mail_lab: MailLab, mail_user: MailUser, mario: LocalUser
) -> None:
    python = python_of_version("3.8")
    if python is None:
        pytest.skip("there is no Python 3.8 here")
    ansible = Ansible(tmp_path / "old", prefix=mail_lab.command([]), python=python)
    setup = VerifySetup(ansible, mail_lab, mail_user, mario)
    setup.configure(protocol="pop3", leave_on_server_days=14)
    result = setup.verify(protocol="pop3", leave_on_server_days=14, round_trip=True)
    assert not result.failed, result.message
    assert result.complete
    assert result.checks[-1]["stage"] == "round_trip"
    assert mail_lab.messages(mail_user.address) == ()
    other = setup.verify(protocol="pop3", leave_on_server_days=7)
    assert "leave_on_server_days: 7 wanted, 14 in Thunderbird" in other.client["evidence"]


def test_drift_is_reported_and_the_stored_settings_are_tested(setup: VerifySetup) -> None:
    setup.configure(provider="spectrum")
    result = setup.verify()
    assert result.failed
    assert result.client["status"] == "failed"
    assert result.client["evidence"].startswith(
        "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in Thunderbird; "
        "outgoing: smtp.charter.net 587 starttls wanted, mobile.charter.net 587 ssl in Thunderbird. "
    )
    assert "charter.mail.thunderbird_account" in result.client["advice"]
    assert {check["server"] for check in result.checks[1:]} == {"mobile.charter.net:993", "mobile.charter.net:587"}
    assert {check["status"] for check in result.checks[1:]} == {"ok"}
    assert result.cause["code"] == "client_differs"
    assert result.cause["sentence"].startswith("Thunderbird is not set up as wanted")
    assert result.message.startswith("Thunderbird is not set up as wanted: incoming: ")
    assert "All tests completed successfully" in result.message
    assert not setup.verify(provider="spectrum").failed


def test_a_wrong_password_stored_for_sending_only(setup: VerifySetup) -> None:
    setup.store("smtp://smtp.charter.net", WRONG)
    result = setup.verify()
    assert result.failed
    assert result.status("incoming", "mailbox") == "ok"
    assert result.status("outgoing", "authentication") == "failed"
    assert result.cause["code"] == "password_refused"
    assert "which works for receiving" not in result.message
    assert "The passwords stored for receiving and for sending differ" in result.message
    assert sorted(setup.sign_ins()) == [False, True]


def test_a_given_password_is_tested_and_compared_with_the_stored_one(setup: VerifySetup) -> None:
    setup.store("imap://imap.charter.net", WRONG)
    result = setup.verify(password=setup.user.password)
    assert result.failed
    assert "password for receiving: another one is stored in Thunderbird" in result.client["evidence"]
    assert {check["status"] for check in result.checks[1:]} == {"ok"}
    assert setup.sign_ins() == [True, True]


def test_no_password_is_stored(setup: VerifySetup) -> None:
    (setup.local_user.profile / "logins.json").unlink()
    result = setup.verify()
    assert not result.failed, result.message
    assert not result.complete
    assert "no password was given and Thunderbird has stored none" in result.message
    assert setup.sign_ins() == []


def test_a_primary_password_is_reported(setup: VerifySetup) -> None:
    (setup.local_user.profile / "key4.db").write_bytes(samples.key4("primary-password"))
    result = setup.verify()
    assert not result.failed, result.message
    assert result.client["status"] == "ok"
    assert "a primary password protects Thunderbird's stored passwords" in result.client["evidence"]
    assert result.status("incoming", "capability") == "ok"
    assert result.status("incoming", "authentication") == "skipped"
    assert "primary password" in result.message
    assert setup.sign_ins() == []


def test_a_missing_account(setup: VerifySetup) -> None:
    result = setup.verify(protocol="pop3")
    assert result.failed
    assert result.client["status"] == "failed"
    assert result.client["evidence"].endswith("has the address, but not with POP3")
    assert result.client["advice"] == "Run charter.mail.thunderbird_account with the same options."
    assert result.status("incoming", "capability") == "ok"


def test_a_user_without_thunderbird(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, mario: LocalUser) -> None:
    result = VerifySetup(ansible, mail_lab, mail_user, mario).verify()
    assert result.failed
    assert result.client["code"] == "client_lacks_account"
    assert result.client["evidence"].endswith("does not have the account")


def test_unreadable_files_are_reported(setup: VerifySetup) -> None:
    prefs = setup.local_user.profile / "prefs.js"
    prefs.unlink()
    prefs.mkdir()
    setup.local_user.own()
    result = setup.verify()
    assert result.failed
    assert result.client["code"] == "client_unreadable"
    assert str(prefs) in result.message


def test_the_playbook_tests_what_the_variables_request(setup: VerifySetup) -> None:
    setup.configure(provider="spectrum")
    accounts = [{"user": setup.local_user.name, "email": setup.user.address}]
    inventory = setup.ansible.local_host(mail_accounts=accounts, mail_ca_path=str(setup.lab.ca_path))
    further = ["--extra-vars", "mail_from_client=thunderbird", "--extra-vars", "mail_round_trip=true"]
    done = setup.ansible.playbook("verify", inventory, *further)
    assert done.code == 2
    assert "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in Thunderbird" in done.output
    assert "The test message arrived after" in done.output
    accounts[0]["provider"] = "spectrum"
    again = setup.ansible.playbook("verify", inventory, *further)
    assert again.code == 0, again.output
    assert again.recap["changed"] == 0
    assert setup.lab.messages(setup.user.address) == ()
    assert setup.user.password not in done.output + again.output
