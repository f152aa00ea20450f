# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoing what only Thunderbird has: numbers of servers, addresses of folders, local folders."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile

from .desk import EMAIL
from .hand_made import write_thunderbird
from .rollback_runs import HAND_MADE, SETTINGS, configure, edit, request, roll_back, settings

pytestmark = pytest.mark.one_in(3)


def test_names_that_are_taken_by_now(tmp_path: pathlib.Path) -> None:
    """Thunderbird's numbers are used again once an account is gone."""
    write_thunderbird(tmp_path, [HAND_MADE])
    before = prefs(tmp_path)
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, state="absent"))
    configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, email="new@charter.net"))
    between = prefs(tmp_path)
    assert between["mail.server.server2.userName"] == "new@charter.net"
    roll_back(tmp_path, "20260101T000000Z-1")
    after = prefs(tmp_path)
    assert {key: after.get(key) for key in between if key not in LISTS} == {
        key: value for key, value in between.items() if key not in LISTS
    }
    back = next(key for key, value in after.items() if key.endswith("userName") and value == EMAIL).split(".")[2]
    assert back not in ("server1", "server2")
    for key, value in before.items():
        if key.startswith("mail.server.server2."):
            assert after[key.replace("server2", back)] == value
    assert not configure(THUNDERBIRD, "20260103T000000Z-1", request(tmp_path, email="new@charter.net")).changed
    assert not roll_back(tmp_path, "20260101T000000Z-1")["changed"]


LISTS = ("mail.accountmanager.accounts", "mail.smtpservers", "mail.accountmanager.defaultaccount")


def prefs(home: pathlib.Path) -> dict[str, t.Any]:
    (path,) = home.glob(SETTINGS["thunderbird"])
    return dict(PrefsFile.parse(path.read_bytes(), "").values)


def test_folders_and_filters_move_back_with_a_server(tmp_path: pathlib.Path) -> None:
    write_thunderbird(tmp_path, [HAND_MADE], {"mail.identity.id2.fcc_folder": FOLDER})
    profile = tmp_path / ".thunderbird/old.default"
    (profile / "virtualFolders.dat").write_text(f"version=1\nscope={FOLDER}\n")
    before = prefs(tmp_path), (profile / "virtualFolders.dat").read_bytes()
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, provider="spectrum"))
    assert prefs(tmp_path)["mail.identity.id2.fcc_folder"] != FOLDER
    edit(
        tmp_path,
        THUNDERBIRD,
        'user_pref("mail.identity.id2.fullName"',
        LATER + 'user_pref("mail.identity.id2.fullName"',
    )
    roll_back(tmp_path)
    after = prefs(tmp_path)
    assert after.pop("mail.identity.id2.draft_folder") == FOLDER.replace("Sent", "Drafts")
    assert (after, (profile / "virtualFolders.dat").read_bytes()) == before


FOLDER = "imap://mario.rossi%40charter.net@imap.charter.net/Sent"
LATER = 'user_pref("mail.identity.id2.draft_folder", "imap://mario.rossi%40charter.net@mobile.charter.net/Drafts");\n'


def test_local_folders_stay_with_what_is_in_them(tmp_path: pathlib.Path) -> None:
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, folders={"sent": "local"}))
    roll_back(tmp_path)
    (text,) = (content.decode() for content in settings(tmp_path, THUNDERBIRD).values())
    assert EMAIL not in text
    assert 'user_pref("mail.accountmanager.accounts", "account2");' in text
    assert 'user_pref("mail.account.account2.server", "server2");' in text
    assert 'user_pref("mail.server.server2.directory-rel", "[ProfD]Mail/Local Folders");' in text
    assert (tmp_path / ".thunderbird/charter.default/Mail/Local Folders/Sent").exists()


@pytest.mark.parametrize("reverse", [False, True])
def test_accounts_that_shared_an_smtp_server_come_back_with_it(tmp_path: pathlib.Path, reverse: bool) -> None:
    anna = "anna@charter.net"
    write_thunderbird(tmp_path, [HAND_MADE, HAND_MADE._replace(email=anna, username=anna)])
    (path,) = tmp_path.glob(SETTINGS["thunderbird"])
    first, second = re.findall(r'"mail.identity.id\d.smtpServer", "(.*)"', path.read_text())
    edit(tmp_path, THUNDERBIRD, f'smtpServer", "{second}"', f'smtpServer", "{first}"')
    before = settings(tmp_path, THUNDERBIRD)
    wanted = [request(tmp_path, email=email, state="absent") for email in (EMAIL, anna)]
    configure(THUNDERBIRD, "20260101T000000Z-1", *(wanted[::-1] if reverse else wanted))
    assert f"mail.smtpserver.{first}." not in path.read_text()
    roll_back(tmp_path)
    assert settings(tmp_path, THUNDERBIRD) == before
