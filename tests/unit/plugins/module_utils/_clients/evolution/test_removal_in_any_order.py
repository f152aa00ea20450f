# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several accounts that one run removes, and what they shared: how they send, and folders of mail. On real files."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, preview, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.lookup import uid
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import account, statuses

from .test_users_own import client, stored

pytestmark = pytest.mark.one_in(3)

ANNA = "anna@charter.net"
SOURCES = ".config/evolution/sources"


def two_accounts(home: pathlib.Path) -> tuple[Account, Account]:
    """The account, and another one."""
    accounts = account(), account(email=ANNA)
    reconcile(client(home), accounts)
    return accounts


def removed(home: pathlib.Path, first: t.Mapping[str, t.Any], second: t.Mapping[str, t.Any], *, reverse: bool) -> str:
    """The run that removes both, with these options, in one of two orders: what the admin is told of it."""
    accounts = [account(state="absent", **first), account(email=ANNA, state="absent", **second)]
    accounts = accounts[::-1] if reverse else accounts
    foreseen = preview(client(home), accounts)
    outcome: Outcome[t.Any] = reconcile(client(home), accounts)
    assert [step.changes for step in foreseen.steps] == [step.changes for step in outcome.steps]
    assert statuses(outcome) == [Status.REMOVED, Status.REMOVED]
    assert not reconcile(client(home), accounts).changed
    assert stored(home) == {}
    return " ".join(client(home).warnings(outcome.after, accounts[0]))


def edited(home: pathlib.Path, name: str, old: str, new: str) -> None:
    path = home / SOURCES / f"{name}.source"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", ["transport", "identity"])
def test_what_two_accounts_share_goes_with_the_last(tmp_path: pathlib.Path, kind: str, reverse: bool) -> None:
    mario, anna = two_accounts(tmp_path)
    owner = uid(anna, "identity" if kind == "transport" else "account")
    edited(tmp_path, owner, uid(anna, kind), uid(mario, kind))
    (tmp_path / SOURCES / f"{uid(anna, kind)}.source").unlink()
    if kind == "identity":
        (tmp_path / SOURCES / f"{uid(anna, 'transport')}.source").unlink()
    assert removed(tmp_path, {}, {}, reverse=reverse) == ""


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("purged", [False, True])
def test_mail_that_only_removed_accounts_used_is_purged(tmp_path: pathlib.Path, purged: bool, reverse: bool) -> None:
    mario, anna = two_accounts(tmp_path)
    folder = tmp_path / ".local/share/evolution/mail" / uid(mario, "account")
    (folder / "sub").mkdir(parents=True)
    path = tmp_path / SOURCES / f"{uid(anna, 'account')}.source"
    path.write_text(f"{path.read_text()}\n[Maildir Backend]\nPath={folder}/sub\n")
    told = removed(tmp_path, {"purge": True}, {"purge": purged}, reverse=reverse)
    # That of the other one stays where its removal was not to delete it.
    assert folder.exists() is not purged
    assert (f"not deleted, because another account uses {folder}/sub" in told) is not purged
    assert purged is (told == "")


@pytest.mark.parametrize("reverse", [False, True])
def test_folders_that_only_a_removed_account_names_are_not_told(tmp_path: pathlib.Path, reverse: bool) -> None:
    mario, anna = two_accounts(tmp_path)
    path = tmp_path / SOURCES / f"{uid(anna, 'identity')}.source"
    folder = f"SentFolder=folder://{uid(mario, 'account')}/Sent"
    lines = [folder if line.startswith("SentFolder=") else line for line in path.read_text().splitlines()]
    if folder not in lines:
        lines.insert(lines.index("[Mail Submission]") + 1, folder)
    path.write_text("\n".join(lines) + "\n")
    assert removed(tmp_path, {}, {}, reverse=reverse) == ""
