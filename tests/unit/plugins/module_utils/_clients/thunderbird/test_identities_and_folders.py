# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is the user's own: identities, choices, folders of other accounts, and folders named in forms unknown to us."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.settings import Settings
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import (
    EMAIL,
    account,
    repeated_run,
)

pytestmark = pytest.mark.one_in(3)

OWN = "mario@rossi-plumbing.example"
Prefs = t.Dict[str, t.Any]


def client(home: pathlib.Path) -> Thunderbird:
    files = LocalFiles(str(home / ".charter-mail-thunderbird.journal"))
    return Thunderbird(files, Root(str(home / ".thunderbird")), None, scratch=lambda: str(home))


def server(number: int, host: str = "imap.charter.net", login: str = EMAIL, **more: t.Any) -> Prefs:
    values = {"type": "imap", "hostname": host, "userName": login, "port": 993, "socketType": 3, **more}
    return {
        f"mail.account.account{number}.server": f"server{number}",
        **{f"mail.server.server{number}.{key}": value for key, value in values.items()},
    }


def smtp(number: int, host: str = "smtp.charter.net", login: str = EMAIL, **more: t.Any) -> Prefs:
    values = {"hostname": host, "username": login, "port": 587, "try_ssl": 2, **more}
    return {f"mail.smtpserver.smtp{number}.{key}": value for key, value in values.items()}


def identity(number: int, address: str, smtp_server: str) -> Prefs:
    values = {"useremail": address, "fullName": "Some Body", "smtpServer": smtp_server}
    return {f"mail.identity.id{number}.{key}": value for key, value in values.items()}


def by_hand(**more: t.Any) -> Prefs:
    """An account made by hand, with the settings of Charter."""
    return {
        **server(1, **more),
        **smtp(1),
        **identity(1, EMAIL, "smtp1"),
        "mail.account.account1.identities": "id1",
        "mail.accountmanager.accounts": "account1",
        "mail.smtpservers": "smtp1",
    }


def profile(home: pathlib.Path, prefs: Prefs) -> pathlib.Path:
    folder = home / ".thunderbird/p.default"
    folder.mkdir(parents=True, exist_ok=True)
    ini = "[Profile0]\nName=default\nIsRelative=1\nPath=p.default\nDefault=1\n[General]\nVersion=2\n"
    (home / ".thunderbird/profiles.ini").write_text(ini)
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in sorted(prefs.items())]
    (folder / "prefs.js").write_text("".join(lines))
    return folder


def stored(home: pathlib.Path) -> Settings:
    path = home / ".thunderbird/p.default/prefs.js"
    return PrefsFile.parse(path.read_bytes(), str(path)).values


def run(home: pathlib.Path, wanted: Account) -> tuple[Outcome[t.Any], str]:
    return repeated_run(lambda: client(home), wanted)


def two_identities() -> Prefs:
    return {
        **by_hand(),
        **identity(1, OWN, "smtp1"),
        **identity(2, "info@rossi-plumbing.example", "smtp2"),
        **smtp(2, "smtp.rossi-plumbing.example", "info"),
        "mail.account.account1.identities": "id1,id2",
        "mail.smtpservers": "smtp1,smtp2",
    }


def test_an_identity_is_added_beside_those_of_the_users_own(tmp_path: pathlib.Path) -> None:
    before = two_identities()
    profile(tmp_path, before)
    run(tmp_path, account(full_name="Mario Rossi"))
    after = stored(tmp_path)
    own = {key: value for key, value in before.items() if key.startswith(("mail.identity.", "mail.smtpserver."))}
    assert {key: after[key] for key in own} == own
    assert after["mail.account.account1.identities"] == "id1,id2,id3"
    new = [after[f"mail.identity.id3.{key}"] for key in ("useremail", "fullName", "smtpServer")]
    assert new == [EMAIL, "Mario Rossi", "smtp1"]
    assert after["mail.smtpservers"] == "smtp1,smtp2"


@pytest.mark.parametrize(
    "own",
    [
        smtp(1, "smtp.rossi-plumbing.example", "rossi"),
        smtp(1, authMethod=10),
        smtp(1, "127.0.0.1", port=1025),
    ],
    ids=["another login", "OAuth2", "a proxy"],
)
def test_an_smtp_server_of_the_users_own_identity_is_not_configured(tmp_path: pathlib.Path, own: Prefs) -> None:
    profile(tmp_path, {**by_hand(), **own, **identity(1, OWN, "smtp1")})
    run(tmp_path, account())
    after = stored(tmp_path)
    assert {key: after[key] for key in own} == own
    assert after["mail.identity.id1.smtpServer"] == "smtp1"
    assert after["mail.identity.id2.smtpServer"] == "smtp2"
    assert after["mail.smtpserver.smtp2.hostname"] == "smtp.charter.net"


