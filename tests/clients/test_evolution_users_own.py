# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is the user's own stays, as the real registry of accounts shows it."""

from __future__ import annotations

import platform

import pytest

from ansible_collections.charter.mail.tests.integration.local_users import snapshot

from . import evolution_sources
from .evolution_setup import EvolutionSetup
from .evolution_sources import ACCOUNT, IDENTITY, TRANSPORT


def test_an_account_that_is_switched_off_in_a_session_stays_off(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        created = setup.configure_one("created")
        evolution.edit(created["ids"]["account"], "Data Source", enabled=False)
        skipped = setup.configure_one("skipped", provider="spectrum")
        assert "switched it off in Evolution" in skipped["error"]
        assert any("switched it off in Evolution" in warning for warning in skipped["warnings"])
        assert "password" not in skipped
        account = evolution.account(setup.user.address)
        assert not account["enabled"]
    setup.configure_one("skipped", provider="spectrum")
    with setup.log_in() as evolution:
        assert evolution.account(setup.user.address) == account
        setup.configure_one("updated", override=True)
        assert evolution.account(setup.user.address)["enabled"]
        setup.configure_one("unchanged")


@pytest.mark.parametrize("logged_in", [False, True])
@pytest.mark.parametrize(
    ("uid", "old", "new", "reason"),
    [
        (ACCOUNT, "Method=none", "Method=Google", "OAuth2 (Google)"),
        (TRANSPORT, "Host=smtp.charter.net", "Host=127.0.0.1", "127.0.0.1"),
        (
            TRANSPORT,
            "Host=smtp.charter.net",
            f"Host={platform.node()}",
            f"reached through {platform.node()}, a service",
        ),
    ],
)
def test_a_choice_of_the_user_stays_until_the_admin_insists(
    evolution_setup: EvolutionSetup, uid: str, old: str, new: str, reason: str, logged_in: bool
) -> None:
    setup = evolution_setup
    texts = evolution_sources.sources(setup.user.address)
    evolution_sources.write(setup.local_user, {**texts, uid: texts[uid].replace(old, new)})
    with setup.log_in() as evolution:
        before = evolution.memory()
        if logged_in:
            assert reason in setup.configure_one("skipped")["error"]
            assert evolution.memory() == before
            setup.configure_one("updated", override=True)
            assert old in evolution.memory()[uid]
    if not logged_in:
        files = snapshot(setup.local_user.home)
        assert reason in setup.configure_one("skipped")["error"]
        assert snapshot(setup.local_user.home) == files
        setup.configure_one("updated", override=True, password=None)
        with setup.log_in() as evolution:
            assert old in evolution.memory()[uid]


def test_an_address_of_the_users_own_stays(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    own = "mario@rossi-plumbing.example"
    texts = evolution_sources.sources(setup.user.address)
    address = f"Address={setup.user.address}"
    edited = {
        IDENTITY: texts[IDENTITY].replace(address, f"Address={own}"),
        ACCOUNT: texts[ACCOUNT].replace("Port=993", "Port=1993"),
    }
    evolution_sources.write(setup.local_user, {**texts, **edited})
    with setup.log_in() as evolution:
        name = [line for line in evolution.memory()[IDENTITY].splitlines() if line.startswith("Name=")]
        updated = setup.configure_one("updated", full_name="Somebody else")
        assert any(own in warning for warning in updated["warnings"])
        lines = evolution.memory()[IDENTITY].splitlines()
        assert f"Address={own}" in lines
        assert [line for line in lines if line.startswith("Name=")] == name
        assert "Port=993" in evolution.memory()[ACCOUNT].splitlines()
        setup.configure_one("unchanged", full_name="Somebody else")
        removed = setup.configure_one("removed", state="absent", password=None)
        assert any(own in warning for warning in removed["warnings"])
        assert not {ACCOUNT, IDENTITY, TRANSPORT} & evolution.memory().keys()


@pytest.mark.parametrize("logged_in", [False, True])
def test_removal_succeeds_where_another_program_keeps_the_account(
    evolution_setup: EvolutionSetup, logged_in: bool
) -> None:
    setup = evolution_setup
    evolution_sources.write(setup.local_user, evolution_sources.of_collection(setup.user.address))
    with setup.log_in() as evolution:
        before = evolution.memory()
        if logged_in:
            absent = setup.configure_one("absent", state="absent", password=None)
            assert evolution.memory() == before
    if not logged_in:
        files = snapshot(setup.local_user.home)
        absent = setup.configure_one("absent", state="absent", password=None)
        assert snapshot(setup.local_user.home) == files
    assert any("GNOME Online Accounts" in warning and "Company" in warning for warning in absent["warnings"])
