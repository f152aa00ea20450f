# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that people have made, as entries that give them again; what an entry cannot say is named."""

from __future__ import annotations

import functools
import pathlib
import random
import shutil
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import account_info_on_linux
from ansible_collections.charter.mail.plugins.module_utils._ansible.account_info import Gathered
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec, request_of, requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import opened
from ansible_collections.charter.mail.plugins.module_utils._clients import engine
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.local_user import LocalUser, Target
from ansible_collections.charter.mail.tests.unit.amount import examples

from .hand_made import HandMade, some, write_evolution, write_thunderbird

Found = t.Mapping[str, t.Any]
WRITERS: t.Mapping[str, t.Callable[..., None]] = {"thunderbird": write_thunderbird, "evolution": write_evolution}
CLIENTS = pytest.mark.parametrize("client", [THUNDERBIRD, EVOLUTION], ids=lambda client: client.name)
COMPARED = ("email", "protocol", "incoming", "outgoing", "username", "outgoing_username", "authentication", "default")


def user_of(home: pathlib.Path) -> LocalUser:
    return local_user.find(None)._replace(home=str(home))


def gather(client: ClientEntry, home: pathlib.Path) -> Found:
    gathered = Gathered()
    make_host = desktop_hosts()
    user = user_of(home)
    gathered.add(client.name, "mario", lambda: account_info_on_linux.listing(client.name, user, make_host), pytest.fail)
    return gathered.as_result()


def configure(client: ClientEntry, home: pathlib.Path, entries: t.Sequence[Found]) -> engine.Outcome[t.Any]:
    """Set entries up as the modules do."""
    home.mkdir(exist_ok=True)
    options = {**client.defaults(), "wait_seconds": 0, "lock_timeout": 1, "backup": False}
    target = Target(user_of(home), str(home), None)
    with opened(client, target, options, desktop_hosts()) as found:
        return engine.reconcile(found, [request_of({**entry, "user": None}, {}).account for entry in entries])


def compared(found: Found) -> list[dict[str, t.Any]]:
    """What a user or a server would notice of each account, spelling aside."""
    return [
        {
            **{name: str(one[name]).lower() for name in COMPARED},
            "names": [identity["full_name"] for identity in one["identities"]],
            "reply_to": [identity["reply_to"].lower() for identity in one["identities"]],
            "organization": [identity["organization"].strip() for identity in one["identities"]],
            "left": (one.get("leave_on_server"), one.get("leave_on_server") and one["leave_on_server_days"]),
        }
        for one in sorted(found["accounts"], key=lambda one: one["email"])
    ]


@CLIENTS
@pytest.mark.parametrize("seed", range(examples(120)))
def test_entries_give_the_same_accounts_again(tmp_path: pathlib.Path, client: ClientEntry, seed: int) -> None:
    chance = random.Random(seed)
    made = [some(chance, number) for number in range(chance.randrange(1, 5))]
    WRITERS[client.name](tmp_path / "old", made)
    found = gather(client, tmp_path / "old")
    assert [one["not_expressed"] for one in found["accounts"]] == [[]] * len(made)
    assert not any(one["managed"] for one in found["accounts"])
    assert len(found["mail_accounts"]) == len(made)
    configure(client, tmp_path / "new", found["mail_accounts"])
    again = gather(client, tmp_path / "new")
    assert all(one["managed"] for one in again["accounts"])
    if client is THUNDERBIRD:  # Evolution's default is no file
        assert compared(again) == compared(found)
    # What was made by hand is as the entries say, so nothing is to be done.
    assert not configure(client, tmp_path / "old", found["mail_accounts"]).changed


USUAL = HandMade(
    "mario@charter.net",
    "imap",
    ("imap.charter.net", 993, "ssl"),
    ("smtp.charter.net", 587, "starttls"),
    "mario@charter.net",
    "Mario",
    leaves=True,
    days=0,
)


@CLIENTS
def test_an_entry_says_no_more_than_it_must(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](
        tmp_path,
        [USUAL._replace(incoming=("Mobile.Charter.net", 993, "ssl"), outgoing=("mobile.charter.net", 587, "ssl"))],
    )
    (entry,) = gather(client, tmp_path)["mail_accounts"]
    entry.pop("default", None)
    assert entry == {"user": "mario", "email": "mario@charter.net", "full_name": "Mario", "provider": "spectrum"}


