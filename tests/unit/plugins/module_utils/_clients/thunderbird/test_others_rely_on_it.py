# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other accounts, other profiles, or the user by now, rely on."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.settings import Settings
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import EMAIL, account

from .test_identities_and_folders import (
    OWN_FOLDER,
    Prefs,
    by_hand,
    client,
    identity,
    profile,
    run,
    server,
    smtp,
    stored,
)

pytestmark = pytest.mark.one_in(3)

WORK = "mario@work.example"
AT_WORK: t.Mapping[str, t.Any] = {
    "incoming": {"host": "imap.work.example", "port": 993, "security": "ssl"},
    "outgoing": {"host": "smtp.work.example", "port": 587, "security": "starttls"},
}


def beside_work(**more: t.Any) -> Prefs:
    """The account, and one at work that sends with its address, too."""
    return {
        **by_hand(),
        **server(2, "imap.work.example", WORK),
        **smtp(2, "smtp.work.example", WORK),
        **identity(2, WORK, "smtp2"),
        "mail.account.account2.identities": "id2,id1",
        "mail.accountmanager.accounts": "account1,account2",
        "mail.smtpservers": "smtp1,smtp2",
        **more,
    }


def test_an_identity_that_another_account_has_too_does_not_change(tmp_path: pathlib.Path) -> None:
    before = beside_work(**identity(1, EMAIL, "smtp2"))
    profile(tmp_path, before)
    outcome, _told = run(tmp_path, account(full_name="Mario Rossi"))
    assert outcome.steps[0].status is Status.UPDATED
    after = stored(tmp_path)
    kept = {key: value for key, value in before.items() if ".account2." in key or key.startswith("mail.identity.")}
    assert {key: after[key] for key in kept} == kept
    assert after["mail.account.account1.identities"] == "id1,id3"
    assert [after[f"mail.identity.id3.{key}"] for key in ("useremail", "fullName")] == [EMAIL, "Mario Rossi"]
    smtp_server = str(after["mail.identity.id3.smtpServer"])
    assert after[f"mail.smtpserver.{smtp_server}.hostname"] == "smtp.charter.net"
    run(tmp_path, account(state="absent"))
    after = stored(tmp_path)
    assert {key: after[key] for key in kept} == kept
    assert not [key for key in after if key.startswith("mail.identity.id3.")]


def test_an_identity_that_another_account_has_too_serves_where_it_is_right(tmp_path: pathlib.Path) -> None:
    profile(tmp_path, beside_work())
    before = stored(tmp_path)
    run(tmp_path, account(full_name="Some Body"))
    after = stored(tmp_path)
    assert {key: after[key] for key in before} == before
    assert {key.rpartition(".")[2] for key in after.keys() - before.keys()} <= {"charter_mail", "defaultaccount"}


def given_away(home: pathlib.Path, login: str, address: str) -> Settings:
    """An account of ours of which its user has made another one, in Thunderbird's settings."""
    mark = {"charter_mail": f"imap:{EMAIL}"}
    other = {**server(1, "imap.work.example", login, **mark), **smtp(1, "smtp.work.example", login)}
    profile(home, {**by_hand(), **other, **identity(1, address, "smtp1")})
    return stored(home)


@pytest.mark.parametrize("login", [WORK, "mario"])
def test_an_account_of_ours_that_is_another_by_now_is_the_users(tmp_path: pathlib.Path, login: str) -> None:
    before = given_away(tmp_path, login, WORK)
    outcome, told = run(tmp_path, account(state="absent", purge=True))
    assert outcome.steps[0].status is Status.ABSENT
    assert f"the account that was set up for it is now {login} on imap.work.example" in told
    assert stored(tmp_path) == before
    outcome, told = run(tmp_path, account())
    assert outcome.steps[0].status is Status.CREATED
    assert "is left as it is" in told
    after = stored(tmp_path)
    lists = ("mail.accountmanager.accounts", "mail.smtpservers")
    assert {key: after[key] for key in before if key not in lists} == {
        key: value for key, value in before.items() if key not in lists
    }
    outcome, _told = run(tmp_path, account(state="absent"))
    assert outcome.steps[0].status is Status.REMOVED
    assert {key: value for key, value in stored(tmp_path).items() if key in before} == before


def test_an_account_that_is_another_by_now_is_adopted_as_that(tmp_path: pathlib.Path) -> None:
    given_away(tmp_path, WORK, WORK)
    outcome, _told = run(tmp_path, account(email=WORK, username=WORK, **AT_WORK))
    assert outcome.steps[0].before.ids["server"] == "server1"
    assert stored(tmp_path)["mail.accountmanager.accounts"] == "account1"