def test_an_smtp_server_that_both_identities_use_is_left_to_the_users_own(tmp_path: pathlib.Path) -> None:
    relay = smtp(1, "smtp.rossi-plumbing.example", "rossi")
    second = {**identity(2, OWN, "smtp1"), "mail.account.account1.identities": "id1,id2"}
    profile(tmp_path, {**by_hand(), **relay, **second})
    run(tmp_path, account())
    after = stored(tmp_path)
    assert {key: after[key] for key in relay} == relay
    assert [after[f"mail.identity.id{number}.smtpServer"] for number in (1, 2)] == ["smtp2", "smtp1"]


def test_removal_leaves_identities_and_servers_of_the_users_own(tmp_path: pathlib.Path) -> None:
    profile(tmp_path, two_identities())
    reconcile(client(tmp_path), [account()])
    outcome, told = run(tmp_path, account(state="absent"))
    assert outcome.steps[0].status is Status.REMOVED
    assert f"{OWN} and info@rossi-plumbing.example are kept in prefs.js" in told
    after = stored(tmp_path)
    assert after["mail.smtpservers"] == "smtp2"
    assert after["mail.identity.id1.useremail"] == OWN
    assert after["mail.identity.id2.smtpServer"] == "smtp2"
    assert not [
        key for key in after if key.startswith(("mail.identity.id3.", "mail.smtpserver.smtp1.", "mail.server."))
    ]


CHOICES: t.Mapping[str, Prefs] = {
    "OAuth2": {"mail.server.server1.authMethod": 10},
    "OAuth2 ": {"mail.smtpserver.smtp1.authMethod": 10},
    "OAuth2  ": {"mail.server.default.authMethod": 10},
    "Kerberos": {"mail.server.server1.authMethod": 5},
    "a certificate": {"mail.smtpserver.smtp1.authMethod": 7},
    "127.0.0.1": {"mail.server.server1.hostname": "127.0.0.1", "mail.server.server1.port": 1993},
    "localhost": {"mail.smtpserver.smtp1.hostname": "localhost"},
}


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("name", CHOICES)
def test_what_the_user_has_chosen_stays_unless_the_admin_insists(
    tmp_path: pathlib.Path, name: str, marked: bool
) -> None:
    mark = {"mail.server.server1.charter_mail": f"imap:{EMAIL}"} if marked else {}
    profile(tmp_path, {**by_hand(), **mark, **CHOICES[name], "mail.server.server1.socketType": 0})
    before = stored(tmp_path)
    outcome, told = run(tmp_path, account(password="hunter2"))
    assert stored(tmp_path) == before
    assert name.strip() in told
    obstacle = client(tmp_path).obstacle(outcome.after, account())
    assert obstacle is not None
    assert obstacle.status is Status.SKIPPED
    assert "Set override to change it." in obstacle.reason
    assert client(tmp_path).result_details(outcome.after, account(password="hunter2")) == {}
    outcome, told = run(tmp_path, account(override=True))
    assert (outcome.steps[0].status, told) == (Status.UPDATED, "")
    assert stored(tmp_path)["mail.server.server1.hostname"] == "imap.charter.net"
    assert stored(tmp_path)["mail.smtpserver.smtp1.hostname"] == "smtp.charter.net"
    assert client(tmp_path).obstacle(outcome.after, account(override=True)) is None


def test_a_method_that_sends_a_password_is_no_such_choice(tmp_path: pathlib.Path) -> None:
    profile(tmp_path, {**by_hand(authMethod=4), **smtp(1, authMethod=6)})
    run(tmp_path, account())
    assert stored(tmp_path)["mail.server.server1.authMethod"] == 3


@pytest.mark.parametrize(
    ("host", "marked", "status"),
    [
        ("imap.charter.net", False, Status.REMOVED),
        ("127.0.0.1", True, Status.REMOVED),
        ("127.0.0.1", False, Status.UNCHANGED),
        ("imap.other.example", False, Status.UNCHANGED),
    ],
)
def test_removal_takes_what_is_named_or_ours_and_nothing_that_is_guessed(
    tmp_path: pathlib.Path, host: str, marked: bool, status: Status
) -> None:
    mark = {"charter_mail": f"imap:{EMAIL}"} if marked else {}
    profile(tmp_path, {**by_hand(), **server(1, host, authMethod=10, **mark)})
    outcome, told = run(tmp_path, account(state="absent"))
    assert outcome.steps[0].status is status
    left = status is Status.UNCHANGED
    assert ("Set override to remove it." in told) is left
    assert (client(tmp_path).obstacle(outcome.after, account(state="absent")) is not None) is left
    if left:
        outcome, _told = run(tmp_path, account(state="absent", override=True))
        assert outcome.steps[0].status is Status.REMOVED


