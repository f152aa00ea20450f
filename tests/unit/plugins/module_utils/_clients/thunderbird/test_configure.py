# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From preferences to preferences: what is created and changed, and everything else as it was."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import mapping
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.lookup import find
from ansible_collections.charter.mail.plugins.module_utils._model.settings import changes

from .preferences_by_hand import BY_HAND, account, by_hand, changed_keys, present


def test_a_first_account() -> None:
    after = present({}, account(full_name="Mario"))
    assert after["mail.accountmanager.accounts"] == "account1"
    assert after["mail.accountmanager.defaultaccount"] == "account1"
    assert after["mail.smtp.defaultserver"] == "smtp1"
    assert after["mail.server.server1.socketType"] == 3
    assert type(after["mail.server.server1.socketType"]) is int
    assert after["mail.smtpserver.smtp1.try_ssl"] == 2
    assert after["mail.identity.id1.smtpServer"] == "smtp1"
    assert after["mail.identity.id1.fcc_folder"] == "imap://mario.rossi%40charter.net@imap.charter.net/Sent"
    assert not [key for key in after if "directory" in key or "Local" in key]


def test_a_new_account_leaves_foreign_ones_alone() -> None:
    after = present(BY_HAND, account())
    ids = find(after, account())
    assert ids == mapping.PrefIds("account5", "server3", "id8", "smtp4")
    foreign = {key for key in changed_keys(BY_HAND, after) if key in BY_HAND}
    assert foreign == {"mail.account.lastKey", "mail.accountmanager.accounts", "mail.smtpservers"}
    assert after["mail.accountmanager.accounts"] == "account2,account1,account5"
    assert after["mail.accountmanager.defaultaccount"] == "account2"
    assert after["mail.smtp.defaultserver"] == "smtp3"


def test_local_folders_alone_are_no_default() -> None:
    local = {key: value for key, value in BY_HAND.items() if "account1" in key or "server1." in key}
    local["mail.accountmanager.accounts"] = "account1"
    local.pop("mail.accountmanager.defaultaccount", None)
    assert present(local, account())["mail.accountmanager.defaultaccount"] == "account2"


def test_default_on_request_only() -> None:
    after = present(BY_HAND, account(default=True))
    assert after["mail.accountmanager.defaultaccount"] == "account5"
    assert after["mail.smtp.defaultserver"] == "smtp4"


def test_an_unset_default_of_the_person_stays_unset() -> None:
    before = {key: value for key, value in BY_HAND.items() if not key.endswith(("defaultaccount", "defaultserver"))}
    after = present(before, account())
    assert "mail.accountmanager.defaultaccount" not in after
    assert "mail.smtp.defaultserver" not in after


def test_only_what_differs_changes_and_types_are_mended() -> None:
    before = by_hand(port="993", socketType=0)
    after = present(before, account(provider="spectrum"))
    assert changed_keys(before, after) == {
        "mail.server.server3.charter_mail",
        "mail.server.server3.port",
        "mail.server.server3.socketType",
    }
    assert after["mail.server.server3.port"] == 993


def test_what_thunderbird_drops_as_default_is_no_change() -> None:
    after = dict(present({}, account()))
    del after["mail.server.server1.authMethod"], after["mail.smtpserver.smtp1.type"]
    assert changes(after, present(after, account())) == ()


def test_a_persons_own_default_for_all_servers_is_seen() -> None:
    after = dict(present({}, account()))
    del after["mail.server.server1.authMethod"]
    after["mail.server.default.authMethod"] = 10
    assert present(after, account())["mail.server.server1.authMethod"] == 3


@pytest.mark.parametrize("ours", [True, False])
def test_a_server_move_keeps_folders(ours: bool) -> None:
    before = by_hand()
    if ours:
        before = dict(present(before, account(provider="spectrum")))
    after = present(before, account(provider="charter"))
    assert after["mail.accountmanager.accounts"] == "account2,account3,account1"
    assert after["mail.server.server3.hostname"] == "imap.charter.net"
    assert after["mail.server.server3.directory-rel"] == "[ProfD]ImapMail/mobile.charter.net"
    assert after["mail.identity.id3.fcc_folder"] == "imap://mario.rossi%40charter.net@imap.charter.net/Sent Items"
    moved_junk = "imap://mario.rossi%40charter.net@imap.charter.net/Junk"
    assert after["mail.server.server3.spamActionTargetFolder"] == moved_junk
    assert after["mail.server.server3.name"] == "My mail"
    assert after["mail.identity.id3.fullName"] == "Super Mario"


def test_pop3_keeps_mail_unless_told_otherwise() -> None:
    after = present({}, account(protocol="pop3"))
    assert after["mail.server.server1.leave_on_server"] is True
    assert "mail.server.server1.delete_by_age_from_server" not in after
    theirs = {**after, "mail.server.server1.leave_on_server": False}
    assert present(theirs, account(protocol="pop3")) == theirs
    told = present(theirs, account(protocol="pop3", leave_on_server=True, leave_on_server_days=30))
    assert told["mail.server.server1.leave_on_server"] is True
    assert told["mail.server.server1.num_days_to_leave_on_server"] == 30
    unlimited = present(told, account(protocol="pop3", leave_on_server_days=0))
    assert unlimited["mail.server.server1.delete_by_age_from_server"] is False