@pytest.mark.parametrize(
    ("login", "address"),
    [(EMAIL, WORK), ("u12345", WORK), ("mario.rossi", "mario.rossi@work.example"), (WORK, EMAIL)],
)
def test_one_that_still_has_the_login_or_the_address_is_not_another(
    tmp_path: pathlib.Path, login: str, address: str
) -> None:
    given_away(tmp_path, login, address)
    outcome, told = run(tmp_path, account())
    assert outcome.steps[0].status is Status.UPDATED
    assert "was set up for it" not in told


def test_one_whose_login_is_wanted_is_not_another(tmp_path: pathlib.Path) -> None:
    given_away(tmp_path, "mario", WORK)
    outcome, told = run(tmp_path, account(username="mario", **AT_WORK))
    assert outcome.steps[0].status is Status.UPDATED
    assert "was set up for it" not in told


@pytest.mark.parametrize("kind", ["ews", "graph"])
def test_an_account_that_sends_by_something_else_is_left(tmp_path: pathlib.Path, kind: str) -> None:
    profile(tmp_path, {**by_hand(), **smtp(1, type=kind)})
    before = stored(tmp_path)
    outcome, told = run(tmp_path, account())
    assert outcome.steps[0].status is Status.UNCHANGED
    assert f"it sends by {kind} and not by an SMTP server. Set override to change it." in told
    assert stored(tmp_path) == before


OTHER_INI = """\
[Profile0]
Name=default
IsRelative=1
Path=p.default
Default=1
[Profile1]
Name=other
IsRelative=1
Path=q.other
[General]
Version=2
"""


@pytest.mark.parametrize(
    ("prefs", "purged"),
    [
        ('user_pref("mail.server.server1.directory", "PROFILE/ImapMail/imap.charter.net");\n', False),
        ('user_pref("mail.server.server1.directory-rel", "[ProfD]../p.default/ImapMail/imap.charter.net/sub");', False),
        ('oops;\nuser_pref("mail.server.server1.directory", "PROFILE/ImapMail");\n', False),
        ('user_pref("mail.server.server1.directory-rel", "[ProfD]ImapMail/imap.charter.net");\n', True),
        ("\0", True),
    ],
)
def test_mail_that_an_account_of_another_profile_uses_is_kept(tmp_path: pathlib.Path, prefs: str, purged: bool) -> None:
    folder = profile(tmp_path, {**by_hand(), **server(1, **{"directory-rel": OWN_FOLDER})})
    mail = folder / "ImapMail/imap.charter.net"
    mail.mkdir(parents=True)
    (tmp_path / ".thunderbird/profiles.ini").write_text(OTHER_INI)
    other = tmp_path / ".thunderbird/q.other"
    other.mkdir()
    (other / "prefs.js").write_text(prefs.replace("PROFILE", str(folder)))
    _outcome, told = run(tmp_path, account(state="absent", purge=True))
    assert mail.exists() is not purged
    assert ("its mail on this host is not deleted, because another account uses" in told) is not purged


@pytest.mark.parametrize(("relative", "purged"), [("", False), ("[ProfD]ImapMail/imap.charter.net", True)])
@pytest.mark.parametrize(
    "place", ["snap/thunderbird/common/.thunderbird", ".var/app/org.mozilla.thunderbird/config/thunderbird"]
)
def test_mail_that_another_thunderbird_of_the_user_has_is_kept(
    tmp_path: pathlib.Path, place: str, relative: str, purged: bool
) -> None:
    folder = profile(tmp_path, {**by_hand(), **server(1, **{"directory-rel": OWN_FOLDER})})
    mail = folder / "ImapMail/imap.charter.net"
    mail.mkdir(parents=True)
    (tmp_path / place / "p.default").mkdir(parents=True)
    (tmp_path / place / "profiles.ini").write_bytes((tmp_path / ".thunderbird/profiles.ini").read_bytes())
    name = "mail.server.server1.directory"
    text = f'user_pref("{name}", "{mail}");\n' + (f'user_pref("{name}-rel", "{relative}");\n' if relative else "")
    (tmp_path / place / "p.default/prefs.js").write_text(text)
    run(tmp_path, account(state="absent", purge=True))
    assert mail.exists() is not purged


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("mail.identity.id2.fcc_folder", f"imap://{EMAIL.replace('@', '%40')}@imap.charter.net/Sent", True),
        ("mail.server.server2.spamActionTargetAccount", f"imap://{EMAIL.replace('@', '%40')}@imap.charter.net", True),
        ("mail.identity.id2.fcc_folder", "imap://mario@imap.work.example/Sent", False),
        ("mail.identity.id9.fcc_folder", f"imap://{EMAIL.replace('@', '%40')}@imap.charter.net/Sent", False),
    ],
)
def test_folders_of_the_account_that_others_use_are_named(
    tmp_path: pathlib.Path, key: str, value: str, named: bool
) -> None:
    own = {"mail.identity.id1.draft_folder": f"imap://{EMAIL.replace('@', '%40')}@imap.charter.net/Drafts"}
    profile(tmp_path, beside_work(**{"mail.account.account2.identities": "id2", **own, key: value}))
    _outcome, told = run(tmp_path, account(state="absent"))
    assert (f"its folders are still named in {key}; have the user choose others" in told) is named
    assert ("draft_folder" in told) is False
    assert stored(tmp_path)[key] == value