def test_several_accounts_made_by_hand_are_none_to_remove(tmp_path: pathlib.Path) -> None:
    second = {**server(2, "imap.old.example"), **identity(2, EMAIL, "smtp1"), "mail.account.account2.identities": "id2"}
    lists = {"mail.accountmanager.accounts": "account1,account2"}
    profile(tmp_path, {**by_hand(), **second, **lists, **server(1, "imap.older.example")})
    before = stored(tmp_path)
    outcome, told = run(tmp_path, account(state="absent"))
    assert outcome.steps[0].status is Status.ABSENT
    assert "imap.older.example, imap.old.example" in told
    assert stored(tmp_path) == before


OWN_FOLDER = "[ProfD]ImapMail/imap.charter.net"


@pytest.mark.parametrize(
    ("own", "others", "purged"),
    [
        ({"directory-rel": OWN_FOLDER}, {"directory-rel": "[ProfD]ImapMail/imap.charter.net-1"}, True),
        ({"directory-rel": OWN_FOLDER + "/"}, {}, True),
        ({"directory-rel": OWN_FOLDER}, {"directory-rel": OWN_FOLDER}, False),
        ({"directory-rel": OWN_FOLDER}, {"directory-rel": OWN_FOLDER + "/sub"}, False),
        ({"directory-rel": OWN_FOLDER}, {"directory-rel": "[ProfD]Mail/../ImapMail/imap.charter.net/"}, False),
        ({"directory-rel": OWN_FOLDER}, {"directory-rel": "[ProfD]x/../p.default/ImapMail/imap.charter.net"}, False),
        ({"directory-rel": "[ProfD]ImapMail../imap.charter.net"}, {}, False),
        ({"directory-rel": OWN_FOLDER}, {"directory": "PROFILE/ImapMail/imap.charter.net/sub"}, False),
        ({"directory-rel": OWN_FOLDER}, {"directory-rel": "[ProfD]x", "directory": "PROFILE/link/sub"}, False),
        ({"directory-rel": OWN_FOLDER}, {"directory-rel": "[ProfD]ImapMail"}, False),
        ({"directory-rel": "[ProfD]link"}, {}, False),
        ({"directory-rel": "[ProfD]ImapMail/link"}, {}, False),
        ({"directory-rel": "[ProfD]Mail/../../../etc"}, {}, False),
        ({"directory-rel": "[ProfD]Mail/.."}, {}, False),
        ({"directory-rel": "[ProfD]"}, {}, False),
        ({"directory-rel": "[ProfD]Mail"}, {}, False),
        ({"directory-rel": "/home/mario/Mail/x"}, {}, False),
        ({"directory": "PROFILE/ImapMail/imap.charter.net"}, {}, False),
    ],
)
def test_only_a_folder_of_its_own_inside_the_profile_is_purged(
    tmp_path: pathlib.Path, own: Prefs, others: Prefs, purged: bool
) -> None:
    folder = tmp_path / ".thunderbird/p.default"
    mail = folder / "ImapMail/imap.charter.net"
    (mail / "sub").mkdir(parents=True)
    (mail / "sub/Saved").write_text("anna's")
    (folder / "link").symlink_to(mail)
    (folder / "ImapMail/link").symlink_to(mail)
    named = {key: value.replace("PROFILE", str(folder)) for key, value in others.items()}
    own = {key: value.replace("PROFILE", str(folder)) for key, value in own.items()}
    second = {**server(2, login="anna@charter.net", **named), "mail.accountmanager.accounts": "account1,account2"}
    profile(tmp_path, {**by_hand(), **server(1, **own), **(second if others else {})})
    outcome, told = run(tmp_path, account(state="absent", purge=True))
    assert outcome.steps[0].status is Status.REMOVED
    assert mail.exists() is not purged
    assert ("its mail on this host is not deleted, because" in told) is not purged
    assert (folder / "ImapMail/link").is_symlink()


def test_an_account_without_a_folder_has_nothing_to_purge(tmp_path: pathlib.Path) -> None:
    profile(tmp_path, by_hand())
    _outcome, told = run(tmp_path, account(state="absent", purge=True))
    assert told == ""


