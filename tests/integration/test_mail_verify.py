# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify, run by Ansible against the real mail servers of the lab, with the shipped defaults unmodified."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, python_of_version
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser


@pytest.fixture
def ansible(tmp_path: pathlib.Path, mail_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=mail_lab.command([]))


def verify(ansible: Ansible, lab: MailLab, user: MailUser, **options: t.Any) -> dict[str, t.Any]:
    given = {"email": user.address, "password": user.password, "ca_path": str(lab.ca_path), "checks": "all", **options}
    return ansible.module("mail_verify", **given)


def stages(result: dict[str, t.Any]) -> dict[str, str]:
    (account,) = result["accounts"]
    return {f"{check['endpoint']} {check['stage']}": check["status"] for check in account["checks"]}


@pytest.mark.parametrize(
    ("protocol", "sentence"),
    [
        ("imap", "mail can be received from imap.charter.net (IMAP, port 993, TLS 1.3)"),
        ("pop3", "mail can be received from pop.charter.net (POP3, port 995, TLS 1.3)"),
    ],
)
def test_a_working_account(
    ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, protocol: str, sentence: str
) -> None:
    result = verify(ansible, mail_lab, mail_user, protocol=protocol)
    assert not result["failed"], result["msg"]
    assert not result["changed"]
    assert set(stages(result).values()) == {"ok"}
    assert result["msg"] == (
        f"All tests completed successfully for {mail_user.address}: {sentence} "
        "and sent through smtp.charter.net (port 587, TLS 1.3)."
    )
    attempts = [login for login in mail_lab.logins() if login.user == mail_user.address]
    assert len(attempts) == 2
    assert all(login.tls and login.succeeded for login in attempts)
    assert mail_lab.messages(mail_user.address) == ()


@pytest.mark.parametrize(
    ("provider", "domain"), [("spectrum", "spectrum.net"), ("twc", "twc.com"), ("brighthouse", "brighthouse.com")]
)
def test_every_preset(ansible: Ansible, mail_lab: MailLab, provider: str, domain: str) -> None:
    user = next(user for user in mail_lab.users if user.domain == domain)
    result = verify(ansible, mail_lab, user, provider=provider)
    assert not result["failed"], result["msg"]
    assert result["accounts"][0]["complete"]
    assert not verify(ansible, mail_lab, user, provider="auto", protocol="pop3")["failed"]


def test_without_a_password_the_untested_stages_are_reported(
    ansible: Ansible, mail_lab: MailLab, mail_user: MailUser
) -> None:
    result = verify(ansible, mail_lab, mail_user, password=None)
    assert not result["failed"]
    assert not result["accounts"][0]["complete"]
    assert "no password was given" in result["msg"]
    assert stages(result)["incoming capability"] == "ok"
    assert stages(result)["incoming authentication"] == "skipped"
    assert not [login for login in mail_lab.logins() if login.user == mail_user.address]


def test_a_wrong_password(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser) -> None:
    wrong = "a-wrong-password"
    result = verify(ansible, mail_lab, mail_user, password=wrong)
    assert result["failed"]
    assert stages(result)["incoming authentication"] == stages(result)["outgoing authentication"] == "failed"
    assert "password" in result["msg"]
    assert wrong not in str(result)
    attempts = [login for login in mail_lab.logins() if login.user == mail_user.address]
    assert len(attempts) <= 2  # at most one for each server


def test_a_certificate_of_an_untrusted_authority(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser) -> None:
    result = verify(ansible, mail_lab, mail_user, ca_path=None)
    assert result["failed"]
    assert stages(result)["incoming tls"] == "failed"
    assert "ca_path" in result["msg"]
    assert not [login for login in mail_lab.logins() if login.user == mail_user.address]


def test_a_port_of_the_other_protocol(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser) -> None:
    result = verify(ansible, mail_lab, mail_user, protocol="pop3", incoming={"host": "imap.charter.net", "port": 993})
    assert result["failed"]
    assert stages(result)["incoming greeting"] == "failed"
    assert stages(result)["outgoing sending"] == "ok"
    assert "IMAP" in result["msg"]


def test_a_server_that_does_not_exist(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser) -> None:
    result = verify(ansible, mail_lab, mail_user, outgoing={"host": "nowhere.charter.net"}, timeout=5)
    assert result["failed"]
    assert stages(result)["outgoing dns"] == "failed"
    assert stages(result)["incoming mailbox"] == "ok"


def test_many_accounts_on_an_old_python(tmp_path: pathlib.Path, mail_lab: MailLab, mail_user: MailUser) -> None:
    python = python_of_version("3.8")
    if python is None:
        pytest.skip("there is no Python 3.8 here")
    ansible = Ansible(tmp_path / "old", prefix=mail_lab.command([]), python=python)
    accounts = [
        *({"email": user.address, "password": user.password, "provider": "auto"} for user in mail_lab.users[:5]),
        {"email": mail_user.address, "password": mail_user.password, "state": "absent", "user": "anybody"},
    ]
    result = ansible.module("mail_verify", accounts=accounts, ca_path=str(mail_lab.ca_path))
    assert not result["failed"], result["msg"]
    assert [account["ok"] for account in result["accounts"]] == [True] * 5


def test_invalid_options_are_named(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser) -> None:
    for options, message in (
        ({"timeout": 0}, "timeout: "),
        ({"ca_path": "/nowhere/ca.pem"}, "/nowhere/ca.pem"),
        ({"incoming": {"port": 995}}, "incoming.port: "),
    ):
        result = verify(ansible, mail_lab, mail_user, **options)
        assert result["failed"]
        assert message in result["msg"]
        assert "Traceback" not in str(result)
