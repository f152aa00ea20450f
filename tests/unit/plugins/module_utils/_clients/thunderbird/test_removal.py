# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal takes back what was written for the account, and nothing that others use."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import removal
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError

from .preferences_by_hand import BY_HAND, absent, account, by_hand, changed_keys, present


def test_absent_takes_back_what_present_wrote() -> None:
    after = absent(present(BY_HAND, account()), account())
    assert changed_keys(BY_HAND, after) == {"mail.account.lastKey"}


def test_absent_of_the_only_account_leaves_no_lists() -> None:
    after = absent(present({}, account()), account())
    assert dict(after) == {"mail.account.lastKey": 1}


def test_absent_of_the_default_account_passes_it_on() -> None:
    before = present(BY_HAND, account(default=True))
    after = absent(before, account())
    assert after["mail.accountmanager.defaultaccount"] == "account2"
    assert after["mail.smtp.defaultserver"] == "smtp3"


def test_absent_keeps_what_others_use() -> None:
    before = by_hand()
    before["mail.identity.id7.smtpServer"] = "smtp4"
    before["mail.account.account3.identities"] = "id3,id7"
    after = absent(before, account(provider="spectrum"))
    assert "mail.identity.id7.useremail" in after
    assert "mail.smtpserver.smtp4.hostname" in after
    assert "mail.identity.id3.useremail" not in after


def test_absent_refuses_to_take_an_inbox_that_others_use() -> None:
    before = by_hand()
    before["mail.server.server2.deferred_to_account"] = "account3"
    with pytest.raises(OptionError, match="global inbox"):
        removal.absent(before, account(provider="spectrum"))
