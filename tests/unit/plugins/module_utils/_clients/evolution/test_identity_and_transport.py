# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identity and the transport of an account: missing, used by another account too, or left over."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.sources import Sources
from ansible_collections.charter.mail.plugins.module_utils._formats.glib_key_file import GlibKeyFile

from .sources_by_hand import BY_HAND, MARIO, account, by_hand, ids_of, present, sources, text


@pytest.mark.parametrize("lost", ["ide", "tra"])
def test_a_missing_part_is_made(lost: str) -> None:
    texts = {uid: content for uid, content in BY_HAND.items() if uid != lost}
    after = present(sources(texts), account(provider="spectrum"))
    ids = ids_of(after, account())
    assert ids.account == "acc"
    assert all(ids)
    assert after.text(ids.transport, "Data Source", "Parent") == "acc"
    assert after.text(ids.identity, "Mail Submission", "TransportUid") == ids.transport


def test_a_part_that_another_account_uses_is_left_to_it() -> None:
    other = {
        "acc2": BY_HAND["acc"].replace(MARIO, "anna@charter.net").replace("=ide\n", "=ide2\n"),
        "ide2": BY_HAND["ide"].replace(MARIO, "anna@charter.net"),
    }
    before = sources({**BY_HAND, **other})
    after = present(before, account(provider="spectrum"))
    ids = ids_of(after, account())
    assert (ids.account, ids.identity) == ("acc", "ide")
    assert ids.transport not in before
    assert after["tra"] is before["tra"]
    shared = present(sources({**BY_HAND, "acc2": other["acc2"].replace("ide2", "ide")}), account(provider="spectrum"))
    ids = ids_of(shared, account())
    assert not {ids.identity, ids.transport} & {"ide", "tra"}
    assert text(shared, "ide") == BY_HAND["ide"]


def test_what_nobody_uses_any_more_is_taken_again_and_what_somebody_uses_is_not() -> None:
    first = present(Sources({}), account(full_name="First"))
    ids = ids_of(first, account())
    orphans = {uid: source for uid, source in first.items() if uid != ids.account}
    again = present(Sources(orphans), account(full_name="Second"))
    assert ids_of(again, account()) == ids
    assert again.text(ids.identity, "Mail Identity", "Name") == "Second"
    theirs = GlibKeyFile.parse(BY_HAND["acc"].replace("=ide\n", f"={ids.identity}\n").replace(MARIO, "x").encode(), "")
    after = present(Sources({**orphans, "theirs": theirs}), account(full_name="Second"))
    assert ids_of(after, account()).identity != ids.identity
    assert after[ids.identity] is orphans[ids.identity]


def test_a_part_whose_parent_is_gone_is_shown_again() -> None:
    after = present(by_hand(tra=("Parent=acc", "Parent=gone")), account(provider="spectrum"))
    assert after.text("tra", "Data Source", "Parent") == "acc"
    after = present(by_hand(tra=("Parent=acc", "Parent=local")), account(provider="spectrum"))
    assert after.text("tra", "Data Source", "Parent") == "local"
    for parent, shown in (("gone", "acc"), ("ide", "acc")):
        after = present(by_hand(ide=("Parent=acc", f"Parent={parent}")), account(provider="spectrum"))
        assert after.text("ide", "Data Source", "Parent") == shown


@pytest.mark.parametrize(("parent", "expected"), [("gone", ""), ("acc", ""), ("local", "local"), ("local-stub",) * 2])
def test_an_account_whose_parent_is_gone_is_shown_again(parent: str, expected: str) -> None:
    # The registry of 3.46 hides a source without its parent, or that is its own parent, and shows it below a stub.
    after = present(by_hand(acc=("Parent=", f"Parent={parent}")), account(provider="spectrum"))
    assert after.text("acc", "Data Source", "Parent") == expected
    assert [uid for uid in after if after.text(uid, "Mail Account", "BackendName") == "imapx"] == ["acc"]
