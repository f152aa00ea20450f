# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify with from_client: what is really in a person's Evolution and keyring, tested against the real servers."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.verdicts import Verdict

from .evolution import Evolution
from .evolution_desk import Desk

WRONG = "not-the-right-one"


@pytest.fixture
def lab_ansible(tmp_path: pathlib.Path, evolution_desk: Desk) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path / "in-the-lab", prefix=evolution_desk.lab.command([]))


def verify(ansible: Ansible, desk: Desk, evolution: Evolution, **options: t.Any) -> Verdict:
    """Test what Evolution has, and see that nothing is changed or shown."""
    before = desk.everything(evolution)
    given = {"user": desk.person.name, "email": desk.user.address, "ca_path": str(desk.lab.ca_path)}
    result = ansible.module("mail_verify", **{**given, "from_client": "evolution", **options})
    assert "accounts" in result, result
    assert desk.everything(evolution) == before
    assert desk.user.password not in str(result)
    assert WRONG not in str(result)
    return Verdict(result)


def sign_ins(desk: Desk) -> list[bool]:
    """The outcome of each attempt so far."""
    return [login.succeeded for login in desk.lab.logins() if login.user == desk.user.address]


def test_what_a_session_has_is_tested_with_its_passwords(lab_ansible: Ansible, evolution_desk: Desk) -> None:
    desk = evolution_desk
    with desk.log_in() as evolution:
        ids = desk.push_one("created")["ids"]
        verdict = verify(lab_ansible, desk, evolution)
        assert not verdict.failed, verdict.message
        assert verdict.complete
        assert "is set up as wanted; the tests ran with what Evolution has stored" in verdict.client["evidence"]
        assert sign_ins(desk) == [True, True]
        evolution.store_password(ids["transport"], WRONG)
        evolution.edit(ids["account"], "Authentication", host="mobile.charter.net")
        verdict = verify(lab_ansible, desk, evolution)
        assert verdict.failed
        drift = "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in Evolution"
        assert drift in verdict.client["evidence"]
        assert verdict.status("incoming", "mailbox") == "ok"
        assert verdict.status("outgoing", "authentication") == "failed"
        assert sorted(sign_ins(desk)) == [False, True, True, True]


def test_a_locked_keyring_is_said_and_nobody_signs_in(lab_ansible: Ansible, evolution_desk: Desk) -> None:
    desk = evolution_desk
    with desk.log_in() as evolution:
        desk.push_one("created")
        evolution.lock_keyring()
        verdict = verify(lab_ansible, desk, evolution)
        assert not verdict.failed, verdict.message
        assert not verdict.complete
        assert "locked" in verdict.message
        assert verdict.status("incoming", "capability") == "ok"
        assert sign_ins(desk) == []
