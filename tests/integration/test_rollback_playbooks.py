# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks ``rollback`` and ``confirm``, over users with settings of their own and real mail servers."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.hand_made import (
    HandMade,
    write_evolution,
    write_thunderbird,
)


@pytest.fixture
def ansible(tmp_path: pathlib.Path, mail_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=mail_lab.command([]), quick=True)


def hand_made(email: str) -> HandMade:
    incoming, outgoing = ("imap.charter.net", 143, "starttls"), ("smtp.charter.net", 587, "starttls")
    return HandMade(email, "imap", incoming, outgoing, email, "", leaves=True, days=0)


def settings(*users: LocalUser) -> dict[pathlib.Path, bytes]:
    """What the clients of users have."""
    return {
        path: path.read_bytes()
        for user in users
        for pattern in (".thunderbird/*/prefs.js", ".config/evolution/sources/*.source")
        for path in user.home.glob(pattern)
    }


def existing(before: t.Mapping[pathlib.Path, bytes], now: t.Mapping[pathlib.Path, bytes]) -> dict[pathlib.Path, bytes]:
    """Those of the files that were there before."""
    return {path: content for path, content in now.items() if path in before}


class Office:
    """Two users with accounts that they have made by hand, one in each client."""

    def __init__(self, ansible: Ansible, lab: MailLab, mario: LocalUser, anna: LocalUser) -> None:
        self.ansible = ansible
        self.mario, self.anna = mario, anna
        self.mails = [lab.add_user(f"{user.name}@charter.net") for user in (mario, anna)]
        write_thunderbird(mario.home, [hand_made(self.mails[0].address)])
        write_evolution(anna.home, [hand_made(self.mails[1].address)])
        for user in (mario, anna):
            user.own()
        self.accounts: list[dict[str, t.Any]] = [
            {"user": user.name, "email": mail.address, "password": mail.password}
            for user, mail in zip((mario, anna), self.mails, strict=True)
        ]
        self.variables = {
            "mail_clients": ["thunderbird", "evolution"],
            "mail_ca_path": str(lab.ca_path),
            "mail_users": [mario.name, anna.name],  # this machine may have users of other tests
        }

    def play(self, name: str, *options: str, **variables: t.Any) -> AnsibleRun:
        hosts = self.ansible.local_host(mail_accounts=self.accounts, **{**self.variables, **variables})
        return self.ansible.playbook(name, hosts, *options)


@pytest.fixture
def office(ansible: Ansible, mail_lab: MailLab, mario: LocalUser, anna: LocalUser) -> Office:
    return Office(ansible, mail_lab, mario, anna)


def test_a_run_is_undone_and_the_rollback_too(office: Office) -> None:
    before = settings(office.mario, office.anna)
    nothing = office.play("rollback")
    assert (nothing.code, nothing.recap["changed"]) == (0, 0), nothing.output
    configured = office.play("configure")
    assert configured.code == 0, configured.output
    (run,) = {result["run"] for result in office.ansible.results() if "run" in result}
    after = settings(office.mario, office.anna)
    assert after != before
    logs = list(office.mario.home.glob(".local/state/charter-mail/*.jsonl"))
    assert {path.name for path in logs} == {"thunderbird.jsonl", "evolution.jsonl"}
    for path in logs:
        assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (office.mario.uid, 0o600)
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert {json.loads(line)["run"] for line in path.read_text().splitlines()} == {run}
        assert office.mails[0].password not in path.read_text()

    foreseen = office.play("rollback", "--check", "--diff")
    assert (foreseen.code, foreseen.recap["changed"]) == (0, 1), foreseen.output
    assert f"desk: Run {run} is undone" in foreseen.output
    assert settings(office.mario, office.anna) == after

    undone = office.play("rollback")
    assert (undone.code, undone.recap["changed"]) == (0, 1), undone.output
    assert existing(before, settings(office.mario, office.anna)) == before  # a profile that was made stays, empty
    made = {path: content for path, content in settings(office.mario, office.anna).items() if path not in before}
    assert {path.name for path in made} == {"prefs.js"}
    assert b"charter.net" not in b"".join(made.values())
    (rollback,) = {result["rollback"] for result in office.ansible.results() if result.get("rollback")}
    again = office.play("rollback")
    assert (again.code, again.recap["changed"]) == (0, 0), again.output
    assert f"desk: Run {run} has nothing more to undo." in again.output

    unknown = office.play("rollback", mail_rollback_run="20200101T000000Z-1")
    assert unknown.code == 2, unknown.output
    assert "No host of the play has the run 20200101T000000Z-1 in its log of changes" in unknown.output

    redone = office.play("rollback", mail_rollback_run=rollback)
    assert (redone.code, redone.recap["changed"]) == (0, 1), redone.output
    assert settings(office.mario, office.anna) == after


def test_what_works_is_confirmed(office: Office) -> None:
    done = office.play("confirm")
    assert done.code == 0, done.output
    assert done.recap["changed"] == 1
    assert office.mails[0].password not in done.output
    after = settings(office.mario, office.anna)
    assert b'.port", 993' in b"".join(after.values())
    again = office.play("confirm")
    assert (again.code, again.recap["changed"]) == (0, 0), again.output


def test_a_host_on_which_mail_stops_working_is_undone(office: Office) -> None:
    assert office.play("configure").code == 0
    before = settings(office.mario, office.anna)
    office.accounts[0]["incoming"] = {"port": 25, "security": "ssl"}
    office.accounts[1]["full_name"] = "Anna"
    done = office.play("confirm")
    assert done.code == 2, done.output
    assert settings(office.mario, office.anna) == before, done.output
    assert "The run was undone on desk, since what worked before does not work with the new settings" in done.output
    assert f"{office.mails[0].address} in thunderbird" in done.output


def test_what_is_in_another_home_is_undone_too(office: Office) -> None:
    """The log of changes is in that home."""
    for account, user in zip(office.accounts, (office.mario, office.anna), strict=True):
        account["home"] = str(user.home)
    assert office.play("configure").code == 0
    before = settings(office.mario, office.anna)
    office.accounts[0]["incoming"] = {"port": 25, "security": "ssl"}
    done = office.play("confirm")
    assert done.code == 2, done.output
    assert settings(office.mario, office.anna) == before, done.output
    assert "The run was undone on desk" in done.output
