# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From sources to sources: creation, adoption, moves, removal, and everything else as it was."""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import (
    configure,
    differences,
    lookup,
    mapping,
    removal,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.lookup import find, has_other_protocol
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.sources import SourceIds, Sources
from ansible_collections.charter.mail.plugins.module_utils._clients.lookup import marker
from ansible_collections.charter.mail.plugins.module_utils._formats.glib_key_file import GlibKeyFile
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.tests.unit.amount import examples

MARIO = "mario.rossi@charter.net"

# An account made by hand, as Evolution 3.46 writes it, with what a user may have added.
BY_HAND = {
    "acc": f"""\
[Data Source]
DisplayName=My mail
DisplayName[it]=La mia posta
Enabled=true
Parent=

[Mail Account]
BackendName=imapx
IdentityUid=ide
ArchiveFolder=
NeedsInitialSetup=false

[Authentication]
Host=mobile.charter.net
Method=PLAIN
Port=993
ProxyUid=system-proxy
RememberPassword=true
User={MARIO}
CredentialName=

IsExternal=false

[Security]
Method=ssl-on-alternate-port

[Refresh]
Enabled=true
IntervalMinutes=60
""",
    "ide": f"""\
[Data Source]
DisplayName={MARIO}
Enabled=true
Parent=acc

[Mail Submission]
SentFolder=folder://acc/Sent
TransportUid=tra

[Mail Identity]
# mine
Address={MARIO}
Name=Super Mario
Organization=Rossi & Figli
SignatureUid=0815
""",
    "tra": f"""\
[Data Source]
DisplayName={MARIO}
Enabled=true
Parent=acc

[Authentication]
Host=mobile.charter.net
Method=LOGIN
Port=587
User={MARIO}

[Security]
Method=ssl-on-alternate-port

[Mail Transport]
BackendName=smtp
""",
    "local": "[Data Source]\nDisplayName=On This Computer\nParent=local-stub\n\n[Mail Account]\nBackendName=maildir\n",
    "calendar": "[Data Source]\nDisplayName=Calendar\n\n[Calendar]\nBackendName=local\n",
}
MARKER = "[X-Charter-Mail]\nAccount=imap:mario.rossi@charter.net\n"


