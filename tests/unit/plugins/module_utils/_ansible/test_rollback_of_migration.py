# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollback brings back what was not listed, and the POP3 accounts that were replaced, with their mail."""

from __future__ import annotations

import pathlib
import random
import tempfile
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import exclusive, run_id_option
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import opened, target_of
from ansible_collections.charter.mail.plugins.module_utils._clients import engine
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.tests.unit.amount import examples

from .desk import CLIENTS, EMAIL
from .hand_made import HandMade, some, write_thunderbird
from .rollback_runs import HAND_MADE, PORTS, SETTINGS, WRITERS, configure, edit, request, roll_back, settings

pytestmark = pytest.mark.one_in(3)

RUN = "20260101T120000Z-1"
BY_POP3 = HAND_MADE._replace(protocol="pop3", incoming=("pop.charter.net", 995, "ssl"))


def with_mail(home: pathlib.Path, client: ClientEntry) -> None:
    """The POP3 account has received something."""
    if client is THUNDERBIRD:
        (prefs,) = home.glob(".thunderbird/*/prefs.js")
        text = prefs.read_text("utf-8")
        server = next(line.split(".")[2] for line in text.splitlines() if line.endswith('.type", "pop3");'))
        prefs.write_text(f'{text}user_pref("mail.server.{server}.directory-rel", "[ProfD]Mail/pop.charter.net");\n')
        box = prefs.parent / "Mail/pop.charter.net/Inbox"
        box.parent.mkdir(parents=True)
        box.write_text("From - \n\nHello.\n")


def everything(home: pathlib.Path) -> dict[str, bytes]:
    """All files of a home, without the logs of changes, locks and what the password stores hold."""
    paths = [path for path in home.rglob("*") if path.suffix in {".js", ".source", ".dat", ""} and path.is_file()]
    return {str(path.relative_to(home)): path.read_bytes() for path in paths if not path.name.endswith("lock")}


def migrate(home: pathlib.Path, client: ClientEntry, *accounts: HandMade, mail: bool = True, **options: t.Any) -> None:
    WRITERS[client.name](home, list(accounts))
    if mail:
        with_mail(home, client)
    before = settings(home, client)
    configure(client, RUN, request(home, migrate=True, **options))
    assert settings(home, client) != before


def hand_made(home: pathlib.Path, client: ClientEntry, *accounts: HandMade, mail: bool = True) -> dict[str, bytes]:
    """What ``migrate`` finds, in a home beside it."""
    WRITERS[client.name](home, list(accounts))
    if mail:
        with_mail(home, client)
    return everything(home)


