# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stored passwords of a POP3 account serve the IMAP account that replaces it."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import account

from .pop3_by_hand import passwords, wanted
from .test_client import push

pytestmark = pytest.mark.one_in(3)

LAB: dict[str, t.Any] = {"incoming": {"host": "mail.lab.example"}, "outgoing": {"host": "mail.lab.example"}}


def logins(home: pathlib.Path) -> str:
    return next(home.rglob("logins.json")).read_text()


def unmarked(home: pathlib.Path) -> None:
    prefs = next(home.rglob("prefs.js"))
    lines = prefs.read_text().splitlines(keepends=True)
    prefs.write_text("".join(line for line in lines if "charter_mail" not in line))


def test_the_stored_passwords_serve_the_imap_account(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(protocol="pop3", password="tombola"))
    assert "mailbox://pop.charter.net" in logins(tmp_path)
    outcome = push(tmp_path, wanted())
    assert passwords(tmp_path, account()) == ["tombola", "tombola"]
    assert "mailbox://" not in logins(tmp_path)
    assert "tombola" not in repr(outcome)
    assert any(change.secret and "mailbox://" in change.key for change in outcome.steps[0].changes)
    assert not push(tmp_path, wanted()).changed


def test_a_password_that_is_given_replaces_the_stored_one(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(protocol="pop3", password="tombola"))
    push(tmp_path, wanted(password="new"))
    assert passwords(tmp_path, account()) == ["new", "new"]
    assert not push(tmp_path, wanted(password="new")).changed


def test_a_password_goes_with_a_login_that_becomes_whole(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(protocol="pop3", password="tombola", username="mario.rossi", provider="charter", **LAB))
    unmarked(tmp_path)
    push(tmp_path, wanted(**LAB))
    assert passwords(tmp_path, account(**LAB)) == ["tombola", "tombola"]