THUNDERBIRDS_OWN: t.Mapping[str, tuple[dict[str, t.Any], str]] = {
    "OAuth2": ({"mail.server.server2.authMethod": 10}, "it signs in for receiving by oauth2"),
    "no sign-in for sending": ({"mail.smtpserver.smtp2.authMethod": 1}, "no sign-in for sending"),
    "another login for sending": ({"mail.smtpserver.smtp2.username": "x"}, "outgoing.username is 'x'"),
    "the default SMTP server": ({"mail.identity.id2.smtpServer": ""}, "it has no SMTP server of its own"),
    "an identity without an address": (
        {"mail.account.account2.identities": "id2,id9", "mail.identity.id9.useremail": "boss"},
        "identities[0].address",
    ),
    "an identity on another server": (
        {
            "mail.account.account2.identities": "id2,id9",
            "mail.identity.id9.useremail": "boss@rossi.example",
            "mail.identity.id9.smtpServer": "smtp9",
            "mail.smtpserver.smtp9.hostname": "smtp.rossi.example",
        },
        "boss@rossi.example sends through another server (smtp.rossi.example)",
    ),
    "an SMTP server that is not in the list": (
        {"mail.smtpservers": "smtp3", "mail.smtp.defaultserver": "smtp3"},
        "its SMTP server is gone: Thunderbird 157 sends through the default one (smtp.charter.net), 153 does not send",
    ),
    "a default SMTP server that is not in the list": (
        {"mail.identity.id2.smtpServer": "", "mail.smtp.defaultserver": "smtp9"},
        "it has no SMTP server of its own and sends through the default one (there is none)",
    ),
    "no identity": ({"mail.account.account2.identities": ""}, "it has no address to send from"),
    "a global inbox": ({"mail.server.server2.deferred_to_account": "account1"}, "inbox of another account"),
    "a name": ({"mail.server.server2.name": "Work"}, "it is called 'Work'"),
    "a signature": ({"mail.identity.id2.htmlSigText": "-- \u0001"}, "signature.text"),
    "a file for a signature": (
        {"mail.identity.id2.attach_signature": True, "mail.identity.id2.sig_file": "/home/mario/sig.html"},
        "a signature is in a file (/home/mario/sig.html)",
    ),
    "replies to two": ({"mail.identity.id2.reply_to": "x@y.example, z@y.example"}, "reply_to"),
    "a name in front of the reply-to address": ({"mail.identity.id2.reply_to": "X <x@y.example>"}, "reply_to"),
    "a long organization": ({"mail.identity.id2.organization": "x" * 241}, "organization"),
    "an organization of two lines": ({"mail.identity.id2.organization": "a\nb"}, "organization"),
    "Exchange": ({"mail.server.server2.type": "ews"}, "it is neither IMAP nor POP3 (ews)"),
    "a short login": ({"mail.server.server2.userName": "mario"}, "username"),
    "letters outside ASCII": (
        {"mail.identity.id2.useremail": "käse@charter.net", "mail.server.server2.name": "käse@charter.net"},
        "email",
    ),
    "no host": ({"mail.server.server2.hostname": ""}, "host"),
}
EVOLUTIONS_OWN: t.Mapping[str, tuple[dict[str, dict[str, dict[str, str]]], str]] = {
    "OAuth2": ({"account0": {"Authentication": {"Method": "Google"}}}, "it signs in for receiving by Google"),
    "no sign-in for sending": ({"transport0": {"Authentication": {"Method": "none"}}}, "no sign-in for sending"),
    "another login for sending": ({"transport0": {"Authentication": {"User": "x"}}}, "outgoing.username is 'x'"),
    "sendmail": ({"transport0": {"Mail Transport": {"BackendName": "sendmail"}}}, "it sends by sendmail"),
    "aliases": ({"identity0": {"Mail Identity": {"Aliases": "boss"}}}, "identities[0].address"),
    "switched off": ({"account0": {"Data Source": {"Enabled": "false"}}}, "it is switched off"),
    "a name": ({"account0": {"Data Source": {"DisplayName": "Work"}}}, "it is called 'Work'"),
    "a program as a signature": (
        {
            "identity0": {"Mail Identity": {"SignatureUid": "abc"}},
            "abc": {"Data Source": {"DisplayName": "S"}, "Mail Signature": {"MimeType": "text/plain"}},
        },
        "its signature is a symbolic link, which is how Evolution stores a program",
    ),
    "Exchange": ({"account0": {"Mail Account": {"BackendName": "ews"}}}, "it is neither IMAP nor POP3 (ews)"),
    "an online account": (
        {
            "goa": {"Data Source": {"DisplayName": "Office"}, "Collection": {"BackendName": "google"}},
            "account0": {"Data Source": {"Parent": "goa"}},
        },
        "it is managed by Office, not by the client itself",
    ),
}


