# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""evolution_account beside a session that is alive: everything by the registry, at once, and as the person."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.integration.people import snapshot
from ansible_collections.charter.mail.tests.lab.hosts import Service

from .desktop_session import REGISTRY, SECRETS, running
from .evolution import TIMEOUT, wait_until
from .evolution_desk import FULL_NAME, Desk
from .evolution_window import MAIN, EvolutionWindow


def test_an_open_evolution_shows_and_uses_the_account_at_once(evolution_desk: Desk) -> None:
    desk = evolution_desk
    second = desk.lab.add_user(f"second.of.{desk.user.address}")
    with desk.log_in(registry=False) as evolution:
        desk.push_one("created")
        with EvolutionWindow(evolution.session) as window:
            desk.lab.wait_for_login(desk.user.address, Service.IMAP, seconds=TIMEOUT)
            created = desk.push_one("created", email=second.address, password=second.password)
            assert (created["via"], created["password"]) == ("session", "stored")
            assert desk.lab.wait_for_login(second.address, Service.IMAP, seconds=TIMEOUT).tls
            wait_until(lambda: evolution.set_up(second.address), "folders taken over from the server")
            assert window.titles() == [MAIN]
            desk.push_one("unchanged", email=second.address, password=second.password)
            desk.push_one("removed", email=second.address, state="absent")
            assert [account["user"] for account in evolution.accounts()] == [desk.user.address]
            assert window.titles() == [MAIN]
        assert {path.stem for path in evolution.sources.glob("*.source")}.isdisjoint(created["ids"].values())
    assert not [one for one in desk.lab.logins() if one.user == second.address and not one.succeeded]


def test_what_a_person_edits_survives_a_managed_change(evolution_desk: Desk) -> None:
    desk = evolution_desk
    desk.push_one("created", full_name="Mario Rossi", password=None)
    with desk.log_in() as evolution:
        account = evolution.account(desk.user.address)
        identity, transport = account["identity"]["uid"], account["transport"]["uid"]
        evolution.edit(account["uid"], "Data Source", display_name="Posta e città")
        evolution.edit(account["uid"], "Refresh", interval_minutes=55)
        evolution.edit(identity, "Mail Identity", organization="Charter = me;", reply_to="boss@charter.net")
        evolution.edit(identity, "Mail Submission", sent_folder="folder://local/Archive", replies_to_origin_folder=True)
        evolution.edit(transport, "Authentication", host="wrong.charter.net", port=25)
        before = evolution.memory()
        updated = desk.push_one("updated", full_name="Mario Bianchi", password=None)
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
        assert desk.agrees(evolution, updated["ids"])
        desk.push_one("unchanged", full_name="Mario Bianchi", password=None)
    with desk.log_in() as evolution:
        assert evolution.memory() == after


def changed_lines(before: dict[str, str], after: dict[str, str]) -> set[tuple[str, str]]:
    assert before.keys() == after.keys()
    pairs = set()
    for uid, text in before.items():
        pairs |= set(zip(text.splitlines(), after[uid].splitlines(), strict=True))
    return {(old, new) for old, new in pairs if old != new}


def test_an_account_that_the_person_deleted_comes_back_as_pushed(evolution_desk: Desk) -> None:
    desk = evolution_desk
    with desk.log_in() as evolution:
        ids = desk.push_one("created", full_name="The First")["ids"]
        evolution.delete(ids["account"])  # its children stay in the registry's memory, unseen
        assert evolution.accounts() == []
        created = desk.push_one("created", full_name="The Second", provider="spectrum")
        assert created["ids"] == ids
        account = evolution.account(desk.user.address)
        assert account["host"] == account["transport"]["host"] == "mobile.charter.net"
        assert account["identity"]["full_name"] == "The Second"
        assert desk.agrees(evolution, ids)
        desk.push_one("unchanged", full_name="The Second", provider="spectrum")
        desk.uses_mail(evolution, account, "Back again")
    with desk.log_in() as evolution:
        assert evolution.account(desk.user.address) == account


def test_check_mode_touches_neither_memory_nor_files_nor_keyring(evolution_desk: Desk) -> None:
    desk = evolution_desk
    with desk.log_in() as evolution:
        evolution.accounts()
        for options in ({}, {"provider": "spectrum", "password": "another one"}, {"state": "absent"}):
            before = desk.everything(evolution)
            foretold = desk.push(check=True, **options)
            assert desk.everything(evolution) == before
            done = desk.push(**options)
            assert done["changed"]
            for key in ("changed", "diff", "accounts", "msg"):
                assert foretold[key] == done[key]


def test_nothing_is_left_of_root_and_nothing_is_started(evolution_desk: Desk) -> None:
    desk = evolution_desk
    with desk.log_in(keyring="", registry=False) as evolution:
        assert desk.push_one("created")["via"] == "files"
        session = evolution.session
        assert not session.has_owner(REGISTRY)
        assert not session.has_owner(SECRETS)
        assert running(desk.person, "evolution-source-registry") == []
        assert running(desk.person, "gnome-keyring-daemon") == []
    with desk.log_in() as evolution:
        desk.push_one("updated", full_name=FULL_NAME, provider="spectrum", default=True)
        for folder in (desk.person.home, evolution.session.runtime):
            owners = {name: uid for name, (uid, _mode, _content) in snapshot(folder).items()}
            assert set(owners.values()) <= {desk.person.uid}, owners
