# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ids of a new account, where others are at the edge of 32 bits."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile

from .preferences_by_hand import BY_HAND, account, present


@pytest.mark.parametrize(
    ("before", "new", "last_key"),
    [
        ({**BY_HAND, "mail.account.lastKey": 2**31 - 2}, f"account{2**31 - 1}", 2**31 - 1),
        ({**BY_HAND, "mail.account.lastKey": 2**31 - 1}, "account3", 2**31 - 1),
        ({**BY_HAND, "mail.account.lastKey": -(2**31)}, "account3", 3),
        ({**BY_HAND, "mail.account.account2147483647.server": "server2"}, "account3", 4),
        ({**BY_HAND, "mail.account.account999999999999.server": "server2"}, "account5", 5),
        ({**BY_HAND, f"mail.account.account{'9' * 6000}.server": "server2"}, "account5", 5),
    ],
)
def test_numbers_at_the_edge_of_32_bits(before: dict[str, t.Any], new: str, last_key: int) -> None:
    after = present(before, account())
    assert after["mail.accountmanager.accounts"] == f"account2,account1,{new}"
    assert after["mail.account.lastKey"] == last_key
    PrefsFile.parse(PrefsFile.parse(b"", "prefs.js").with_values(after), "prefs.js")


def test_ids_at_the_edge_of_32_bits() -> None:
    edge = {
        "mail.server.server2147483647.x": 1,
        "mail.identity.id2147483647.x": 1,
        "mail.smtpserver.smtp2147483647.x": 1,
    }
    after = present({**BY_HAND, **edge}, account())
    assert after["mail.account.account5.server"] == "server3"
    assert after["mail.account.account5.identities"] == "id2"
    assert after["mail.identity.id2.smtpServer"] == "smtp1"