def test_folders_in_compound_values_move_with_the_server_and_others_are_named(tmp_path: pathlib.Path) -> None:
    old = "imap://mario.rossi%40charter.net@imap.charter.net"
    place = tmp_path / ".thunderbird/p.default/ImapMail/imap.charter.net"
    more = {
        **server(1, directory=str(place)),
        "mail.folder.views.x": f"{old}/A|{old}/B",
        "extensions.quickfolders.folders": json.dumps([{"name": "Bills", "uri": f"{old}/Bills"}]),
        "extensions.other": f"{old}/A|imap://mario.rossi@charter.net@imap.charter.net/B",
    }
    folder = profile(tmp_path, {**by_hand(), **more})
    place.mkdir(parents=True)
    (place / "msgFilterRules.dat").write_text(f'actionValue="{old}/A"\n')
    (folder / "virtualFolders.dat").write_text(f"scope={old}/A|{old}/B\n")
    outcome, _told = run(tmp_path, account(provider="spectrum"))
    told = " ".join(client(tmp_path).warnings(outcome.after, account(provider="spectrum")))
    assert told.endswith("still named, in an unknown form, in extensions.other")
    after = stored(tmp_path)
    assert after["extensions.other"] == more["extensions.other"]
    new = old.replace("@imap.", "@mobile.")
    assert after["mail.folder.views.x"] == f"{new}/A|{new}/B"
    assert new in str(after["extensions.quickfolders.folders"])
    assert old not in str(after["extensions.quickfolders.folders"])
    assert (place / "msgFilterRules.dat").read_text() == f'actionValue="{new}/A"\n'
    assert (folder / "virtualFolders.dat").read_text() == f"scope={new}/A|{new}/B\n"


def test_filters_in_a_mail_folder_outside_of_the_profile_follow_the_server(tmp_path: pathlib.Path) -> None:
    disk = tmp_path / "disk/imap.work.example"
    disk.mkdir(parents=True)
    work = {
        **server(2, "imap.work.example", "mario", directory=str(disk)),
        "mail.accountmanager.accounts": "account1,account2",
    }
    profile(tmp_path, {**by_hand(), **work})
    root = f"imap://{EMAIL.replace('@', '%40')}@"
    (disk / "msgFilterRules.dat").write_text(f'actionValue="{root}imap.charter.net/Work"\n')
    run(tmp_path, account(provider="spectrum"))
    assert (disk / "msgFilterRules.dat").read_text() == f'actionValue="{root}mobile.charter.net/Work"\n'


def test_a_folder_in_the_name_of_a_preference_is_told(tmp_path: pathlib.Path) -> None:
    name = f"extensions.folders.imap://{EMAIL.replace('@', '%40')}@imap.charter.net/Bills"
    profile(tmp_path, {**by_hand(), name: True})
    _outcome, told = run(tmp_path, account(provider="spectrum"))
    assert f"the old server is still named, in an unknown form, in {name}" in told


def test_files_with_filters_are_read_only_where_a_server_moves(tmp_path: pathlib.Path) -> None:
    (profile(tmp_path, {**by_hand(), **smtp(1, port=25)}) / "virtualFolders.dat").mkdir()
    outcome, _told = run(tmp_path, account())
    assert outcome.steps[0].status is Status.UPDATED


BY_DEFAULT: t.Mapping[str, Prefs] = {
    "127.0.0.1": smtp(2, "127.0.0.1", port=1587),
    "OAuth2": smtp(2, authMethod=10),
    "ews": smtp(2, type="ews"),
}


@pytest.mark.parametrize("way", ["mail.smtp.defaultserver", "mail.identity.default.smtpServer", "the first"])
@pytest.mark.parametrize("choice", BY_DEFAULT)
def test_a_choice_by_the_default_smtp_server_stays_too(tmp_path: pathlib.Path, choice: str, way: str) -> None:
    listed = "smtp2,smtp1" if way == "the first" else "smtp1,smtp2"
    before = {**by_hand(port=143), **BY_DEFAULT[choice], **identity(1, EMAIL, ""), "mail.smtpservers": listed}
    profile(tmp_path, {**before, **({} if way == "the first" else {way: "smtp2"})})
    stays = stored(tmp_path)
    _outcome, told = run(tmp_path, account())
    assert choice in told
    assert stored(tmp_path) == stays
    outcome, _told = run(tmp_path, account(override=True))
    assert outcome.steps[0].status is Status.UPDATED
    assert stored(tmp_path)["mail.identity.id1.smtpServer"] == "smtp3"


@pytest.mark.parametrize("own", [{"authMethod": 10}, {"type": "ews"}])
def test_another_accounts_smtp_server_is_no_choice_for_this_one(tmp_path: pathlib.Path, own: Prefs) -> None:
    theirs = smtp(1, "smtp.work.example", "mario@work.example", **own)
    profile(tmp_path, {**by_hand(), **identity(1, EMAIL, ""), **theirs})
    outcome, told = run(tmp_path, account())
    assert (outcome.steps[0].status, told) == (Status.UPDATED, "")
    after = stored(tmp_path)
    assert {key: after[key] for key in theirs} == theirs
    assert after["mail.smtpserver.smtp2.hostname"] == "smtp.charter.net"


def test_an_identity_that_only_a_calendar_names_is_not_made_again(tmp_path: pathlib.Path) -> None:
    profile(tmp_path, {"calendar.registry.0e2a.imip.identity.key": "id7"})
    outcome, _told = run(tmp_path, account())
    assert outcome.steps[0].after.ids["identity"] == "id8"
