# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify with from_client: the settings in a user's Evolution and keyring, tested with real servers."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.client_result import ClientResult

from .evolution import Evolution
from .evolution_setup import EvolutionSetup

WRONG = "not-the-right-one"


@pytest.fixture
def lab_ansible(tmp_path: pathlib.Path, evolution_setup: EvolutionSetup) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path / "in-the-lab", prefix=evolution_setup.lab.command([]))


def verify(ansible: Ansible, setup: EvolutionSetup, evolution: Evolution, **options: t.Any) -> ClientResult:
    """Verify the stored settings and check that nothing was changed or shown."""
    before = setup.everything(evolution)
    given = {"user": setup.local_user.name, "email": setup.user.address, "ca_path": str(setup.lab.ca_path)}
    result = ansible.module("mail_verify", **{**given, "from_client": "evolution", "checks": "all", **options})
    assert "accounts" in result, str(result)
    assert setup.everything(evolution) == before
    assert setup.user.password not in str(result)
    assert WRONG not in str(result)
    return ClientResult(result)


def sign_ins(setup: EvolutionSetup) -> list[bool]:
    """Whether each login attempt so far succeeded."""
    return [login.succeeded for login in setup.lab.logins() if login.user == setup.user.address]


def test_accounts_are_tested_with_the_passwords_of_the_session(
    lab_ansible: Ansible, evolution_setup: EvolutionSetup
) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        ids = setup.configure_one("created")["ids"]
        result = verify(lab_ansible, setup, evolution)
        assert not result.failed, result.message
        assert result.complete
        assert "is set up as wanted; the tests ran with what Evolution has stored" in result.client["evidence"]
        assert sign_ins(setup) == [True, True]
        evolution.store_password(ids["transport"], WRONG)
        evolution.edit(ids["account"], "Authentication", host="mobile.charter.net")
        result = verify(lab_ansible, setup, evolution)
        assert result.failed
        drift = "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in Evolution"
        assert drift in result.client["evidence"]
        assert result.status("incoming", "mailbox") == "ok"
        assert result.status("outgoing", "authentication") == "failed"
        assert sorted(sign_ins(setup)) == [False, True, True, True]


def test_a_locked_keyring_is_reported_without_a_login(lab_ansible: Ansible, evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        setup.configure_one("created")
        evolution.lock_keyring()
        result = verify(lab_ansible, setup, evolution)
        assert not result.failed, result.message
        assert not result.complete
        assert "locked" in result.message
        assert result.status("incoming", "capability") == "ok"
        assert sign_ins(setup) == []
