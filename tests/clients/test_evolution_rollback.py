# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are undone through the account registry of the real evolution-data-server, while the user is logged in."""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.hand_made import (
    HandMade,
    write_evolution,
)

from .evolution_setup import EvolutionSetup


def roll_back(ansible: Ansible, setup: EvolutionSetup, **options: t.Any) -> dict[str, t.Any]:
    result = ansible.module("mail_rollback", users=[setup.local_user.name], **options)
    assert not result["failed"], str(result)
    return result


def lines(memory: t.Mapping[str, str]) -> dict[str, list[str]]:
    """What the registry has in its memory, whatever order and blank lines it gives it."""
    return {uid: sorted(line for line in text.splitlines() if line) for uid, text in memory.items()}


def test_a_change_a_creation_and_a_removal(evolution_setup: EvolutionSetup, ansible: Ansible) -> None:
    setup = evolution_setup
    address = setup.user.address
    incoming, outgoing = ("imap.charter.net", 143, "starttls"), ("smtp.charter.net", 587, "starttls")
    write_evolution(setup.local_user.home, [HandMade(address, "imap", incoming, outgoing, address, "", True, 0)])
    setup.local_user.own()
    with setup.log_in() as evolution:
        before, by_hand = lines(evolution.memory()), evolution.accounts()

        changed = setup.configure_one("updated", full_name="Mario Rossi")
        assert changed["via"] == "session"
        undone = roll_back(ansible, setup)
        assert undone["clients"][0]["accounts"] == [{"email": address, "protocol": "imap", "status": "undone"}]
        assert undone["clients"][0]["left"] == []
        assert lines(evolution.memory()) == before
        assert evolution.accounts() == by_hand

        setup.configure_one("created", email=f"new.{address}", password="synthetic-1!")
        assert len(evolution.accounts()) == 2
        undone = roll_back(ansible, setup)
        assert [one["status"] for one in undone["clients"][0]["accounts"]] == ["removed"]
        assert lines(evolution.memory()) == before
        assert not any("synthetic" in str(item) for item in evolution.passwords())

        setup.configure_one("removed", state="absent")
        assert evolution.accounts() == []
        undone = roll_back(ansible, setup)
        assert [one["status"] for one in undone["clients"][0]["accounts"]] == ["restored"]
        assert lines(evolution.memory()) == before
        assert evolution.accounts() == by_hand
        assert not roll_back(ansible, setup)["changed"]
        stored = {path.stem: path.read_text() for path in evolution.sources.glob("*.source")}
    with setup.log_in() as evolution:
        assert {uid: text for uid, text in lines(evolution.memory()).items() if uid in stored} == {
            uid: text for uid, text in before.items() if uid in stored
        }
        assert evolution.accounts() == by_hand


def test_what_the_user_has_edited_since_stays(evolution_setup: EvolutionSetup, ansible: Ansible) -> None:
    setup = evolution_setup
    setup.configure_one("created", full_name="The First")
    with setup.log_in() as evolution:
        setup.configure_one("updated", full_name="The Second", provider="spectrum")
        account = evolution.account(setup.user.address)
        evolution.edit(account["identity"]["uid"], "Mail Identity", name="The User")
        undone = roll_back(ansible, setup)
        (left,) = undone["clients"][0]["left"]
        assert left["setting"].endswith("/Mail Identity/Name")
        assert (left["ours"], left["stored"]) == ("The Second", "The User")
        account = evolution.account(setup.user.address)
        assert account["identity"]["full_name"] == "The User"
        assert account["host"] == "imap.charter.net"
