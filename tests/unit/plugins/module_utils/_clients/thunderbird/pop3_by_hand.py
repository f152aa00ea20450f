# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A POP3 account that a user has made by hand, with its mail, and the IMAP account that replaces it."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import configure
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.lookup import find
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import EMAIL, account

from .test_client import client
from .test_identities_and_folders import Prefs, identity, profile, server, smtp

ROOT = f"mailbox://{EMAIL.replace('@', '%40')}@pop.charter.net"
LOCAL = f"mailbox://{EMAIL.replace('@', '%40')}@local-mail.pop.charter.net"
IMAP = f"imap://{EMAIL.replace('@', '%40')}@imap.charter.net"
FILTER = f'version="9"\nname="Bills"\naction="Move to folder"\nactionValue="{ROOT}/Bills"\n'
SEARCH = f"version=1\nuri=mailbox://nobody@Local%20Folders/Found\nscope={ROOT}/Inbox|{ROOT}/Bills\n"


def pop3(number: int = 1, host: str = "pop.charter.net", login: str = EMAIL, **more: t.Any) -> Prefs:
    return server(
        number,
        host,
        login,
        **{
            "type": "pop3",
            "port": 995,
            "name": "My mail",
            "leave_on_server": True,
            "directory-rel": f"[ProfD]Mail/{host}",
            **more,
        },
    )


def by_pop3(**more: t.Any) -> Prefs:
    """A POP3 account made by hand, as Thunderbird leaves it, with Local Folders."""
    return {
        **pop3(**more),
        **server(2, "Local Folders", "nobody", type="none", port=0),
        **smtp(1),
        **identity(1, EMAIL, "smtp1"),
        "mail.identity.id1.htmlSigText": "Mario Rossi",
        "mail.identity.id1.fcc_folder": f"{ROOT}/Sent",
        "mail.identity.id1.draft_folder": f"{ROOT}/Drafts",
        "mail.identity.id1.archive_folder": "mailbox://nobody@Local%20Folders/Archives",
        "mail.account.account1.identities": "id1",
        "mail.accountmanager.accounts": "account1,account2",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.accountmanager.localfoldersserver": "server2",
        "mail.smtpservers": "smtp1",
        "mail.server.server2.spamActionTargetFolder": f"{ROOT}/Junk",
    }


def set_up(home: pathlib.Path, prefs: Prefs, mail: t.Sequence[str] = ("Inbox", "Inbox.msf", "Bills")) -> pathlib.Path:
    folder = profile(home, prefs)
    box = folder / "Mail/pop.charter.net"
    box.mkdir(parents=True, exist_ok=True)
    for name in (*mail, "popstate.dat"):
        (box / name).write_text("From - \nSubject: Hello\n\nHello.\n")
    (box / "msgFilterRules.dat").write_text(FILTER)
    (folder / "virtualFolders.dat").write_text(SEARCH)
    return folder


def wanted(**options: t.Any) -> Account:
    return account(migrate=True, **options)


def passwords(home: pathlib.Path, wanted_account: Account) -> list[str | None]:
    state = client(home).read()
    ids = find(state.settings, wanted_account)
    assert ids is not None
    found = [state.passwords.stored(*login) for login in configure.logins(state.settings, ids)]
    return [None if one is None else one.reveal() for one in found]