def accounts(result: dict[str, t.Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = result["clients"][0]["accounts"]
    return found


MAIL = pytest.mark.parametrize("mail", [True, False], ids=["mail", "no mail"])


@MAIL
@CLIENTS
def test_the_pop3_account_comes_back_to_the_byte(tmp_path: pathlib.Path, client: ClientEntry, mail: bool) -> None:
    before = hand_made(tmp_path / "before", client, BY_POP3, mail=mail)
    home = tmp_path / "home"
    migrate(home, client, BY_POP3, mail=mail, full_name="Mario R.", signature={"text": "Mario"})
    foreseen = roll_back(home, check=True)
    assert everything(home) != before
    result = roll_back(home)
    assert everything(home) == before
    assert accounts(result) == [
        {"email": EMAIL, "protocol": "pop3", "status": "restored"},
        {"email": EMAIL, "protocol": "imap", "status": "removed"},
    ]
    assert result["msg"] == f"Run {RUN} is undone: {EMAIL} (pop3) restored, {EMAIL} (imap) removed."
    assert (foreseen["clients"], foreseen["diff"]) == (result["clients"], result["diff"])
    assert "protocol: imap" in result["diff"][0]["before"]
    assert "protocol: pop3" in result["diff"][0]["after"]
    assert result["clients"][0]["left"] == result["clients"][0]["notices"] == []
    again = roll_back(home)
    assert not again["changed"]
    assert again["msg"] == f"Run {RUN} has nothing more to undo."


@MAIL
@CLIENTS
def test_an_imap_account_that_was_there_stays(tmp_path: pathlib.Path, client: ClientEntry, mail: bool) -> None:
    both = (BY_POP3, HAND_MADE._replace(reply_to="info@rossi.example"))
    before = hand_made(tmp_path / "before", client, *both, mail=mail)
    home = tmp_path / "home"
    migrate(home, client, *both, mail=mail, full_name="Mario R.")
    result = roll_back(home)
    assert everything(home) == before
    assert [one["status"] for one in accounts(result)] == ["restored", "undone"]
    assert not roll_back(home)["changed"]


@CLIENTS
def test_an_imap_account_that_was_changed_since_stays_unless_it_is_forced(
    tmp_path: pathlib.Path, client: ClientEntry
) -> None:
    before = hand_made(tmp_path / "before", client, BY_POP3)
    home = tmp_path / "home"
    migrate(home, client, BY_POP3)
    old, setting = PORTS[client.name]
    edit(home, client, old.format(993), old.format(1993))
    changed = everything(home)
    result = roll_back(home)
    assert everything(home) == changed
    assert not result["changed"]
    (left,) = result["clients"][0]["left"]
    assert left["setting"].endswith(setting)
    assert f"{EMAIL} (imap) is kept: the run created it, but it has been changed since then." in result["msg"]
    assert roll_back(home, force=True)["changed"]
    assert everything(home) == before


@CLIENTS
def test_passwords_go_back(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    pop3 = request(tmp_path, protocol="pop3", password="synthetic-1!")
    configure(client, "20260101T000000Z-1", pop3)
    with_mail(tmp_path, client)
    before = everything(tmp_path)
    assert stored_passwords(tmp_path, client, pop3.account) == ["synthetic-1!"] * 2
    configure(client, RUN, request(tmp_path, migrate=True))
    assert roll_back(tmp_path, RUN)["changed"]
    assert stored_passwords(tmp_path, client, pop3.account) == ["synthetic-1!"] * 2
    assert everything(tmp_path) == before
    assert stored_passwords(tmp_path, client, request(tmp_path).account) == []


@CLIENTS
def test_both_have_the_password_where_the_imap_account_stays(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    pop3, imap = (request(tmp_path, protocol=one, password="synthetic-1!") for one in ("pop3", "imap"))
    configure(client, "20260101T000000Z-1", pop3, imap)
    configure(client, RUN, request(tmp_path, migrate=True))
    assert roll_back(tmp_path, RUN)["changed"]
    for account in (pop3.account, imap.account):
        assert stored_passwords(tmp_path, client, account) == ["synthetic-1!"] * 2


def stored_passwords(home: pathlib.Path, client: ClientEntry, account: Account) -> list[str | None]:
    """Those of an account, for receiving and for sending; none where the account is not there."""
    options: dict[str, t.Any] = {**client.defaults(), "wait_seconds": 0, "lock_timeout": 1, "backup": False}
    if client is EVOLUTION:
        options["password_store"] = "plaintext_keyring"
    with opened(client, target_of(request(home)), options, desktop_hosts()) as found:
        stored = found.account(account)
    if stored is None:
        return []
    passwords = [stored.incoming.password, stored.outgoing.password]
    return [None if one is None else one.reveal() for one in passwords]


@CLIENTS
def test_an_account_that_was_set_up_again_is_left(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    migrate(tmp_path, client, BY_POP3, mail=False)
    configure(client, "20260102T000000Z-1", request(tmp_path, protocol="pop3"))
    both = settings(tmp_path, client)
    result = roll_back(tmp_path, RUN)
    assert not result["changed"]
    assert settings(tmp_path, client) == both
    assert (
        f"{EMAIL} (imap) is kept: the POP3 account that it replaced has been set up again since then." in result["msg"]
    )


@CLIENTS
def test_a_rollback_is_not_undone_by_half(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    migrate(tmp_path, client, BY_POP3)
    undone = roll_back(tmp_path)
    before = settings(tmp_path, client)
    result = roll_back(tmp_path, undone["rollback"])
    assert not result["changed"]
    assert settings(tmp_path, client) == before
    assert "To replace it again, list the IMAP account with migrate: true." in result["msg"]
    configure(client, "20260103T000000Z-1", request(tmp_path, migrate=True))
    assert roll_back(tmp_path, "20260103T000000Z-1")["changed"]
    assert settings(tmp_path, client) == before


@pytest.mark.parametrize("migrated", [True, False])
def test_what_evolution_does_by_itself_is_no_change_of_the_users(tmp_path: pathlib.Path, migrated: bool) -> None:
    """At the first connection, it takes the folders that the server names."""
    WRITERS["evolution"](tmp_path, [BY_POP3] if migrated else [])
    before = settings(tmp_path, EVOLUTION)
    configure(EVOLUTION, RUN, request(tmp_path, migrate=True))
    edit(tmp_path, EVOLUTION, "NeedsInitialSetup=true", "NeedsInitialSetup=false")
    for path in tmp_path.glob(SETTINGS["evolution"]):
        text = path.read_text("utf-8")
        path.write_text(text.replace("folder://local/", "folder://account/"), "utf-8")
    result = roll_back(tmp_path)
    assert result["changed"], str(result)
    assert settings(tmp_path, EVOLUTION) == before


def prefs_of(home: pathlib.Path) -> dict[str, t.Any]:
    (path,) = home.glob(".thunderbird/*/prefs.js")
    return dict(PrefsFile.parse(path.read_bytes(), str(path)).values)


def test_what_the_user_did_meanwhile_goes_along(tmp_path: pathlib.Path) -> None:
    """In Thunderbird: a filter, a new message, another name, and an identity of the user's own."""
    migrate(tmp_path, THUNDERBIRD, BY_POP3)
    (prefs,) = tmp_path.glob(".thunderbird/*/prefs.js")
    box = prefs.parent / "Mail/pop.charter.net"
    local = "mailbox://mario.rossi%40charter.net@local-mail.pop.charter.net"
    (box / "msgFilterRules.dat").write_text(f'name="Bills"\nactionValue="{local}/Bills"\n')
    (box / "Inbox").write_text("From - \n\nHello.\nFrom - \n\nMoved here by the user.\n")
    text = prefs.read_text()
    (imap,) = [line.split(".")[2] for line in text.splitlines() if line.endswith('.type", "imap");')]
    (account,) = [line.split(".")[2] for line in text.splitlines() if line.endswith(f'.server", "{imap}");')]
    text = text.replace(
        f'"mail.account.{account}.identities", "id2"', f'"mail.account.{account}.identities", "id2,id9"'
    )
    prefs.write_text(
        f'{text}user_pref("mail.identity.id9.useremail", "own@rossi.example");\n'
        f'user_pref("mail.identity.id9.draft_folder", "{local}/Drafts");\n'
        'user_pref("mail.identity.id2.fullName", "Mario the Great");\n'
    )
    result = roll_back(tmp_path)
    assert result["changed"]
    after = prefs_of(tmp_path)
    pop3 = local.replace("local-mail.", "")
    assert (box / "msgFilterRules.dat").read_text() == f'name="Bills"\nactionValue="{pop3}/Bills"\n'
    assert (box / "Inbox").read_text().count("From - ") == 2
    assert after["mail.account.account2.identities"] == "id2,id9"
    assert after["mail.identity.id9.draft_folder"] == f"{pop3}/Drafts"
    assert after["mail.identity.id2.fullName"] == "Mario the Great"
    assert not [key for key in after if f".{imap}." in key or f".{account}." in key]
    assert not roll_back(tmp_path)["changed"]


@pytest.mark.parametrize("to", ["account1", "account3"], ids=["local folders", "another account"])
@MAIL
def test_a_global_inbox_is_one_again(tmp_path: pathlib.Path, to: str, mail: bool) -> None:
    """The POP3 account had its inbox elsewhere, left mail on the server, and another account had its inbox there."""
    other = BY_POP3._replace(email="anna@provider.example", username="anna", incoming=("pop.x.example", 995, "ssl"))
    third = other._replace(email="o@x.example", username="o")
    twin = BY_POP3._replace(leaves=True, days=9, full_name="O'Brien & Söhne", reply_to="info@rossi.example")
    more = {
        "mail.server.server2.deferred_to_account": to,
        "mail.server.server2.defer_get_new_mail": True,
        "mail.server.server4.deferred_to_account": "account2",
        "mail.identity.id2.htmlSigText": '<p>Söhne</p><img src="data:image/png;base64,iVBORw0KGgo=">',
        "mail.identity.id2.htmlSigFormat": True,
        "mail.identity.id3.draft_folder": "mailbox://mario.rossi%40charter.net@pop.charter.net/Entw%C3%BCrfe/A~B",
    }

    def write(home: pathlib.Path) -> dict[str, bytes]:
        write_thunderbird(home, [twin, other, third], more)
        if mail:
            (prefs,) = home.glob(".thunderbird/*/prefs.js")
            text = prefs.read_text("utf-8")
            prefs.write_text(
                f'{text}user_pref("mail.server.server2.directory-rel", "[ProfD]Mail/pop.charter.net");\n', "utf-8"
            )
            box = prefs.parent / "Mail/pop.charter.net/Entwürfe"
            box.parent.mkdir(parents=True)
            box.write_text("From - \n\nHello.\n")
        return everything(home)

    before = write(tmp_path / "before")
    home = tmp_path / "home"
    assert write(home) == before
    configure(THUNDERBIRD, RUN, request(home, migrate=True))
    assert everything(home) != before
    result = roll_back(home)
    assert everything(home) == before
    assert result["clients"][0]["left"] == result["clients"][0]["notices"] == []
    assert not roll_back(home)["changed"]


def test_local_folders_that_are_gone_leave_the_imap_account(tmp_path: pathlib.Path) -> None:
    migrate(tmp_path, THUNDERBIRD, BY_POP3)
    edit(tmp_path, THUNDERBIRD, "account1,account3,account2", "account1,account3")
    before = settings(tmp_path, THUNDERBIRD)
    result = roll_back(tmp_path)
    assert not result["changed"]
    assert settings(tmp_path, THUNDERBIRD) == before
    assert (
        "is kept: the local folders of the POP3 account that it replaced have been removed since then." in result["msg"]
    )


def test_an_imap_account_that_the_user_has_removed(tmp_path: pathlib.Path) -> None:
    """Thunderbird has deleted the identity with it. Evolution's sources are in the log."""
    for client in (THUNDERBIRD, EVOLUTION):
        home = tmp_path / client.name
        migrate(home, client, BY_POP3)
        configure(client, "20260102T000000Z-1", request(home, state="absent"))
        result = roll_back(home, RUN)
        assert result["changed"] is (client is EVOLUTION)
        if client is THUNDERBIRD:
            assert "list the address with protocol: pop3" in result["msg"]
        else:
            assert accounts(result)[0]["protocol"] == "pop3"


@CLIENTS
def test_any_home_is_as_before(client: ClientEntry) -> None:
    """Whatever else the user has, with an IMAP account of the address or without, with mail or without."""
    for seed in range(examples(120)):
        chance = random.Random(f"migrate {client.name} {seed}")
        users = [some(chance, number) for number in range(chance.randint(0, 3))]
        host = chance.choice(("pop.charter.net", "mobile.charter.net", "mail.charter.net"))
        twin = some(chance, 9)._replace(email=EMAIL, username=EMAIL, protocol="pop3", incoming=(host, 995, "ssl"))
        users.insert(chance.randint(0, len(users)), twin)
        if chance.random() < 0.2:
            users.insert(chance.randint(0, len(users)), twin._replace(incoming=("pop3.charter.net", 110, "starttls")))
        if chance.random() < 0.3:
            imap = some(chance, 9)._replace(email=EMAIL, username=EMAIL, protocol="imap")
            users.insert(chance.randint(0, len(users)), imap._replace(incoming=("imap.charter.net", 143, "starttls")))
        options: dict[str, t.Any] = {
            name: value
            for name, value in (
                ("full_name", "Another"),
                ("default", True),
                ("signature", {"html": "<p>one"}),
                ("identities", [{"address": "info@rossi.example", "default": True}]),
                ("folders", {"sent": "Büro/Gesendet"}),
                ("password", "synthetic-1!"),
            )
            if chance.random() < 0.4 and (client is THUNDERBIRD or name != "default")
        }
        with tempfile.TemporaryDirectory() as folder:
            home = pathlib.Path(folder)
            WRITERS[client.name](home, users)
            if chance.random() < 0.5:
                with_mail(home, client)
            before = everything(home)
            configure(client, RUN, request(home, migrate=True, **options))
            assert everything(home) != before
            result = roll_back(home)
            assert everything(home) == before, (seed, users, options)
            assert result["clients"][0]["left"] == [], (seed, users, options)
            assert not roll_back(home)["changed"], (seed, users, options)


@CLIENTS
def test_an_account_that_was_not_listed_comes_back(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    old = HAND_MADE._replace(email="old@charter.net", username="old@charter.net")
    WRITERS[client.name](tmp_path, [old])
    configure(client, "20260101T000000Z-1", request(tmp_path))
    before = settings(tmp_path, client)
    options: dict[str, t.Any] = {"wait_seconds": 0, "lock_timeout": 1, "backup": False}
    options[run_id_option.NAME] = "20260102T000000Z-1"
    wanted = request(tmp_path).account
    unlisted = exclusive.unlisted(client.load_unlisted, exclusive.CHARTER, [wanted])
    with opened(client, target_of(request(tmp_path)), {**client.defaults(), **options}, desktop_hosts()) as found:
        outcome = engine.reconcile(found, [wanted], unlisted=unlisted)
    assert [step.status for step in outcome.steps] == [engine.Status.UNCHANGED, engine.Status.REMOVED]
    assert settings(tmp_path, client) != before
    result = roll_back(tmp_path)
    assert result["changed"]
    assert settings(tmp_path, client) == before
