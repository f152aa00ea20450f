# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a migration: the backup, the IMAP account removed, and the POP3 account wanted again."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import account

from .pop3_by_hand import FILTER, SEARCH, by_pop3, set_up, wanted
from .test_client import push
from .test_identities_and_folders import run, stored

pytestmark = pytest.mark.one_in(3)


def test_the_folders_outlive_the_imap_account(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3())
    push(tmp_path, wanted())
    outcome = push(tmp_path, account(migrate=True, state="absent"))
    assert [step.status for step in outcome.steps] == [Status.REMOVED]
    after = stored(tmp_path)
    assert after["mail.accountmanager.accounts"] == "account1,account2"
    assert after["mail.server.server1.type"] == "none"


def test_the_backup_is_the_way_back(tmp_path: pathlib.Path) -> None:
    folder = set_up(tmp_path, by_pop3())
    names = ("prefs.js", "virtualFolders.dat", "Mail/pop.charter.net/msgFilterRules.dat")
    before = {name: (folder / name).read_bytes() for name in names}
    outcome = push(tmp_path, wanted())
    backups = {path.rpartition(".20")[0]: pathlib.Path(path).read_bytes() for path in outcome.backups}
    assert backups == {str(folder / name): content for name, content in before.items()}


def test_a_pop3_account_that_is_wanted_again_gets_its_folders_back(tmp_path: pathlib.Path) -> None:
    folder = set_up(tmp_path, by_pop3())
    before = stored(tmp_path)
    push(tmp_path, wanted())
    run(tmp_path, account(protocol="pop3", password="tombola"))
    push(tmp_path, account(state="absent"))
    after = stored(tmp_path)
    kept = {key: value for key, value in before.items() if key.startswith("mail.server.")}
    assert {key: value for key, value in after.items() if key in kept} == kept
    assert after["mail.accountmanager.accounts"] == "account1,account2"
    assert (folder / "virtualFolders.dat").read_text() == SEARCH
    assert (folder / "Mail/pop.charter.net/msgFilterRules.dat").read_text() == FILTER
    assert not any("retired" in key for key in after)
    run(tmp_path, wanted())  # and once more
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


def test_a_pop3_account_at_another_server_leaves_the_folders_as_they_are(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3())
    push(tmp_path, wanted())
    run(tmp_path, account(protocol="pop3", provider="spectrum"))
    assert stored(tmp_path)["mail.server.server1.type"] == "none"
