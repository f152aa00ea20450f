# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which SMTP server an account has, and who else sends by it, by name or by default."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import configure, mapping, smtp_servers
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.lookup import find

from .preferences_by_hand import BY_HAND, MARIO, absent, account, by_hand, changed_keys, present

# Of the identity of another account: an SMTP server that is not in the list, and one that is.
LOST = {"mail.identity.id1.smtpServer": "smtp9"}
NAMED = {"mail.identity.id1.smtpServer": "smtp3"}


def test_a_shared_smtp_server_is_left_to_the_others() -> None:
    before = by_hand()
    before["mail.identity.id7.smtpServer"] = "smtp4"
    after = present(before, account(provider="spectrum"))
    assert after["mail.identity.id3.smtpServer"] == "smtp5"
    assert after["mail.identity.id7.smtpServer"] == "smtp4"
    assert after["mail.smtpservers"] == "smtp3,smtp4,smtp5"
    assert not [key for key in changed_keys(before, after) if key.startswith("mail.smtpserver.smtp4.")]


def test_an_account_without_identity_or_smtp_server_gets_its_own() -> None:
    before = by_hand()
    before["mail.account.account3.identities"] = ""
    after = present(before, account(provider="spectrum"))
    ids = find(after, account(provider="spectrum"))
    assert ids == mapping.PrefIds("account3", "server3", "id8", "smtp5")


def test_absent_keeps_the_smtp_server_that_others_have_by_default() -> None:
    before = by_hand(hostname="imap.charter.net")
    del before["mail.identity.id1.smtpServer"]
    before["mail.smtp.defaultserver"] = "smtp4"
    before["mail.smtpserver.smtp4.hostname"] = "smtp.charter.net"
    after = absent(before, account())
    assert "mail.server.server3.type" not in after
    assert after["mail.smtpservers"] == "smtp3,smtp4"
    assert after["mail.smtp.defaultserver"] == "smtp4"
    assert not [key for key in changed_keys(before, after) if key.startswith("mail.smtpserver.")]
    assert smtp_servers.other_senders(after, account()) == ["mario@work.example"]
    assert configure.uses_login(after, configure.LoginKey("smtp://smtp.charter.net", MARIO))


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({"mail.smtpservers": "smtp4,smtp3"}, True),  # the first one counts where no default is named
        ({"mail.smtpservers": "smtp3,smtp4"}, False),
        ({"mail.smtpservers": "smtp4,smtp3", "mail.identity.default.smtpServer": "smtp3"}, False),
        ({"mail.identity.default.smtpServer": "smtp4"}, True),
        ({"mail.identity.default.smtpServer": "smtp9", "mail.smtp.defaultserver": "smtp4"}, True),
        ({"mail.smtpservers": "smtp4,smtp3", "mail.smtp.defaultserver": "smtp9"}, False),  # the default is none, then
        ({"mail.smtp.defaultserver": "smtp9", "mail.identity.default.smtpServer": "smtp4"}, True),
        ({"mail.smtpservers": "smtp4,smtp3", "mail.smtp.defaultserver": "smtp9", **LOST}, False),
        ({"mail.smtpservers": "smtp4,smtp3", **LOST}, True),
        ({"mail.identity.default.smtpServer": "smtp4", **LOST}, False),
        (
            {"mail.smtp.defaultserver": "smtp4", "mail.smtpserver.smtp3.hostname": "", **NAMED},
            False,
        ),  # nor does it send
        ({"mail.smtp.defaultserver": "smtp4", "mail.account.account2.identities": "id7"}, False),
        ({"mail.smtp.defaultserver": "smtp4", "mail.identity.id1.smtpServer": "smtp9"}, True),  # which is not there
        ({"mail.smtp.defaultserver": "smtp3", "mail.identity.id1.smtpServer": "smtp9"}, False),
        ({"mail.smtp.defaultserver": "smtp4", "mail.account.account3.identities": "id3,id1", "x": 1}, True),
    ],
)
def test_who_sends_by_default(changed: dict[str, t.Any], kept: bool) -> None:
    before = by_hand()
    del before["mail.identity.id1.smtpServer"], before["mail.smtp.defaultserver"]
    before.update(changed)
    after = absent(before, account(provider="spectrum"))
    assert ("mail.smtpserver.smtp4.hostname" in after) is kept


def test_the_default_smtp_server_is_not_rewritten_under_others() -> None:
    before = by_hand()
    del before["mail.identity.id1.smtpServer"]
    before["mail.smtp.defaultserver"] = "smtp4"
    after = present(before, account())
    assert after["mail.identity.id3.smtpServer"] == "smtp5"
    assert after["mail.smtpserver.smtp5.hostname"] == "smtp.charter.net"
    assert after["mail.smtp.defaultserver"] == "smtp4"
    assert not [key for key in changed_keys(before, after) if key.startswith("mail.smtpserver.smtp4.")]


@pytest.mark.parametrize("others", [{}, {"mail.smtpservers": "smtp9,smtp3,smtp4"}])
def test_a_default_smtp_server_that_is_removed_gives_way_to_the_first(others: dict[str, t.Any]) -> None:
    before = {**by_hand(), "mail.smtp.defaultserver": "smtp4", **others}
    after = absent(before, account(provider="spectrum"))
    assert after["mail.smtp.defaultserver"] == ("smtp9" if others else "smtp3")


def test_the_default_smtp_server_may_change_where_nobody_sends_by_one_that_is_gone() -> None:
    before = dict(BY_HAND)
    del before["mail.identity.id1.smtpServer"]
    before["mail.smtp.defaultserver"] = "smtp9"
    assert present(before, account())["mail.smtp.defaultserver"] == "smtp9"
    assert present(before, account(default=True))["mail.smtp.defaultserver"] == "smtp10"


def test_an_smtp_server_that_is_right_is_shared_with_those_who_have_it_by_default() -> None:
    before = present(by_hand(), account(provider="spectrum"))
    after = dict(before)
    del after["mail.identity.id1.smtpServer"]
    after["mail.smtp.defaultserver"] = "smtp4"
    assert present(after, account(provider="spectrum")) == after


def test_the_default_smtp_server_does_not_change_under_others() -> None:
    before = dict(BY_HAND)
    del before["mail.identity.id1.smtpServer"]
    after = present(before, account(default=True))
    assert after["mail.accountmanager.defaultaccount"] == "account5"
    assert after["mail.smtp.defaultserver"] == "smtp3"
