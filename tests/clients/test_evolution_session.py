# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""evolution_account during a session: it changes everything through the registry, at once, as the user."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.integration.local_users import snapshot
from ansible_collections.charter.mail.tests.lab.hosts import Service

from .desktop_session import REGISTRY, SECRETS, running
from .evolution import TIMEOUT
from .evolution_setup import FULL_NAME, EvolutionSetup
from .evolution_window import MAIN, EvolutionWindow


def test_an_open_evolution_shows_and_uses_the_account_at_once(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    second = setup.lab.add_user(f"second.of.{setup.user.address}")
    with setup.log_in(registry=False) as evolution:
        setup.configure_one("created")
        with EvolutionWindow(evolution.session) as window:
            setup.lab.wait_for_login(setup.user.address, Service.IMAP, seconds=TIMEOUT)
            created = setup.configure_one("created", email=second.address, password=second.password)
            assert (created["via"], created["password"]) == ("session", "stored")
            assert setup.lab.wait_for_login(second.address, Service.IMAP, seconds=TIMEOUT).tls
            evolution.wait_until_set_up(second.address)
            assert window.titles() == [MAIN]
            setup.configure_one("unchanged", email=second.address, password=second.password)
            setup.configure_one("removed", email=second.address, state="absent")
            assert [account["user"] for account in evolution.accounts()] == [setup.user.address]
            assert window.titles() == [MAIN]
        assert {path.stem for path in evolution.sources.glob("*.source")}.isdisjoint(created["ids"].values())
    assert not [one for one in setup.lab.logins() if one.user == second.address and not one.succeeded]


def test_a_users_edits_survive_a_managed_change(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    setup.configure_one("created", full_name="Mario Rossi", password=None)
    with setup.log_in() as evolution:
        account = evolution.account(setup.user.address)
        identity, transport = account["identity"]["uid"], account["transport"]["uid"]
        evolution.edit(account["uid"], "Data Source", display_name="Posta e città")
        evolution.edit(account["uid"], "Refresh", interval_minutes=55)
        evolution.edit(identity, "Mail Identity", organization="Charter = me;", reply_to="boss@charter.net")
        evolution.edit(identity, "Mail Submission", sent_folder="folder://local/Archive", replies_to_origin_folder=True)
        evolution.edit(transport, "Authentication", host="wrong.charter.net", port=25)
        before = evolution.memory()
        updated = setup.configure_one("updated", full_name="Mario Bianchi", password=None)
        assert {change["setting"] for change in updated["changes"]} == {
            f"{identity}/Mail Identity/Name",
            f"{transport}/Authentication/Host",
            f"{transport}/Authentication/Port",
        }
        after = evolution.memory()
        assert changed_lines(before, after) == {
            ("Name=Mario Rossi", "Name=Mario Bianchi"),
            ("Host=wrong.charter.net", "Host=smtp.charter.net"),
            ("Port=25", "Port=587"),
        }
        assert setup.agrees(evolution, updated["ids"])
        setup.configure_one("unchanged", full_name="Mario Bianchi", password=None)
        sender = {"reply_to": "office@rossi.example", "organization": ""}
        setup.configure_one("updated", password=None, **sender)
        assert sender.items() <= evolution.account(setup.user.address)["identity"].items()
        setup.configure_one("unchanged", password=None, **sender)
        after = evolution.memory()
    with setup.log_in() as evolution:
        assert evolution.memory() == after


def changed_lines(before: dict[str, str], after: dict[str, str]) -> set[tuple[str, str]]:
    assert before.keys() == after.keys()
    pairs = set()
    for uid, text in before.items():
        pairs |= set(zip(text.splitlines(), after[uid].splitlines(), strict=True))
    return {(old, new) for old, new in pairs if old != new}


def test_an_account_that_the_user_deleted_is_recreated(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        ids = setup.configure_one("created", full_name="The First")["ids"]
        evolution.delete(ids["account"])  # its children remain in the registry's memory, hidden
        assert evolution.accounts() == []
        created = setup.configure_one("created", full_name="The Second", provider="spectrum")
        assert created["ids"] == ids
        account = evolution.account(setup.user.address)
        assert account["host"] == account["transport"]["host"] == "mobile.charter.net"
        assert account["identity"]["full_name"] == "The Second"
        assert setup.agrees(evolution, ids)
        setup.configure_one("unchanged", full_name="The Second", provider="spectrum")
        setup.uses_mail(evolution, account, "Back again")
    with setup.log_in() as evolution:
        assert evolution.account(setup.user.address) == account


def test_check_mode_changes_neither_memory_nor_files_nor_keyring(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        evolution.accounts()
        for options in ({}, {"provider": "spectrum", "password": "another one"}, {"state": "absent"}):
            before = setup.everything(evolution)
            foretold = setup.configure(check=True, **options)
            assert setup.everything(evolution) == before
            done = setup.configure(**options)
            assert done["changed"]
            for key in ("changed", "diff", "accounts", "msg"):
                assert foretold[key] == done[key]


def test_nothing_belongs_to_root_and_nothing_is_started(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in(keyring="", registry=False) as evolution:
        assert setup.configure_one("created")["via"] == "files"
        session = evolution.session
        assert not session.has_owner(REGISTRY)
        assert not session.has_owner(SECRETS)
        assert running(setup.local_user, "evolution-source-registry") == []
        assert running(setup.local_user, "gnome-keyring-daemon") == []
    with setup.log_in() as evolution:
        setup.configure_one("updated", full_name=FULL_NAME, provider="spectrum", default=True)
        for folder in (setup.local_user.home, evolution.session.runtime):
            owners = {name: uid for name, (uid, _mode, _content) in snapshot(folder).items()}
            assert set(owners.values()) <= {setup.local_user.uid}, owners
