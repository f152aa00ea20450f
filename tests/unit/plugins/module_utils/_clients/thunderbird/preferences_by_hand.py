# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that a user has made by hand, as Thunderbird stores them, and steps from preferences to preferences."""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import configure, removal
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.settings import Settings, changes

MARIO = "mario.rossi@charter.net"

# A user with an account at work, made by hand, and Local Folders, as Thunderbird 153 writes them.
BY_HAND: dict[str, t.Any] = {
    "mail.account.account1.server": "server1",
    "mail.account.account2.identities": "id1,id7",
    "mail.account.account2.server": "server2",
    "mail.account.lastKey": 4,
    "mail.accountmanager.accounts": "account2,account1",
    "mail.accountmanager.defaultaccount": "account2",
    "mail.accountmanager.localfoldersserver": "server1",
    "mail.identity.id1.fullName": "Mario at work",
    "mail.identity.id1.smtpServer": "smtp3",
    "mail.identity.id1.useremail": "mario@work.example",
    "mail.identity.id7.useremail": "alias@work.example",
    "mail.identity.id7.smtpServer": "smtp3",
    "mail.server.server1.hostname": "Local Folders",
    "mail.server.server1.type": "none",
    "mail.server.server1.userName": "nobody",
    "mail.server.server2.directory-rel": "[ProfD]ImapMail/imap.work.example",
    "mail.server.server2.hostname": "imap.work.example",
    "mail.server.server2.port": 993,
    "mail.server.server2.socketType": 3,
    "mail.server.server2.type": "imap",
    "mail.server.server2.userName": "mario",
    "mail.smtp.defaultserver": "smtp3",
    "mail.smtpserver.smtp3.hostname": "smtp.work.example",
    "mail.smtpserver.smtp3.username": "mario",
    "mail.smtpservers": "smtp3",
    "mailnews.tags.$label1.tag": "Important, server9 smtp12",
    "calendar.registry.x": True,
}


def account(email: str = MARIO, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    return found.account


def present(before: Settings, wanted: Account) -> Settings:
    after, _ids = configure.present(before, wanted)
    again, _ids = configure.present(after, wanted)
    assert changes(after, again) == ()
    return after


def absent(before: Settings, wanted: Account) -> Settings:
    after = removal.absent(before, wanted).settings
    assert removal.absent(after, wanted) == removal.Removed(after, None)
    return after


def by_hand(**server: t.Any) -> dict[str, t.Any]:
    """BY_HAND and one more account that the user made for Charter."""
    settings = {
        **BY_HAND,
        "mail.account.account3.identities": "id3",
        "mail.account.account3.server": "server3",
        "mail.accountmanager.accounts": "account2,account3,account1",
        "mail.identity.id3.useremail": MARIO,
        "mail.identity.id3.fullName": "Super Mario",
        "mail.identity.id3.fcc_folder": "imap://mario.rossi%40charter.net@mobile.charter.net/Sent Items",
        "mail.identity.id3.smtpServer": "smtp4",
        "mail.server.server3.directory-rel": "[ProfD]ImapMail/mobile.charter.net",
        "mail.server.server3.hostname": "mobile.charter.net",
        "mail.server.server3.name": "My mail",
        "mail.server.server3.port": 993,
        "mail.server.server3.socketType": 3,
        "mail.server.server3.spamActionTargetFolder": "imap://mario.rossi%40charter.net@mobile.charter.net/Junk",
        "mail.server.server3.type": "imap",
        "mail.server.server3.userName": MARIO,
        "mail.smtpserver.smtp4.hostname": "mobile.charter.net",
        "mail.smtpserver.smtp4.port": 587,
        "mail.smtpserver.smtp4.try_ssl": 3,
        "mail.smtpserver.smtp4.username": MARIO,
        "mail.smtpservers": "smtp3,smtp4",
    }
    settings.update({f"mail.server.server3.{key}": value for key, value in server.items()})
    return settings


def changed_keys(before: Settings, after: Settings) -> set[str]:
    return {change.key for change in changes(before, after)}