@pytest.mark.parametrize("own", THUNDERBIRDS_OWN)
def test_what_an_entry_cannot_say_of_thunderbird(tmp_path: pathlib.Path, own: str) -> None:
    preferences, reason = THUNDERBIRDS_OWN[own]
    write_thunderbird(
        tmp_path, [USUAL, USUAL._replace(email="anna@charter.net", username="anna@charter.net")], preferences
    )
    _refused(gather(THUNDERBIRD, tmp_path), reason)


@pytest.mark.parametrize("own", EVOLUTIONS_OWN)
def test_what_an_entry_cannot_say_of_evolution(tmp_path: pathlib.Path, own: str) -> None:
    sources, reason = EVOLUTIONS_OWN[own]
    write_evolution(tmp_path, [USUAL, USUAL._replace(email="anna@charter.net", username="anna@charter.net")], sources)
    programs = tmp_path / ".config/evolution/signatures"
    programs.mkdir()
    (programs / "abc").symlink_to("/usr/bin/fortune")
    _refused(gather(EVOLUTION, tmp_path), reason)


def test_an_smtp_server_of_two_accounts_is_named_at_both(tmp_path: pathlib.Path) -> None:
    """An entry has one of its own: a run would make another one."""
    anna = USUAL._replace(email="anna@charter.net")
    write_thunderbird(tmp_path, [USUAL, anna], {"mail.identity.id3.smtpServer": "smtp2"})
    found = gather(THUNDERBIRD, tmp_path)
    assert found["mail_accounts"] == []
    reasons = {one["email"]: "; ".join(one["not_expressed"]) for one in found["accounts"]}
    assert "anna@charter.net also sends through its SMTP server" in reasons["mario@charter.net"]
    assert "mario@charter.net also sends through its SMTP server" in reasons["anna@charter.net"]


def _refused(found: Found, reason: str) -> None:
    """One account is listed with a reason, and the other one as an entry."""
    assert [entry["email"] for entry in found["mail_accounts"]] == ["anna@charter.net"]
    (one,) = (one for one in found["accounts"] if one["not_expressed"])
    assert any(reason in sentence for sentence in one["not_expressed"]), one["not_expressed"]


def test_what_is_no_mail_is_left_out(tmp_path: pathlib.Path) -> None:
    kinds = {f"mail.server.server{number}.type": kind for number, kind in ((2, "rss"), (3, "nntp"), (4, "im"))}
    write_thunderbird(tmp_path, [USUAL] * 4, kinds)
    assert [one["protocol"] for one in gather(THUNDERBIRD, tmp_path)["accounts"]] == ["imap"]


def test_a_damaged_profile_hides_no_other(tmp_path: pathlib.Path) -> None:
    write_thunderbird(tmp_path, [USUAL])
    ini = tmp_path / ".thunderbird/profiles.ini"
    ini.write_text(ini.read_text() + "[Profile1]\nName=b\nIsRelative=1\nPath=b\n")
    (tmp_path / ".thunderbird/b").mkdir()
    (tmp_path / ".thunderbird/b/prefs.js").write_text('user_pref("mail.account')
    found = gather(THUNDERBIRD, tmp_path)
    assert len(found["accounts"]) == 1
    ((reason),) = [one["reason"] for one in found["unreadable"]]
    assert "b/prefs.js" in reason


def gather_both(home: pathlib.Path) -> Found:
    """The accounts that one user has in both clients."""
    gathered, make_host, user = Gathered(), desktop_hosts(), user_of(home)
    for client in (THUNDERBIRD, EVOLUTION):
        read = functools.partial(account_info_on_linux.listing, client.name, user, make_host)
        gathered.add(client.name, "mario", read, pytest.fail)
    return gathered.as_result()


def unchanged_by(home: pathlib.Path, entries: t.Sequence[Found]) -> bool:
    """Whether both clients stay as they are if the entries are configured. They must be a valid list."""
    requests({**dict.fromkeys(argument_spec()), "accounts": [dict(entry) for entry in entries]})
    return not any(configure(client, home, entries).changed for client in (THUNDERBIRD, EVOLUTION))


