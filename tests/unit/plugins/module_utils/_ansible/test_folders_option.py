# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where clients on real files keep sent mail, drafts and so on: on the server, locally, or where the user has them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.folders import Folder, Folders, Place, folder_text

from .desk import CLIENTS, Desk, Options

ALL_FOLDERS = dict.fromkeys(Folders._fields, "server")


def folders(desk: Desk, **options: t.Any) -> dict[str, str]:
    return {kind: folder_text(kind, folder) for kind, folder in desk.stored(**options).folders.given()}


@CLIENTS
def test_new_accounts_have_their_folders_in_the_same_place(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step()
    found = folders(desk)
    assert (found["sent"], found["drafts"]) == ("Sent", "Drafts")
    assert desk.step(folders={"sent": "server", "drafts": "server"}).status is Status.UNCHANGED


@CLIENTS
def test_folders_of_the_users_own_stay(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.set_by_user(folders={"sent": "local", "drafts": "My drafts"}, check_interval=7)
    assert desk.step().status is Status.UNCHANGED
    desk.step(provider="spectrum")
    found = folders(desk)
    assert (found["sent"], found["drafts"]) == ("local", "My drafts")
    assert desk.stored().client.check_interval == 7
    # Any folder on the server is one: the client may have it from the server itself.
    assert desk.step(provider="spectrum", folders={"drafts": "server"}).status is Status.UNCHANGED
    step = desk.step(provider="spectrum", folders={"sent": "server"})
    assert [(one.setting, one.wanted, one.stored) for one in step.differences] == [("folders.sent", "server", "local")]
    assert folders(desk)["sent"] == "Sent"


@CLIENTS
def test_mail_that_is_not_kept_is_kept_again(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step(folders={"sent": "Gesendet"})
    if client is THUNDERBIRD:
        desk.edit(
            'user_pref("mail.identity.id1.fcc_folder"',
            'user_pref("mail.identity.id1.fcc", false);\nuser_pref("mail.identity.id1.fcc_folder"',
            times=1,
        )
    else:
        desk.edit("UseSentFolder=true", "UseSentFolder=false", times=1)
    assert folders(desk)["sent"] == "none"
    check = desk.inspect(folders={"sent": "server"}).check
    assert f"folders.sent: server wanted, none in {client.title}" in str(check)
    desk.step(folders={"sent": "server"})
    assert folders(desk)["sent"] == "Gesendet"


def test_evolution_asks_the_server_only_where_nothing_else_is_wanted(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)

    def asks() -> bool:
        text = "".join(desk.settings().values())
        return "NeedsInitialSetup=true" in text

    desk.step()
    assert asks()
    desk.step(folders={"sent": "server", "drafts": "server"})
    assert asks()
    desk.step(folders={"sent": "local"})
    assert not asks()
    desk.step(folders={"sent": "server"})
    assert not asks()
    desk.step(folders={**ALL_FOLDERS, "sent": "Elsewhere"})
    assert not asks()
    desk.edit("NeedsInitialSetup=false", "NeedsInitialSetup=true", times=1)
    # Before Evolution connects for the first time, it is kept from overwriting what is wanted.
    assert desk.step(folders={"sent": "Elsewhere"}).status is Status.UPDATED
    assert not asks()
    desk.step(folders={"sent": "local"})
    desk.step(folders=ALL_FOLDERS)
    assert asks()


def test_thunderbird_names_folders_as_it_does_itself(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.step(
        folders={
            "sent": "Mail/Gesendet & mehr",
            "drafts": "Entwürfe",
            "templates": "local",
            "junk": "Spam",
            "trash": "Müll/Papierkorb",
        }
    )
    text = "".join(desk.settings().values())
    root = "imap://mario.rossi%40charter.net@imap.charter.net"
    for key, value in {
        "identity.id1.fcc_folder": f"{root}/Mail/Gesendet &- mehr",
        "identity.id1.draft_folder": f"{root}/Entw&APw-rfe",
        "identity.id1.stationery_folder": "mailbox://nobody@Local%20Folders/Templates",
        "server.server1.spamActionTargetFolder": f"{root}/Spam",
        "server.server1.trash_folder_name": "Müll/Papierkorb",
    }.items():
        assert f'user_pref("mail.{key}", "{value}");' in text
    assert 'user_pref("mail.server.server1.moveOnSpam", true);' in text
    # A move to another server takes them along.
    desk.step(provider="spectrum")
    assert "imap.charter.net" not in "".join(desk.settings().values())
    assert folders(desk, provider="spectrum")["drafts"] == "Entwürfe"


@pytest.mark.parametrize(
    ("kind", "word", "remedy"),
    [
        ("sent", "Server", "Write server in lower case"),
        ("trash", "SERVER", "Write server in lower case"),
        ("drafts", " Local ", "Write local in lower case"),
        ("junk", "Local", "Write server or a name"),
    ],
)
def test_a_keyword_in_other_letters_is_not_the_name_of_a_folder(kind: str, word: str, remedy: str) -> None:
    with pytest.raises(OptionError) as error:
        requests({"email": "a@charter.net", "accounts": None, "folders": {kind: word}})
    assert str(error.value).startswith(f"folders.{kind}: ")
    assert remedy in str(error.value)


@pytest.mark.parametrize("name", ["Mail/Server", "Server/Local", "Local mail", "Servers"])
def test_a_folder_may_have_such_a_word_in_its_name(name: str) -> None:
    (one,) = requests({"email": "a@charter.net", "accounts": None, "folders": {"sent": name}})
    assert one.account.folders.sent == Folder(Place.SERVER, name)


def test_an_entry_has_folders_of_its_own_or_those_of_the_task() -> None:
    entries = [{"email": "a@charter.net"}, {"email": "b@charter.net", "folders": {"drafts": "local"}}]
    one, other = requests({"email": None, "accounts": entries, "folders": {"sent": "local"}, "offline": "030"})
    assert [kind for kind, _folder in one.account.folders.given()] == ["sent"]
    assert [kind for kind, _folder in other.account.folders.given()] == ["drafts"]
    assert one.account.client.offline == "30"


def test_further_identities_use_the_folders_of_the_account(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    given: Options = {"identities": [{"address": "office@charter.net"}], "folders": {"sent": "local"}}
    desk.step(**given, compose_format="plain")
    text = "".join(desk.settings().values())
    for identity in ("id1", "id2"):
        assert f'"mail.identity.{identity}.fcc_folder", "mailbox://nobody@Local%20Folders/Sent"' in text
        assert f'"mail.identity.{identity}.compose_html", false' in text
    assert desk.step(**given, compose_format="plain").status is Status.UNCHANGED
