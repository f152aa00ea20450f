# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify with round_trip, against the lab's servers: the message is sent, received and removed."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, python_of_version
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

ARRIVED = re.compile(r"The test message arrived after [0-9.]+ seconds\. It was deleted again\.$")


@pytest.fixture
def ansible(tmp_path: pathlib.Path, mail_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=mail_lab.command([]))


def send(ansible: Ansible, lab: MailLab, user: MailUser, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    given = {"email": user.address, "password": user.password, "ca_path": str(lab.ca_path), "round_trip": True}
    return ansible.module("mail_verify", check=check, **{**given, "checks": "all", **options})


def trip(result: dict[str, t.Any]) -> dict[str, t.Any]:
    (account,) = result["accounts"]
    check: dict[str, t.Any] = account["checks"][-1]
    assert (check["stage"], check["endpoint"]) == ("round_trip", "account")
    return check


def inbox(lab: MailLab, user: MailUser) -> dict[str, str]:
    """The flags of each message, from its Maildir file name."""
    maildir = lab.directory / "mail" / user.address / "Maildir"
    paths = [*maildir.glob("new/*"), *maildir.glob("cur/*")]
    return {path.read_text(): path.name.partition(":2,")[2] for path in paths}


def own_mail(lab: MailLab, user: MailUser) -> dict[str, str]:
    """Fill the inbox: a new message, a read and flagged one, and one that is marked as deleted but not expunged."""
    maildir = lab.directory / "mail" / user.address / "Maildir"
    for number, flags in enumerate(("", "FS", "ST")):
        lab.deliver(user.address, f"Subject: own mail {number}\n\nSafe to delete? No.\n".encode())
        if flags:
            (new,) = [path for path in maildir.glob("new/*") if f"own mail {number}" in path.read_text()]
            new.rename(maildir / "cur" / f"{new.name}:2,{flags}")
    return inbox(lab, user)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_round_trip(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, protocol: str) -> None:
    before = own_mail(mail_lab, mail_user)
    assert sorted(before.values()) == ["", "FS", "ST"]
    result = send(ansible, mail_lab, mail_user, protocol=protocol)
    assert not result["failed"], result["msg"]
    assert not result["changed"]
    assert result["accounts"][0]["complete"]
    assert trip(result)["status"] == "ok"
    assert ARRIVED.search(result["msg"]), result["msg"]
    assert inbox(mail_lab, mail_user) == before
    assert f"to=<{mail_user.address}>" in mail_lab.log_text()  # the tests of check mode search for it as well


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_nothing_is_sent_in_check_mode(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, protocol: str) -> None:
    result = send(ansible, mail_lab, mail_user, protocol=protocol, check=True)
    assert not result["failed"], result["msg"]
    assert trip(result)["status"] == "skipped"
    assert "check mode sends no message" in trip(result)["evidence"]
    assert f"to=<{mail_user.address}>" not in mail_lab.log_text()


def test_nothing_is_sent_if_another_test_failed(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser) -> None:
    result = send(ansible, mail_lab, mail_user, incoming={"host": "nowhere.charter.net"}, timeout=5)
    assert result["failed"]
    assert trip(result)["status"] == "skipped"
    assert "after all other tests were successful" in trip(result)["evidence"]
    assert f"to=<{mail_user.address}>" not in mail_lab.log_text()


def test_several_accounts_on_an_old_python(tmp_path: pathlib.Path, mail_lab: MailLab, mail_user: MailUser) -> None:
    python = python_of_version("3.8")
    if python is None:
        pytest.skip("there is no Python 3.8 here")
    ansible = Ansible(tmp_path / "old", prefix=mail_lab.command([]), python=python)
    users = [mail_user, *mail_lab.users[:2]]
    before = [inbox(mail_lab, user) for user in users]
    accounts = [{"email": user.address, "password": user.password, "provider": "auto"} for user in users]
    result = ansible.module(
        "mail_verify", accounts=accounts, ca_path=str(mail_lab.ca_path), round_trip=True, checks="all"
    )
    assert not result["failed"], result["msg"]
    assert [account["checks"][-1]["status"] for account in result["accounts"]] == ["ok"] * 3
    assert [inbox(mail_lab, user) for user in users] == before