def account(email: str = MARIO, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    return found.account


def sources(texts: t.Mapping[str, str]) -> Sources:
    return Sources({uid: GlibKeyFile.parse(text.encode(), uid) for uid, text in texts.items()})


def by_hand(**edits: tuple[str, str]) -> Sources:
    """BY_HAND with a part of a source's text replaced."""
    texts = dict(BY_HAND)
    for uid, (old, new) in edits.items():
        assert old in texts[uid]
        texts[uid] = texts[uid].replace(old, new)
    return sources(texts)


def text(found: Sources, uid: str) -> str:
    return found[uid].render().decode()


def present(before: Sources, wanted: Account) -> Sources:
    after, ids = configure.present(before, wanted)
    assert find(after, wanted) == ids
    assert configure.present(after, wanted)[0] is after
    for part in ids.all:
        assert after[part].values == GlibKeyFile.parse(after[part].render(), part).values
    return after


def absent(before: Sources, wanted: Account) -> Sources:
    after, _ids = removal.absent(before, wanted)
    assert removal.absent(after, wanted) == (after, None)
    return after


def ids_of(found: Sources, wanted: Account) -> SourceIds:
    ids = find(found, wanted)
    assert ids is not None
    return ids


def changed_keys(before: Sources, after: Sources) -> set[str]:
    return {change.key for change in differences.source_changes(before, after)}


def test_a_first_account() -> None:
    after = present(Sources({}), account(full_name="Mario"))
    ids = ids_of(after, account())
    assert set(after) == set(ids.all)
    assert all(re.fullmatch("[0-9a-f]{40}", uid) for uid in after)
    expected = {
        (ids.account, "Mail Account", "BackendName"): "imapx",
        (ids.account, "Mail Account", "IdentityUid"): ids.identity,
        (ids.account, "Mail Account", "NeedsInitialSetup"): "true",
        (ids.account, "Authentication", "Method"): "none",
        (ids.account, "Security", "Method"): "ssl-on-alternate-port",
        (ids.account, "Data Source", "Parent"): "",
        (ids.identity, "Mail Submission", "TransportUid"): ids.transport,
        (ids.identity, "Mail Identity", "Name"): "Mario",
        (ids.identity, "Data Source", "Parent"): ids.account,
        (ids.transport, "Authentication", "Method"): "PLAIN",
        (ids.transport, "Authentication", "Port"): "587",
        (ids.transport, "Security", "Method"): "starttls-on-standard-port",
        (ids.transport, "Data Source", "Parent"): ids.account,
    }
    assert {place: after.text(*place) for place in expected} == expected
    assert mapping.read_back(after, ids) == account(full_name="Mario")
    assert "Autoconfig" not in {group for source in after.values() for group in source.groups}


def test_what_is_named_comes_before_what_names_it() -> None:
    after = present(Sources({}), account())
    assert tuple(after) == ids_of(after, account()).all


@pytest.mark.parametrize(
    ("options", "keep", "days"),
    [
        ({}, "true", "0"),
        ({"leave_on_server": True}, "true", "0"),
        ({"leave_on_server": False}, "false", "0"),
        ({"leave_on_server_days": 14}, "true", "14"),
    ],
)
def test_a_new_pop3_account_says_what_becomes_of_mail_on_the_server(
    options: dict[str, t.Any], keep: str, days: str
) -> None:
    wanted = account(protocol="pop3", **options)
    after = present(Sources({}), wanted)
    ids = ids_of(after, wanted)
    assert after.text(ids.account, "Mail Account", "BackendName") == "pop"
    assert after.text(ids.account, "Pop Backend", "KeepOnServer") == keep
    assert after.text(ids.account, "Pop Backend", "DeleteAfterDays") == days
    assert not after.text(ids.account, "Mail Account", "NeedsInitialSetup")
    assert present(after, account(protocol="pop3")) is after
    other = present(after, account(protocol="pop3", leave_on_server=False))
    assert other.text(ids.account, "Pop Backend", "KeepOnServer") == "false"


def test_the_protocols_share_nothing() -> None:
    imap, pop3 = account(), account(protocol="pop3")
    after = present(present(Sources({}), imap), pop3)
    assert not {*ids_of(after, imap)} & {*ids_of(after, pop3)}
    assert ids_of(after, pop3) == ids_of(present(Sources({}), pop3), pop3)  # whatever else there is
    assert has_other_protocol(after, imap)
    assert set(absent(after, pop3)) == {*ids_of(after, imap)}


def test_an_account_made_by_hand_is_adopted_and_only_marked() -> None:
    before = by_hand()
    after = present(before, account(provider="spectrum"))
    assert set(after) == set(before)
    for uid in ("acc", "ide", "tra"):
        assert text(after, uid) == BY_HAND[uid] + "\n" + MARKER
    assert after["calendar"] is before["calendar"]


def test_only_what_differs_changes_and_nothing_of_the_persons() -> None:
    before = present(by_hand(), account(provider="spectrum"))
    after = present(before, account(full_name="Mario"))
    assert changed_keys(before, after) == {
        "acc/Authentication/Host",
        "ide/Mail Identity/Name",
        "tra/Authentication/Host",
        "tra/Security/Method",
    }
    expected = BY_HAND["ide"].replace("Name=Super Mario", "Name=Mario") + "\n" + MARKER
    assert text(after, "ide") == expected


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


@pytest.mark.parametrize(("method", "kept"), [("none", True), ("PLAIN", True), ("LOGIN", True), ("+APOP", False)])
def test_each_way_to_send_the_password_is_right_for_receiving(method: str, kept: bool) -> None:
    after = present(by_hand(acc=("Method=PLAIN", f"Method={method}")), account(provider="spectrum"))
    assert after.text("acc", "Authentication", "Method") == (method if kept else "none")


@pytest.mark.parametrize(("method", "kept"), [("none", False), ("PLAIN", True), ("LOGIN", True), ("", False)])
def test_sending_without_signing_in_is_mended(method: str, kept: bool) -> None:
    after = present(by_hand(tra=("Method=LOGIN", f"Method={method}")), account(provider="spectrum"))
    assert after.text("tra", "Authentication", "Method") == (method if kept else "PLAIN")


def test_a_disabled_account_is_enabled() -> None:
    after = present(by_hand(acc=("Enabled=true\nParent", "Enabled=false\nParent")), account(provider="spectrum"))
    assert after.text("acc", "Data Source", "Enabled") == "true"


def test_the_old_name_of_a_backend_is_no_difference() -> None:
    after = present(by_hand(acc=("BackendName=imapx", "BackendName=imap")), account(provider="spectrum"))
    assert after.text("acc", "Mail Account", "BackendName") == "imap"


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


@pytest.mark.parametrize("login", [MARIO, "mario.rossi"])
def test_an_account_of_gnome_online_accounts_is_refused_and_nothing_to_remove(login: str) -> None:
    goa = "[Data Source]\nDisplayName=Charter\n[Collection]\nIdentity=x\n[GNOME Online Accounts]\nAccountId=1\n"
    kept = BY_HAND["acc"].replace("Parent=\n", "Parent=goa\n").replace(f"User={MARIO}", f"User={login}")
    before = sources({**BY_HAND, "goa": goa, "acc": kept})
    for provider in ("charter", "spectrum"):
        with pytest.raises(OptionError, match=r"GNOME Online Accounts or the like \(Charter\)"):
            present(before, account(provider=provider))
        assert absent(before, account(provider=provider, state="absent")) is before
    assert len(present(before, account("anna@charter.net"))) == len(before) + 3


def test_an_account_of_evolutions_own_collection_is_not_said_to_be_in_online_accounts() -> None:
    collection = "[Data Source]\nDisplayName=Mario\n[Collection]\nBackendName=none\nIdentity=x\n"
    kept = BY_HAND["acc"].replace("Parent=\n", "Parent=own\n")
    before = sources({**BY_HAND, "own": collection, "acc": kept})
    with pytest.raises(OptionError, match=r"a collection account of the user's \(Mario\).* Edit, Accounts") as refused:
        present(before, account())
    assert "Online Accounts" not in str(refused.value)
    assert absent(before, account(state="absent")) is before


def test_an_account_of_gnome_online_accounts_is_known_by_its_server_and_login_too() -> None:
    goa = "[Data Source]\nDisplayName=Charter\n[Collection]\nIdentity=x\n[GNOME Online Accounts]\nAccountId=1\n"
    kept = BY_HAND["acc"].replace("Parent=\n", "Parent=goa\n")
    other_from = BY_HAND["ide"].replace(f"Address={MARIO}", "Address=mario@rossi.example")
    before = sources({**BY_HAND, "goa": goa, "acc": kept, "ide": other_from})
    with pytest.raises(OptionError, match="GNOME Online Accounts"):
        present(before, account(provider="spectrum"))
    assert absent(before, account(provider="spectrum", state="absent")) is before


def test_several_accounts_made_by_hand_are_none_to_remove() -> None:
    twice = sources({**BY_HAND, "acc2": BY_HAND["acc"].replace("mobile", "other")})
    assert absent(twice, account(state="absent")) is twice
    assert lookup.candidates(twice, account(state="absent")) == ["mobile.charter.net", "other.charter.net"]


def test_an_address_of_the_users_own_stays() -> None:
    before = by_hand(ide=(f"Address={MARIO}", "Address=mario@rossi.example"))
    name = before.text("ide", "Mail Identity", "Name")
    after = present(before, account(provider="spectrum", full_name="Somebody else"))
    assert after.text("ide", "Mail Identity", "Address") == "mario@rossi.example"
    assert after.text("ide", "Mail Identity", "Name") == name
    assert len(after) == len(before)
    insisted = present(before, account(provider="spectrum", full_name="Somebody else", override=True))
    assert insisted.text("ide", "Mail Identity", "Address") == MARIO
    assert insisted.text("ide", "Mail Identity", "Name") == "Somebody else"


@pytest.mark.parametrize("address", ["", "mario.rossi", MARIO.upper()])
def test_what_is_no_address_of_the_users_own_is_the_accounts(address: str) -> None:
    before = by_hand(ide=(f"Address={MARIO}", f"Address={address}"))
    after = present(before, account(provider="spectrum", full_name="Somebody else"))
    assert after.text("ide", "Mail Identity", "Name") == "Somebody else"
    assert after.text("ide", "Mail Identity", "Address").lower() == MARIO


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


@pytest.mark.parametrize(
    ("edit", "account_field", "value"),
    [
        (("Port=993", "Port=99999999999"), "port", 993),
        (("Port=993", "Port=x"), "port", 993),
        (("Method=ssl-on-alternate-port", "Method=?"), "security", Security.NONE),
        (("Host=mobile.charter.net", "Host="), "host", ""),
    ],
)
def test_nonsense_reads_back_as_evolution_would_take_it(
    edit: tuple[str, str], account_field: str, value: object
) -> None:
    found = mapping.read_back(by_hand(acc=edit), SourceIds("acc", "ide", "tra"))
    assert found is not None
    if account_field == "security":
        assert found.incoming.security is value
    else:
        assert getattr(found.incoming, account_field) == value
    assert mapping.read_back(by_hand(), SourceIds("local")) is None


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


def test_online_accounts_of_the_same_login_are_refused_whatever_their_address_is() -> None:
    goa = "[Data Source]\nDisplayName=Charter\n[Collection]\nIdentity=x\n[GNOME Online Accounts]\nAccountId=1\n"
    texts = {uid: text.replace("Parent=\n", "Parent=goa\n") for uid, text in BY_HAND.items()}
    texts["ide"] = texts["ide"].replace(f"Address={MARIO}", "Address=mario@rossi.example")
    with pytest.raises(OptionError, match="GNOME Online Accounts"):
        configure.present(sources({**texts, "goa": goa}), account(provider="spectrum"))
