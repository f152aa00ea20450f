# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The passwords of Evolution's accounts: stored, kept, deleted, or not stored and why."""

from __future__ import annotations

import pathlib
import stat

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import KeyringState
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses

from .evolution_runs import EMAIL, account, client, push, session
from .fake_session import Desktop, Secrets


def test_a_password_shows_only_as_hidden(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    outcome = push(tmp_path, account(password="first-hunter"), desktop=desktop)
    second = plan(client(tmp_path, desktop), [account(password="second-hunter")])
    before, after = before_and_after(second.steps)
    assert f"  password of {EMAIL} for receiving at imap.charter.net: ********\n" in before
    assert f"  password of {EMAIL} for sending at smtp.charter.net: ******** (new)\n" in after
    assert "hunter" not in repr((outcome, second, before, after))


@pytest.mark.parametrize(
    ("desktop", "reason"),
    [
        (Desktop(None, Secrets(KeyringState.LOCKED)), "the user's keyring is locked"),
        (Desktop(None, Secrets(KeyringState.ABSENT)), "the user is not logged in with a keyring"),
        (Desktop(None, None), "the user is not logged in with a keyring"),
        (Desktop(session=False), "the user is not logged in with a keyring"),
        (None, "the user is not logged in with a keyring"),
    ],
)
def test_without_a_keyring_the_account_is_made_and_the_person_warned(
    tmp_path: pathlib.Path, desktop: Desktop | None, reason: str
) -> None:
    wanted = account(password="geheim")
    for expected in (Status.CREATED, Status.UNCHANGED):
        evolution = client(tmp_path, desktop)
        outcome = reconcile(evolution, [wanted])
        assert statuses(outcome) == [expected]
        assert evolution.result_details(outcome.after, wanted)["password"] == "not stored"
        assert evolution.warnings(outcome.after, wanted) == (
            f"{wanted}: its password is not stored, because {reason}; Evolution will ask for it once",
        )
    assert push(tmp_path, wanted, desktop=Desktop(None, Secrets())).changed


def test_a_locked_keyring_keeps_the_password_of_a_removed_account(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account())
    evolution = client(tmp_path, Desktop(None, Secrets(KeyringState.LOCKED)))
    gone = account(state="absent")
    (warning,) = evolution.warnings(reconcile(evolution, [gone]).after, gone)
    assert "its password could not be deleted, because the user's keyring is locked" in warning
    assert evolution.warnings(reconcile(evolution, [gone]).after, gone) == ()


def test_no_password_is_stored_where_none_is_wanted(tmp_path: pathlib.Path) -> None:
    desktop = Desktop(None, Secrets())
    wanted = account(password="geheim")
    evolution = client(tmp_path, desktop, password_store="none")
    outcome = reconcile(evolution, [wanted])
    assert evolution.result_details(outcome.after, wanted)["password"] == "not stored"
    assert evolution.warnings(outcome.after, wanted) == ()
    assert desktop.secrets is not None
    assert desktop.secrets.passwords == {}


def test_another_password_is_kept_if_so_wanted(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    push(tmp_path, account(password="the user's"), desktop=desktop)
    wanted = account(password="ours", update_password="on_create")
    evolution = client(tmp_path, desktop)
    outcome = reconcile(evolution, [wanted])
    assert not outcome.changed
    assert evolution.result_details(outcome.after, wanted)["password"] == "kept"


def test_a_removed_account_leaves_no_copy_of_its_password(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(password="x"), account("anna@charter.net", password="y"), password_store="plaintext_keyring")
    path = tmp_path / ".local/share/keyrings/charter-mail.keyring"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().count("secret=x") == 2
    for store in ("none", "plaintext_keyring"):
        outcome = push(tmp_path, account(state="absent"), password_store=store, desktop=session(tmp_path))
        assert outcome.changed == (store == "none")
        assert "secret=x" not in path.read_text()
        assert path.read_text().count("secret=y") == 2
