# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From preferences to preferences: creation, adoption, moves, removal, and everything else as it was."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import (
    configure,
    mapping,
    removal,
    smtp_servers,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.indexed_settings import IndexedSettings
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.lookup import (
    allocate_ids,
    find,
    has_other_protocol,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.settings import Settings, changes
from ansible_collections.charter.mail.tests.unit.amount import examples

MARIO = "mario.rossi@charter.net"

# A user with an account at work, made by hand, and Local Folders, as Thunderbird 153 writes them.
BY_HAND: dict[str, t.Any] = {
    "mail.account.account1.server": "server1",
    "mail.account.account2.identities": "id1,id7",
    "mail.account.account2.server": "server2",
    "mail.account.lastKey": 4,
    "mail.accountmanager.accounts": "account2,account1",
    "mail.accountmanager.defaultaccount": "account2",
    "mail.accountmanager.localfoldersserver": "server1",
    "mail.identity.id1.fullName": "Mario at work",
    "mail.identity.id1.smtpServer": "smtp3",
    "mail.identity.id1.useremail": "mario@work.example",
    "mail.identity.id7.useremail": "alias@work.example",
    "mail.identity.id7.smtpServer": "smtp3",
    "mail.server.server1.hostname": "Local Folders",
    "mail.server.server1.type": "none",
    "mail.server.server1.userName": "nobody",
    "mail.server.server2.directory-rel": "[ProfD]ImapMail/imap.work.example",
    "mail.server.server2.hostname": "imap.work.example",
    "mail.server.server2.port": 993,
    "mail.server.server2.socketType": 3,
    "mail.server.server2.type": "imap",
    "mail.server.server2.userName": "mario",
    "mail.smtp.defaultserver": "smtp3",
    "mail.smtpserver.smtp3.hostname": "smtp.work.example",
    "mail.smtpserver.smtp3.username": "mario",
    "mail.smtpservers": "smtp3",
    "mailnews.tags.$label1.tag": "Important, server9 smtp12",
    "calendar.registry.x": True,
}


def account(email: str = MARIO, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    return found.account


def present(before: Settings, wanted: Account) -> Settings:
    after, _ids = configure.present(before, wanted)
    again, _ids = configure.present(after, wanted)
    assert changes(after, again) == ()
    return after


def absent(before: Settings, wanted: Account) -> Settings:
    after, _ids = removal.absent(before, wanted)
    again, ids = removal.absent(after, wanted)
    assert (again, ids) == (after, None)
    return after


# Of the identity of another account: an SMTP server that is not in the list, and one that is.
LOST = {"mail.identity.id1.smtpServer": "smtp9"}
NAMED = {"mail.identity.id1.smtpServer": "smtp3"}


def by_hand(**server: t.Any) -> dict[str, t.Any]:
    """BY_HAND and one more account that the user made for Charter."""
    settings = {
        **BY_HAND,
        "mail.account.account3.identities": "id3",
        "mail.account.account3.server": "server3",
        "mail.accountmanager.accounts": "account2,account3,account1",
        "mail.identity.id3.useremail": MARIO,
        "mail.identity.id3.fullName": "Super Mario",
        "mail.identity.id3.fcc_folder": "imap://mario.rossi%40charter.net@mobile.charter.net/Sent Items",
        "mail.identity.id3.smtpServer": "smtp4",
        "mail.server.server3.directory-rel": "[ProfD]ImapMail/mobile.charter.net",
        "mail.server.server3.hostname": "mobile.charter.net",
        "mail.server.server3.name": "My mail",
        "mail.server.server3.port": 993,
        "mail.server.server3.socketType": 3,
        "mail.server.server3.spamActionTargetFolder": "imap://mario.rossi%40charter.net@mobile.charter.net/Junk",
        "mail.server.server3.type": "imap",
        "mail.server.server3.userName": MARIO,
        "mail.smtpserver.smtp4.hostname": "mobile.charter.net",
        "mail.smtpserver.smtp4.port": 587,
        "mail.smtpserver.smtp4.try_ssl": 3,
        "mail.smtpserver.smtp4.username": MARIO,
        "mail.smtpservers": "smtp3,smtp4",
    }
    settings.update({f"mail.server.server3.{key}": value for key, value in server.items()})
    return settings


def changed_keys(before: Settings, after: Settings) -> set[str]:
    return {change.key for change in changes(before, after)}


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


def test_imap_and_pop3_of_one_address_are_two_accounts() -> None:
    imap, pop3 = account(), account(protocol="pop3")
    after = present(present({}, imap), pop3)
    assert after["mail.accountmanager.accounts"] == "account1,account2"
    assert after["mail.server.server2.type"] == "pop3"
    assert has_other_protocol(after, imap)
    assert not has_other_protocol(present({}, imap), imap)


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


def test_absent_refuses_to_take_an_inbox_that_others_use() -> None:
    before = by_hand()
    before["mail.server.server2.deferred_to_account"] = "account3"
    with pytest.raises(OptionError, match="global inbox"):
        removal.absent(before, account(provider="spectrum"))


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
