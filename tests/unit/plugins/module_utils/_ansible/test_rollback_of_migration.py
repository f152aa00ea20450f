# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollback brings back what was not listed. It leaves an account that has replaced a POP3 account, and says why."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible import exclusive, run_option
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_on_linux import opened, target_of
from ansible_collections.charter.mail.plugins.module_utils._clients import engine
from ansible_collections.charter.mail.plugins.module_utils._clients.entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.entry import THUNDERBIRD

from .hand_made import HandMade
from .test_rollback import CLIENTS, EMAIL, HAND_MADE, WRITERS, configure, request, roll_back, settings

BY_POP3 = HAND_MADE._replace(protocol="pop3", incoming=("pop.charter.net", 995, "ssl"))


def with_mail(home: pathlib.Path, client: ClientEntry) -> None:
    """The POP3 account has received something."""
    if client is THUNDERBIRD:
        (prefs,) = home.glob(".thunderbird/*/prefs.js")
        text = prefs.read_text()
        (server,) = [line.split(".")[2] for line in text.splitlines() if line.endswith('.type", "pop3");')]
        prefs.write_text(f'{text}user_pref("mail.server.{server}.directory-rel", "[ProfD]Mail/pop.charter.net");\n')
        box = prefs.parent / "Mail/pop.charter.net/Inbox"
        box.parent.mkdir(parents=True)
        box.write_text("From - \n\nHello.\n")


def left_by_rollback(home: pathlib.Path, client: ClientEntry, *accounts: HandMade) -> None:
    WRITERS[client.name](home, list(accounts))
    with_mail(home, client)
    configure(client, "20260101T000000Z-1", request(home, migrate=True))
    migrated = settings(home, client)
    result = roll_back(home)
    assert settings(home, client) == migrated
    assert not result["changed"]
    told = str(result)
    assert f"{EMAIL} (imap) has replaced a POP3 account, and a rollback does not bring that back" in told


@CLIENTS
def test_a_migration_is_left(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    left_by_rollback(tmp_path, client, BY_POP3)


@CLIENTS
def test_a_migration_to_an_account_that_was_there_is_left(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    left_by_rollback(tmp_path, client, BY_POP3, HAND_MADE)


@CLIENTS
def test_an_account_that_was_not_listed_comes_back(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    old = HAND_MADE._replace(email="old@charter.net", username="old@charter.net")
    WRITERS[client.name](tmp_path, [old])
    configure(client, "20260101T000000Z-1", request(tmp_path))
    before = settings(tmp_path, client)
    options: dict[str, t.Any] = {"wait_seconds": 0, "lock_timeout": 1, "backup": False}
    options[run_option.NAME] = "20260102T000000Z-1"
    wanted = request(tmp_path).account
    unlisted = exclusive.unlisted(client, exclusive.CHARTER, [wanted])
    with opened(client, target_of(request(tmp_path)), {**client.defaults(), **options}, desktop_hosts()) as found:
        outcome = engine.reconcile(found, [wanted], unlisted=unlisted)
    assert [step.status for step in outcome.steps] == [engine.Status.UNCHANGED, engine.Status.REMOVED]
    assert settings(tmp_path, client) != before
    result = roll_back(tmp_path)
    assert result["changed"]
    assert settings(tmp_path, client) == before
