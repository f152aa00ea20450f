# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are undone after the real Thunderbird has rewritten its files, as Thunderbird then shows it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

from .test_thunderbird_users_own import BY_HAND, EMAIL, Prefs, Setup
from .thunderbird import require

NEW = "anna.bianchi@charter.net"
_ITS_OWN = (".lastKey", ".storeContractID")  # Thunderbird adds to them by itself


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


@pytest.fixture
def setup(ansible: Ansible, mario: LocalUser) -> Setup:
    return Setup(ansible, mario)


def roll_back(ansible: Ansible, user: LocalUser, **options: t.Any) -> dict[str, t.Any]:
    result = ansible.module("mail_rollback", users=[user.name], **options)
    assert not result["failed"], str(result)
    return result


def of_accounts(prefs: t.Mapping[str, t.Any]) -> Prefs:
    """The preferences of accounts; Thunderbird counts and dates others by itself."""
    kinds = ("mail.account.", "mail.accountmanager.", "mail.identity.", "mail.server.", "mail.smtp")
    return {key: value for key, value in prefs.items() if key.startswith(kinds) and not key.endswith(_ITS_OWN)}


def test_a_creation_a_change_and_a_removal(setup: Setup, ansible: Ansible) -> None:
    setup.write(BY_HAND)
    by_hand = setup.accounts()  # Thunderbird rewrites its files
    before = of_accounts(setup.prefs())

    setup.configure("created", email=NEW, password="synthetic-1!")
    assert len(setup.accounts()) == 2
    created = roll_back(ansible, setup.user)
    assert created["clients"][0]["accounts"] == [{"email": NEW, "protocol": "imap", "status": "removed"}], created
    assert setup.accounts() == by_hand
    assert of_accounts(setup.prefs()) == before

    setup.configure("updated", provider="spectrum", full_name="Mario Rossi")
    assert setup.accounts()[0]["incoming"]["host"] == "mobile.charter.net"
    changed = roll_back(ansible, setup.user)
    assert changed["clients"][0]["left"] == []
    assert setup.accounts() == by_hand
    assert of_accounts(setup.prefs()) == before

    setup.configure("removed", state="absent")
    assert setup.accounts() == []
    removed = roll_back(ansible, setup.user)
    assert removed["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "restored"}]
    assert setup.accounts() == by_hand
    assert of_accounts(setup.prefs()) == before
    again = roll_back(ansible, setup.user)
    assert not again["changed"]
    assert again["msg"].endswith("has nothing more to undo.")


def test_while_thunderbird_is_open(setup: Setup, ansible: Ansible) -> None:
    setup.write(BY_HAND)
    setup.configure("updated", full_name="Mario Rossi")
    with setup.open() as client:
        client.accounts()
        refused = ansible.module("mail_rollback", users=[setup.user.name])
        assert refused["failed"]
        assert "Thunderbird is running with the profile" in refused["msg"]
        skipped = roll_back(ansible, setup.user, when_running="skip")
        assert not skipped["changed"]
        assert skipped["clients"][0]["status"] == "skipped"
    assert roll_back(ansible, setup.user)["changed"]