def twice(**second: t.Any) -> Prefs:
    """The account, set up a second time by the part of the login before ``@``."""
    return {
        **by_hand(),
        **server(2, login="mario.rossi", **second),
        **identity(2, EMAIL, "smtp1"),
        "mail.account.account2.identities": "id2",
        "mail.accountmanager.accounts": "account1,account2",
    }


POP3_ROOT = f"mailbox://{EMAIL.replace('@', '%40')}@pop.charter.net"
FILTER = f'name="a"\naction="Move to folder"\nactionValue="{POP3_ROOT}/Work"\n'


def by_pop3(**more: t.Any) -> Prefs:
    """An account with its mail in the profile, and one at work."""
    own = {"type": "pop3", "directory-rel": "[ProfD]Mail/pop.charter.net"}
    work = {"directory-rel": "[ProfD]ImapMail/imap.work.example"}
    return beside_work(
        **{
            **server(1, "pop.charter.net", **own),
            **server(2, "imap.work.example", WORK, **work),
            "mail.account.account2.identities": "id2",
            **more,
        }
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("mail.identity.id2.fcc_folder", f"{POP3_ROOT}/Sent at work"),
        ("mail.identity.id2.archive_folder", f"mailbox://{EMAIL}@POP.charter.net/Old"),
        ("mail.server.server2.spamActionTargetAccount", POP3_ROOT),
    ],
)
def test_mail_that_others_keep_in_a_folder_of_the_account_is_not_purged(
    tmp_path: pathlib.Path, setting: str, value: str
) -> None:
    folder = profile(tmp_path, by_pop3(**{setting: value})) / "Mail/pop.charter.net"
    folder.mkdir(parents=True)
    (folder / "Work").write_text("theirs")
    outcome, told = run(tmp_path, account(protocol="pop3", state="absent", purge=True))
    assert outcome.steps[0].status is Status.REMOVED
    assert f"its mail on this host is not deleted, because others keep mail in it ({setting})" in told
    assert (folder / "Work").exists()


@pytest.mark.parametrize(
    ("setting", "path"),
    [
        ("mail.identity.id2.sig_file-rel", "Mail/pop.charter.net/signature.txt"),
        ("mail.server.server2.newsrc.file-rel", "Mail/pop.charter.net/newsrc"),
        ("mail.server.server2.directory-rel", "Mail/pop.charter.net.msf"),
    ],
)
def test_files_of_others_in_or_beside_the_accounts_folder_are_not_purged(
    tmp_path: pathlib.Path, setting: str, path: str
) -> None:
    place = profile(tmp_path, by_pop3(**{setting: f"[ProfD]{path}"})) / path
    place.parent.mkdir(parents=True)
    place.mkdir() if path.endswith(".msf") else place.write_text("theirs")
    outcome, told = run(tmp_path, account(protocol="pop3", state="absent", purge=True))
    assert outcome.steps[0].status is Status.REMOVED
    assert f"another account uses {tmp_path}/.thunderbird/p.default/{path}" in told
    assert place.exists()


@pytest.mark.parametrize("place", ["ImapMail/imap.work.example", "Mail/pop.charter.net"])
def test_mail_that_filters_of_others_put_into_the_accounts_folders_is_not_purged(
    tmp_path: pathlib.Path, place: str
) -> None:
    folder = profile(tmp_path, by_pop3()) / "Mail/pop.charter.net"
    for path in {folder, folder.parents[1] / place}:
        path.mkdir(parents=True)
    (folder.parents[1] / place / "msgFilterRules.dat").write_text(FILTER)
    _outcome, told = run(tmp_path, account(protocol="pop3", state="absent", purge=True))
    of_others = "work" in place
    assert ("others keep mail in it" in told) is of_others
    assert folder.exists() is of_others


def test_an_account_that_is_there_twice_is_removed_by_one_run(tmp_path: pathlib.Path) -> None:
    profile(tmp_path, twice())
    outcome, told = run(tmp_path, account(state="absent"))
    assert (outcome.steps[0].status, told) == (Status.REMOVED, "")
    assert stored(tmp_path) == {}


