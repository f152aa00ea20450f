# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles for the tests of the driver, written without code of the collection."""

from __future__ import annotations

import json
import pathlib
import typing as t

PROFILES_INI = """[Profile0]
Name=default
IsRelative=1
Path=made.default
Default=1

[General]
StartWithLastProfile=1
Version=2
"""

ADDRESS = "mario.rossi@charter.net"
FULL_NAME = 'Mario "Super" Rössi \\ 😀'


def make_home(home: pathlib.Path, prefs: t.Mapping[str, str | int | bool]) -> pathlib.Path:
    """Create a home with a profile that Thunderbird has never opened.

    Args:
        home: a directory that does not exist yet.
        prefs: the preferences by name; the values keep their types.

    Returns:
        The profile.
    """
    profile = home / ".thunderbird" / "made.default"
    profile.mkdir(parents=True)
    (home / ".thunderbird" / "profiles.ini").write_text(PROFILES_INI)
    # Empty: any version and installation may use the profile.
    (profile / "compatibility.ini").write_text("[Compatibility]\n")
    # Without control characters, a preference's value is written as in JSON.
    lines = [f'user_pref("{name}", {json.dumps(value, ensure_ascii=False)});\n' for name, value in prefs.items()]
    (profile / "prefs.js").write_text("".join(lines))
    return profile


def imap_prefs(address: str) -> dict[str, str | int | bool]:
    """The preferences of an IMAP account: port 993 with TLS, submission on port 587 with STARTTLS."""
    return {
        **_account_prefs(address, "imap"),
        "mail.server.server1.hostname": "imap.charter.net",
        "mail.server.server1.port": 993,
        "mail.smtpserver.smtp1.port": 587,
        "mail.smtpserver.smtp1.try_ssl": 2,
        **_folder_prefs(f"imap://{address.replace('@', '%40')}@imap.charter.net"),
    }


def pop3_prefs(address: str) -> dict[str, str | int | bool]:
    """The preferences of a POP3 account: port 995 with TLS, mail stays for 14 days, submission on port 465 with TLS."""
    return {
        **_account_prefs(address, "pop3"),
        "mail.server.server1.hostname": "pop.charter.net",
        "mail.server.server1.port": 995,
        "mail.server.server1.leave_on_server": True,
        "mail.server.server1.delete_by_age_from_server": True,
        "mail.server.server1.num_days_to_leave_on_server": 14,
        "mail.server.server1.download_on_biff": True,
        "mail.smtpserver.smtp1.port": 465,
        "mail.smtpserver.smtp1.try_ssl": 3,
        **_folder_prefs(f"mailbox://{address.replace('@', '%40')}@pop.charter.net"),
    }


def _account_prefs(address: str, kind: str) -> dict[str, str | int | bool]:
    return {
        "mail.account.account1.identities": "id1",
        "mail.account.account1.server": "server1",
        "mail.account.lastKey": 1,
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.identity.id1.fullName": FULL_NAME,
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.identity.id1.useremail": address,
        "mail.identity.id1.valid": True,
        "mail.server.server1.check_new_mail": True,
        "mail.server.server1.login_at_startup": True,
        "mail.server.server1.name": address,
        "mail.server.server1.socketType": 3,
        "mail.server.server1.type": kind,
        "mail.server.server1.userName": address,
        "mail.smtp.defaultserver": "smtp1",
        "mail.smtpserver.smtp1.authMethod": 3,
        "mail.smtpserver.smtp1.description": address,
        "mail.smtpserver.smtp1.hostname": "smtp.charter.net",
        "mail.smtpserver.smtp1.type": "smtp",
        "mail.smtpserver.smtp1.username": address,
        "mail.smtpservers": "smtp1",
    }


def _folder_prefs(root: str) -> dict[str, str | int | bool]:
    return {
        "mail.identity.id1.fcc_folder": f"{root}/Sent",
        "mail.identity.id1.draft_folder": f"{root}/Drafts",
        "mail.identity.id1.stationery_folder": f"{root}/Templates",
    }
