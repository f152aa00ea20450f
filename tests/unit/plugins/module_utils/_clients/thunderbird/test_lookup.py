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

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import configure, mapping, removal
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.indexed_settings import IndexedSettings
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.lookup import (
    allocate_ids,
    find,
    has_other_protocol,
)
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.settings import Settings, changes
from ansible_collections.charter.mail.tests.unit.amount import examples

from .preferences_by_hand import MARIO, account, by_hand, changed_keys, present


def test_two_addresses_on_one_host_share_nothing() -> None:
    mario, anna = account(), account("anna@charter.net")
    after = present(present({}, mario), anna)
    ids_mario, ids_anna = find(after, mario), find(after, anna)
    assert ids_mario is not None
    assert ids_anna is not None
    assert not set(ids_mario) & set(ids_anna)


def test_an_account_made_by_hand_is_adopted() -> None:
    before = by_hand()
    wanted = account(provider="spectrum")
    after = present(before, wanted)
    assert changed_keys(before, after) == {"mail.server.server3.charter_mail"}


@pytest.mark.parametrize("login", [MARIO, MARIO.upper(), "mario.rossi"])
def test_a_login_written_otherwise_is_the_same_account(login: str) -> None:
    after = present(by_hand(userName=login), account(provider="spectrum"))
    assert after["mail.accountmanager.accounts"] == "account2,account3,account1"
    assert after["mail.server.server3.userName"] == MARIO


def test_another_server_with_another_login_is_not_taken_for_a_move() -> None:
    before = by_hand(userName="archive")
    after = present(before, account())
    assert "account5" in str(after["mail.accountmanager.accounts"])
    assert after["mail.server.server3.hostname"] == "mobile.charter.net"


def test_two_candidates_for_a_move_are_the_admins_choice() -> None:
    before = by_hand()
    before.update(
        {
            "mail.account.account4.server": "server4",
            "mail.account.account4.identities": "id4",
            "mail.identity.id4.useremail": MARIO,
            "mail.server.server4.type": "imap",
            "mail.server.server4.userName": MARIO,
            "mail.server.server4.hostname": "old.charter.net",
            "mail.accountmanager.accounts": "account2,account3,account4",
        }
    )
    with pytest.raises(OptionError, match=r"more than once by hand \(mobile.charter.net, old.charter.net\)"):
        configure.present(before, account())


def test_imap_and_pop3_of_one_address_are_two_accounts() -> None:
    imap, pop3 = account(), account(protocol="pop3")
    after = present(present({}, imap), pop3)
    assert after["mail.accountmanager.accounts"] == "account1,account2"
    assert after["mail.server.server2.type"] == "pop3"
    assert has_other_protocol(after, imap)
    assert not has_other_protocol(present({}, imap), imap)


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
    states: list[Settings] = [IndexedSettings(by_hand())]
    for wanted, there in steps:
        after = result(configure.present if there else removal.absent, states[-1], wanted)
        if not isinstance(after, str):
            states.append(after[0])
    for before, state in zip([states[0], *states], states):
        assert changes(before, state) == changes(dict(before), dict(state))
    state = states[-1]
    read = dict(state)
    assert state == read
    # A number that was taken earlier in the run may be left out; it must be free.
    assert not any(f".{name}." in key for name in allocate_ids(state) for key in read)
    for wanted in WANTED:
        ids = result(find, read, wanted)
        assert result(find, state, wanted) == ids
        assert has_other_protocol(state, wanted) == has_other_protocol(read, wanted)
        assert result(removal.absent, state, wanted) == result(removal.absent, read, wanted)
        if isinstance(ids, mapping.PrefIds):
            assert configure.present(state, wanted) == configure.present(read, wanted)
            assert (configure.present(state, wanted)[0] is state) == (configure.present(read, wanted)[0] is read)
            for login in configure.logins(state, ids):
                assert configure.uses_login(state, login)
                assert configure.uses_login(read, login)
