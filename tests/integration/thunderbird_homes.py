# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs thunderbird_account by Ansible for local users, some of whom have a profile."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

EMAIL = "mario.rossi@charter.net"
PASSWORD = "Tr0ub4dor&3 ünï"

# A profile that was set up by hand: a comment, unusual spacing, a private account, some Windows line endings.
BY_HAND = b"""\
// Mozilla User Preferences

# I know what I am doing
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.accountmanager.accounts", "account1");
user_pref ( 'mail.server.server1.hostname' , "imap.home.example" ) ; /* mine */
user_pref("mail.server.server1.type", "imap");\r
user_pref("mail.server.server1.userName", "mario");
user_pref("mail.identity.id1.useremail", "mario@home.example");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.smtpserver.smtp1.hostname", "smtp.home.example");
user_pref("mail.smtpservers", "smtp1");
pref("some.default", 1);
user_pref("text.with.escapes", "a\\x41\\u00e9 \\"quoted\\"");
"""


def account(ansible: Ansible, owner: LocalUser, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return ansible.module("thunderbird_account", check=check, **{"user": owner.name, "email": EMAIL, **options})


def give_profile(user: LocalUser, prefs: bytes = BY_HAND) -> pathlib.Path:
    profile = user.thunderbird / "x.default"
    profile.mkdir(parents=True)
    (user.thunderbird / "profiles.ini").write_text("[Profile0]\nName=x\nIsRelative=1\nPath=x.default\nDefault=1\n")
    (profile / "compatibility.ini").write_text("[Compatibility]\nLastVersion=153.7.0_1/1\n")
    (profile / "prefs.js").write_bytes(prefs)
    for path in user.thunderbird.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    user.own()
    return profile
