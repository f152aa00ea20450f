# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the stored accounts is the wanted one."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import configure, removal
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.lookup import find, has_other_protocol
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.sources import Sources
from ansible_collections.charter.mail.plugins.module_utils._clients.lookup import marker
from ansible_collections.charter.mail.plugins.module_utils._formats.glib_key_file import GlibKeyFile
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.tests.unit.amount import examples

from .sources_by_hand import BY_HAND, MARIO, absent, account, by_hand, ids_of, present, sources, text


def test_the_protocols_share_nothing() -> None:
    imap, pop3 = account(), account(protocol="pop3")
    after = present(present(Sources({}), imap), pop3)
    assert not {*ids_of(after, imap)} & {*ids_of(after, pop3)}
    assert ids_of(after, pop3) == ids_of(present(Sources({}), pop3), pop3)  # whatever else there is
    assert has_other_protocol(after, imap)
    assert set(absent(after, pop3)) == {*ids_of(after, imap)}


@pytest.mark.parametrize(
    ("edit", "login"),
    [(MARIO, MARIO.upper()), (MARIO, "mario.rossi")],
)
def test_a_login_written_otherwise_is_the_same_account(edit: str, login: str) -> None:
    after = present(by_hand(acc=(f"User={edit}", f"User={login}")), account(provider="spectrum"))
    assert len(after) == len(BY_HAND)
    assert after.text("acc", "Authentication", "User") == MARIO


def test_a_moved_server_is_the_same_account_unless_two_could_be_it() -> None:
    after = present(by_hand(), account())
    assert len(after) == len(BY_HAND)
    assert after.text("acc", "Authentication", "Host") == "imap.charter.net"
    twice = {**BY_HAND, "acc2": BY_HAND["acc"].replace("mobile", "other")}
    with pytest.raises(OptionError, match=r"more than once by hand \(mobile.charter.net, other.charter.net\)"):
        present(sources(twice), account())
    assert present(sources(twice), account(provider="spectrum"))["acc2"] == sources(twice)["acc2"]


def test_an_account_of_the_other_protocol_is_not_taken_for_it() -> None:
    before = by_hand()
    pop3 = account(protocol="pop3", provider="spectrum")
    assert find(before, pop3) is None
    assert has_other_protocol(before, pop3)
    assert absent(before, pop3) is before
    assert len(present(before, pop3)) == len(before) + 3


def test_a_marked_account_stays_found_whatever_is_renamed() -> None:
    before = present(by_hand(), account(provider="spectrum"))
    other = GlibKeyFile.parse(
        before["acc"].render().replace(MARIO.encode() + b"\n", b"new@work.example\n", 1).replace(b"mobile", b"x"), ""
    )
    renamed = Sources({**before, "acc": other})
    assert ids_of(renamed, account()).account == "acc"
    assert marker(account()) in text(renamed, "acc")


OTHER_SERVER = Server("imap.work.example", 993, Security.SSL)
WANTED = [
    dataclasses.replace(account(email, protocol=protocol), **more)
    for email in (MARIO, "Luigi@charter.net", "mario@work.example")
    for protocol in ("imap", "pop3")
    for more in ({}, {"full_name": "Somebody"}, {"username": "mario"}, {"incoming": OTHER_SERVER})
]


def result(function: t.Callable[..., t.Any], *arguments: t.Any) -> t.Any:
    """What a function returns, or the error that it raises as a text."""
    try:
        return function(*arguments)
    except OptionError as error:
        return str(error)


@pytest.mark.alike(4, "generated settings")
@settings(max_examples=examples(40))
@given(st.lists(st.tuples(st.sampled_from(WANTED), st.booleans()), max_size=12))
def test_a_state_is_indexed_as_if_it_had_been_read(steps: list[tuple[Account, bool]]) -> None:
    """Each state takes the index of the one before over: nothing must be found otherwise for it."""
    states = [by_hand()]
    for wanted, there in steps:
        after = result(configure.present if there else removal.absent, states[-1], wanted)
        if not isinstance(after, str):
            states.append(after[0])
    state = states[-1]
    read = Sources(dict(state))
    assert state == read
    for wanted in WANTED:
        assert result(find, state, wanted) == result(find, read, wanted)
        assert has_other_protocol(state, wanted) == has_other_protocol(read, wanted)
        assert result(configure.present, state, wanted) == result(configure.present, read, wanted)
        assert result(removal.absent, state, wanted) == result(removal.absent, read, wanted)
    for uid in read:
        assert sorted(state.accounts_of(uid)) == sorted(read.accounts_of(uid))
        assert sorted(state.identities_of(uid)) == sorted(read.identities_of(uid))
