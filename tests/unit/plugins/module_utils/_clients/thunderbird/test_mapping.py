# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preferences that are read back as an account."""

from __future__ import annotations

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import configure, mapping
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server

from .preferences_by_hand import account


def test_reading_back_gives_the_account() -> None:
    for wanted in (
        account(full_name="Mario", default=True),
        account(protocol="pop3", leave_on_server=True, leave_on_server_days=9, default=True),
        account(provider="spectrum", default=True),
    ):
        after, ids = configure.present({}, wanted)
        found = mapping.read_back(after, ids)
        assert found is not None
        assert (found.email, found.protocol, found.incoming, found.outgoing, found.username, found.default) == (
            wanted.email,
            wanted.protocol,
            wanted.incoming,
            wanted.outgoing,
            wanted.username,
            True,
        )


def test_reading_back_an_account_that_lacks_much() -> None:
    found = mapping.read_back({"mail.server.s.type": "pop3"}, mapping.PrefIds("a", "s", "i", "m"))
    assert found is not None
    assert found.incoming == Server("", 110, Security.NONE)
    assert mapping.read_back({"mail.server.s.type": "nntp"}, mapping.PrefIds("a", "s", "i", "m")) is None