def test_the_same_account_in_two_clients_is_one_entry(tmp_path: pathlib.Path) -> None:
    write_thunderbird(tmp_path, [USUAL], {"mail.accountmanager.defaultaccount": "account2"})
    write_evolution(tmp_path, [USUAL])
    found = gather_both(tmp_path)
    assert [one["default"] for one in found["accounts"]] == [True, False]  # Evolution's default is no file
    assert found["mail_accounts"] == [{"user": "mario", "email": "mario@charter.net", "full_name": "Mario"}]
    assert unchanged_by(tmp_path, found["mail_accounts"])


@pytest.mark.parametrize("seed", range(examples(120)))
def test_an_entry_for_two_clients_changes_neither(tmp_path: pathlib.Path, seed: int) -> None:
    chance = random.Random(seed)
    first = [some(chance, number) for number in range(chance.randrange(1, 4))]
    second = [
        one._replace(**{name: getattr(some(chance, 0), name) for name in chance.sample(KEPT, chance.randrange(3))})
        for one in first
    ]
    default = chance.randrange(2, len(first) + 2)
    write_thunderbird(tmp_path, first, {"mail.accountmanager.defaultaccount": f"account{default}"})
    write_evolution(tmp_path, second)
    found = gather_both(tmp_path)
    assert [one["not_expressed"] for one in found["accounts"]] == [[]] * 2 * len(first)
    assert len(found["mail_accounts"]) == len(first)
    assert unchanged_by(tmp_path, found["mail_accounts"])


KEPT = ("full_name", "leaves", "days", "reply_to", "organization")
OTHER: t.Mapping[str, dict[str, t.Any]] = {
    "incoming": {"incoming": ("imap.provider.example", 993, "ssl")},
    "outgoing": {"outgoing": ("smtp.charter.net", 465, "ssl")},
    "provider": {"incoming": ("mobile.charter.net", 993, "ssl"), "outgoing": ("mobile.charter.net", 587, "ssl")},
}


@pytest.mark.parametrize("name", OTHER)
def test_an_account_with_other_servers_in_another_client_is_not_listed(tmp_path: pathlib.Path, name: str) -> None:
    write_thunderbird(tmp_path, [USUAL])
    write_evolution(tmp_path, [USUAL._replace(**OTHER[name])])
    found = gather_both(tmp_path)
    assert found["mail_accounts"] == []
    (reasons,) = {tuple(one["not_expressed"]) for one in found["accounts"]}
    (reason,) = reasons
    assert reason.startswith("thunderbird and evolution have different values of ")
    assert name in reason


def test_two_accounts_with_one_address_are_not_listed(tmp_path: pathlib.Path) -> None:
    anna = USUAL._replace(email="anna@charter.net", username="anna@charter.net")
    write_thunderbird(tmp_path, [USUAL, USUAL._replace(incoming=("mail.twc.com", 993, "ssl")), anna])
    found = gather(THUNDERBIRD, tmp_path)
    assert [entry["email"] for entry in found["mail_accounts"]] == ["anna@charter.net"]
    assert [len(one["not_expressed"]) for one in found["accounts"]] == [1, 1, 0]
    assert found["accounts"][0]["not_expressed"] == ["the user has another account with this address and protocol"]
    assert not configure(THUNDERBIRD, tmp_path, found["mail_accounts"]).changed


def test_an_account_in_a_profile_that_is_not_opened_is_not_listed(tmp_path: pathlib.Path) -> None:
    write_thunderbird(tmp_path, [USUAL], {"mail.accountmanager.defaultaccount": "account2"})
    ini, other = tmp_path / ".thunderbird/profiles.ini", tmp_path / ".thunderbird/b"
    ini.write_text(ini.read_text() + "[Profile1]\nName=b\nIsRelative=1\nPath=b\n")
    shutil.copytree(tmp_path / ".thunderbird/old.default", other)
    (one, two) = gather(THUNDERBIRD, tmp_path)["accounts"]
    assert one["not_expressed"] == []
    assert two["not_expressed"] == [f"it is in the profile {other}, and Thunderbird opens another one"]
    assert len(gather(THUNDERBIRD, tmp_path)["mail_accounts"]) == 1


def test_an_unexpected_error_is_one_users(tmp_path: pathlib.Path) -> None:
    gathered = Gathered()
    traces: list[str] = []

    def broken() -> t.NoReturn:
        raise RuntimeError("geheim")

    gathered.add("thunderbird", "mario", broken, traces.append)
    ((unreadable),) = gathered.as_result()["unreadable"]
    assert unreadable["user"] == "mario"
    assert "geheim" not in str(gathered.as_result())
    assert traces


@CLIENTS
def test_a_home_without_accounts(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    assert gather(client, tmp_path)["accounts"] == []
    assert list(tmp_path.iterdir()) == []