def test_of_two_such_accounts_the_one_with_a_choice_of_the_users_stays(tmp_path: pathlib.Path) -> None:
    profile(tmp_path, twice(hostname="127.0.0.1"))
    outcome, told = run(tmp_path, account(state="absent"))
    assert outcome.steps[0].status is Status.REMOVED
    assert "reached through 127.0.0.1" in told
    assert stored(tmp_path)["mail.accountmanager.accounts"] == "account2"


def test_nothing_is_removed_where_one_of_two_such_accounts_cannot_be(tmp_path: pathlib.Path) -> None:
    work = server(3, "pop.work.example", WORK, type="pop3", deferred_to_account="account2")
    profile(tmp_path, {**twice(), **work, "mail.accountmanager.accounts": "account1,account2,account3"})
    before = stored(tmp_path)
    with pytest.raises(OptionError, match="global inbox"):
        run(tmp_path, account(state="absent"))
    assert stored(tmp_path) == before


def required(home: pathlib.Path, **wanted: t.Any) -> set[str]:
    """What must be writable for a run, below the profile."""
    asked: set[str] = set()
    files = LocalFiles(str(home / ".charter-mail-thunderbird.journal"))
    root = Root(str(home / ".thunderbird"))
    plan(Thunderbird(files, root, None, scratch=lambda: str(home), require_writable=asked.update), [account(**wanted)])
    return {os.path.relpath(path, home / ".thunderbird/p.default") for path in asked}


def test_check_mode_asks_for_all_folders_that_the_run_needs(tmp_path: pathlib.Path) -> None:
    folder = profile(tmp_path, {**by_hand(), **server(1, **{"directory-rel": OWN_FOLDER})})
    mail = folder / "ImapMail/imap.charter.net"
    (mail / "sub/deeper").mkdir(parents=True)
    (mail / "sub/empty").mkdir()
    (mail / "sub/deeper/Saved").write_text("")
    (mail / "link").symlink_to("/etc")
    old = "imap://mario.rossi%40charter.net@imap.charter.net"
    (mail / "msgFilterRules.dat").write_text(f'actionValue="{old}/A"\n')
    always = {".", ".parentlock"}
    assert required(tmp_path, provider="spectrum") == {*always, "ImapMail/imap.charter.net"}
    (mail / "msgFilterRules.dat").write_text("")
    assert required(tmp_path, provider="spectrum") == always
    removed = {"ImapMail", *(f"ImapMail/imap.charter.net{below}" for below in ("", "/sub", "/sub/deeper"))}
    assert required(tmp_path, state="absent", purge=True) == {*always, *removed}
    assert required(tmp_path, state="absent") == always
    (mail / "logins.json").write_text('{"logins": []}')
    (folder / "logins.json").symlink_to(mail / "logins.json")
    assert required(tmp_path, password="hunter2") == {*always, "ImapMail/imap.charter.net"}
    assert "Mail/Local Folders" in required(tmp_path, folders={"sent": "local"})
    assert client(tmp_path).profile == str(folder)


def test_check_mode_asks_for_the_folder_of_a_list_of_profiles_that_is_a_link(tmp_path: pathlib.Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "profiles.ini").write_text("[General]\nVersion=2\n")
    (tmp_path / ".thunderbird").mkdir()
    (tmp_path / ".thunderbird/profiles.ini").symlink_to(elsewhere / "profiles.ini")
    asked: list[str] = []
    files = LocalFiles()
    root = Root(str(tmp_path / ".thunderbird"))
    plan(Thunderbird(files, root, None, scratch=lambda: str(tmp_path), require_writable=asked.extend), [account()])
    assert str(elsewhere) in asked


@pytest.mark.parametrize(
    ("old", "origin", "told_of"),
    [
        ("key3.db", "imap://imap.charter.net", True),
        ("key3.db", "smtp://smtp.charter.net", True),
        ("key3.db", "imap://imap.work.example", False),
        ("other.db", "imap://imap.charter.net", False),
    ],
)
def test_a_password_that_stays_in_an_old_store_is_told(
    tmp_path: pathlib.Path, old: str, origin: str, told_of: bool
) -> None:
    folder = profile(tmp_path, by_hand())
    (folder / old).write_text("x")
    entry = {"hostname": origin, "httpRealm": origin, "formSubmitURL": None, "encryptedUsername": "x", "guid": "{1}"}
    (folder / "logins.json").write_text(json.dumps({"nextId": 2, "logins": [{**entry, "encryptedPassword": "x"}]}))
    outcome, told = run(tmp_path, account(state="absent"))
    assert outcome.steps[0].status is Status.REMOVED
    assert (f"because the keys are in {folder}/key3.db" in told) is told_of
