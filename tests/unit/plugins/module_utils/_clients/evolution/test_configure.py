# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From sources to sources: what is created and changed, and everything else as it was."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import mapping
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.sources import Sources

from .sources_by_hand import BY_HAND, MARIO, MARKER, account, by_hand, changed_keys, ids_of, present, text


def test_a_first_account() -> None:
    after = present(Sources({}), account(full_name="Mario"))
    ids = ids_of(after, account())
    assert set(after) == set(ids.all)
    assert all(re.fullmatch("[0-9a-f]{40}", uid) for uid in after)
    expected = {
        (ids.account, "Mail Account", "BackendName"): "imapx",
        (ids.account, "Mail Account", "IdentityUid"): ids.identity,
        (ids.account, "Mail Account", "NeedsInitialSetup"): "true",
        (ids.account, "Authentication", "Method"): "none",
        (ids.account, "Security", "Method"): "ssl-on-alternate-port",
        (ids.account, "Data Source", "Parent"): "",
        (ids.identity, "Mail Submission", "TransportUid"): ids.transport,
        (ids.identity, "Mail Identity", "Name"): "Mario",
        (ids.identity, "Data Source", "Parent"): ids.account,
        (ids.transport, "Authentication", "Method"): "PLAIN",
        (ids.transport, "Authentication", "Port"): "587",
        (ids.transport, "Security", "Method"): "starttls-on-standard-port",
        (ids.transport, "Data Source", "Parent"): ids.account,
    }
    assert {place: after.text(*place) for place in expected} == expected
    assert mapping.read_back(after, ids) == account(full_name="Mario")
    assert "Autoconfig" not in {group for source in after.values() for group in source.groups}


def test_what_is_named_comes_before_what_names_it() -> None:
    after = present(Sources({}), account())
    assert tuple(after) == ids_of(after, account()).all


@pytest.mark.parametrize(
    ("options", "keep", "days"),
    [
        ({}, "true", "0"),
        ({"leave_on_server": True}, "true", "0"),
        ({"leave_on_server": False}, "false", "0"),
        ({"leave_on_server_days": 14}, "true", "14"),
    ],
)
def test_a_new_pop3_account_says_what_becomes_of_mail_on_the_server(
    options: dict[str, t.Any], keep: str, days: str
) -> None:
    wanted = account(protocol="pop3", **options)
    after = present(Sources({}), wanted)
    ids = ids_of(after, wanted)
    assert after.text(ids.account, "Mail Account", "BackendName") == "pop"
    assert after.text(ids.account, "Pop Backend", "KeepOnServer") == keep
    assert after.text(ids.account, "Pop Backend", "DeleteAfterDays") == days
    assert not after.text(ids.account, "Mail Account", "NeedsInitialSetup")
    assert present(after, account(protocol="pop3")) is after
    other = present(after, account(protocol="pop3", leave_on_server=False))
    assert other.text(ids.account, "Pop Backend", "KeepOnServer") == "false"


def test_an_account_made_by_hand_is_adopted_and_only_marked() -> None:
    before = by_hand()
    after = present(before, account(provider="spectrum"))
    assert set(after) == set(before)
    for uid in ("acc", "ide", "tra"):
        assert text(after, uid) == BY_HAND[uid] + "\n" + MARKER
    assert after["calendar"] is before["calendar"]


def test_only_what_differs_changes_and_nothing_of_the_persons() -> None:
    before = present(by_hand(), account(provider="spectrum"))
    after = present(before, account(full_name="Mario"))
    assert changed_keys(before, after) == {
        "acc/Authentication/Host",
        "ide/Mail Identity/Name",
        "tra/Authentication/Host",
        "tra/Security/Method",
    }
    expected = BY_HAND["ide"].replace("Name=Super Mario", "Name=Mario") + "\n" + MARKER
    assert text(after, "ide") == expected


@pytest.mark.parametrize(("method", "kept"), [("none", True), ("PLAIN", True), ("LOGIN", True), ("+APOP", False)])
def test_each_way_to_send_the_password_is_right_for_receiving(method: str, kept: bool) -> None:
    after = present(by_hand(acc=("Method=PLAIN", f"Method={method}")), account(provider="spectrum"))
    assert after.text("acc", "Authentication", "Method") == (method if kept else "none")


@pytest.mark.parametrize(("method", "kept"), [("none", False), ("PLAIN", True), ("LOGIN", True), ("", False)])
def test_sending_without_signing_in_is_mended(method: str, kept: bool) -> None:
    after = present(by_hand(tra=("Method=LOGIN", f"Method={method}")), account(provider="spectrum"))
    assert after.text("tra", "Authentication", "Method") == (method if kept else "PLAIN")


def test_a_disabled_account_is_enabled() -> None:
    after = present(by_hand(acc=("Enabled=true\nParent", "Enabled=false\nParent")), account(provider="spectrum"))
    assert after.text("acc", "Data Source", "Enabled") == "true"


def test_the_old_name_of_a_backend_is_no_difference() -> None:
    after = present(by_hand(acc=("BackendName=imapx", "BackendName=imap")), account(provider="spectrum"))
    assert after.text("acc", "Mail Account", "BackendName") == "imap"


def test_an_address_of_the_users_own_stays() -> None:
    before = by_hand(ide=(f"Address={MARIO}", "Address=mario@rossi.example"))
    name = before.text("ide", "Mail Identity", "Name")
    after = present(before, account(provider="spectrum", full_name="Somebody else"))
    assert after.text("ide", "Mail Identity", "Address") == "mario@rossi.example"
    assert after.text("ide", "Mail Identity", "Name") == name
    assert len(after) == len(before)
    insisted = present(before, account(provider="spectrum", full_name="Somebody else", override=True))
    assert insisted.text("ide", "Mail Identity", "Address") == MARIO
    assert insisted.text("ide", "Mail Identity", "Name") == "Somebody else"


@pytest.mark.parametrize("address", ["", "mario.rossi", MARIO.upper()])
def test_what_is_no_address_of_the_users_own_is_the_accounts(address: str) -> None:
    before = by_hand(ide=(f"Address={MARIO}", f"Address={address}"))
    after = present(before, account(provider="spectrum", full_name="Somebody else"))
    assert after.text("ide", "Mail Identity", "Name") == "Somebody else"
    assert after.text("ide", "Mail Identity", "Address").lower() == MARIO
