# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal takes the sources of the account, and nothing that another one uses."""

from __future__ import annotations

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import lookup

from .sources_by_hand import BY_HAND, MARIO, absent, account, by_hand, present, sources


def test_several_accounts_made_by_hand_are_none_to_remove() -> None:
    twice = sources({**BY_HAND, "acc2": BY_HAND["acc"].replace("mobile", "other")})
    assert absent(twice, account(state="absent")) is twice
    assert lookup.candidates(twice, account(state="absent")) == ["mobile.charter.net", "other.charter.net"]


def test_removal_leaves_everything_else() -> None:
    before = present(by_hand(), account("anna@charter.net"))
    after = absent(before, account())
    assert {uid: source for uid, source in before.items() if uid not in {"acc", "ide", "tra"}} == dict(after)
    assert absent(after, account("anna@charter.net")) == sources({uid: BY_HAND[uid] for uid in ("local", "calendar")})


def test_removal_leaves_what_another_account_uses_where_it_is_seen() -> None:
    other = BY_HAND["acc"].replace(MARIO, "anna@charter.net")
    after = absent(sources({**BY_HAND, "acc2": other}), account(provider="spectrum"))
    assert set(after) == {"acc2", "ide", "tra", "local", "calendar"}
    assert after.text("ide", "Data Source", "Parent") == "acc2"
    assert after.text("tra", "Data Source", "Parent") == "acc2"
