# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users' files contain reaches the administrator's terminal without control characters, and as valid UTF-8."""

from __future__ import annotations

import json
import os
import typing as t
import unicodedata

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

EMAIL = "anna.bianchi@charter.net"
# A terminal's escape sequences in both forms, a bell, overrides and isolates of direction, invisible characters, a line
# separator, and a byte that is not UTF-8. Evolution reads no value that is not UTF-8.
TEXT = "\x1b[2J\x1b]0;x\x07 \x9b31m \u202e\u2066\u200e\u061c \u200b\ufeff\u2028".encode()
HOSTILE = TEXT + b"\xff"
NOWHERE = {"host": "127.0.0.1", "port": 1}

PREFS = b"""\
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.accountmanager.accounts", "account1");
user_pref("mail.identity.id1.fullName", "Anna HOSTILE");
user_pref("mail.identity.id1.fcc_folder", "imap://HOSTILE");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id1.useremail", "anna.bianchi@charter.net");
user_pref("mail.server.server1.hostname", "imap.charter.net");
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.userName", "anna.bianchi@charter.net");
user_pref("mail.smtpserver.smtp1.hostname", "HOSTILE.example");
user_pref("mail.smtpserver.smtp1.username", "HOSTILE");
user_pref("mail.smtpservers", "smtp1");
"""
SOURCE = b"""\
[Data Source]
DisplayName=HOSTILE
Enabled=true
Parent=
[Mail Account]
BackendName=imapx
IdentityUid=identity
ArchiveFolder=HOSTILE
[Authentication]
Host=imap.charter.net
User=anna.bianchi@charter.net
Port=993
Method=PLAIN
"""
IDENTITY = b"""\
[Data Source]
DisplayName=HOSTILE
Enabled=true
Parent=account
[Mail Identity]
Address=anna.bianchi@charter.net
Name=Anna HOSTILE
[Mail Submission]
TransportUid=transport
SentFolder=HOSTILE
[Mail Composition]
DraftsFolder=HOSTILE
"""
TRANSPORT = b"""\
[Data Source]
DisplayName=HOSTILE
Enabled=true
Parent=account
[Mail Transport]
BackendName=smtp
[Authentication]
Host=HOSTILE.example
User=HOSTILE
Port=587
Method=PLAIN
"""


def give_thunderbird(user: LocalUser, prefs: bytes = PREFS) -> None:
    root = os.fsencode(user.thunderbird)
    folder = os.path.join(root, b"x" + HOSTILE.replace(b"/", b"-"))
    os.makedirs(folder)
    profile = b"[Profile0]\nName=x\nIsRelative=1\nPath=x%s\nDefault=1\n" % HOSTILE
    for path, content in (
        (os.path.join(root, b"profiles.ini"), profile),
        (os.path.join(folder, b"compatibility.ini"), b"[Compatibility]\nLastVersion=153.0_1/1\n"),
        (os.path.join(folder, b"prefs.js"), prefs.replace(b"HOSTILE", HOSTILE)),
    ):
        with open(path, "wb") as file:
            file.write(content)
    subtree_to(user)


def give_evolution(user: LocalUser, account: bytes = SOURCE) -> None:
    folder = user.home / ".config/evolution/sources"
    folder.mkdir(parents=True)
    for name, content in (("account", account), ("identity", IDENTITY), ("transport", TRANSPORT)):
        (folder / f"{name}.source").write_bytes(content.replace(b"HOSTILE", TEXT))
    subtree_to(user)


def subtree_to(user: LocalUser) -> None:
    for folder, names, files in os.walk(os.fsencode(user.home)):
        for name in (b".", *names, *files):
            os.chown(os.path.join(folder, name), user.uid, user.uid, follow_symlinks=False)


def shown(ansible: Ansible, user: LocalUser, module: str, *more: str, **options: t.Any) -> str:
    arguments = json.dumps({"user": user.name, "email": EMAIL, **options})
    command = ["localhost", "--module-name", f"charter.mail.{module}", "--args", arguments, "--diff", *more]
    output = ansible.command("ansible", *command).output  # valid UTF-8, or it raises
    assert EMAIL in output, output
    harmful = {character for character in output if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert harmful == {"\n"}, output
    return output


def test_thunderbird(ansible: Ansible, mario: LocalUser) -> None:
    give_thunderbird(mario)
    for more in (["--check"], ["-vvv"]):
        output = shown(ansible, mario, "thunderbird_account", *more, full_name="Anna Bianchi")
        assert "-  full_name: Anna \\x1b[2J\\x1b]0;x\\x07 \\x9b31m \\u202e\\u2066\\u200e\\u061c \\u200b" in output
    shown(ansible, mario, "thunderbird_account", provider="spectrum")
    shown(ansible, mario, "thunderbird_account", state="absent")


def test_evolution(ansible: Ansible, mario: LocalUser) -> None:
    give_evolution(mario)
    output = shown(ansible, mario, "evolution_account", "--check", full_name="Anna Bianchi")
    assert "-  full_name: Anna \\x1b[2J" in output
    shown(ansible, mario, "evolution_account", full_name="Anna Bianchi")
    shown(ansible, mario, "evolution_account", state="absent")


def test_a_method_of_evolution_that_nobody_knows(ansible: Ansible, mario: LocalUser) -> None:
    give_evolution(mario, SOURCE.replace(b"PLAIN", b"HOSTILE"))
    assert "\\x1b[2J" in shown(ansible, mario, "evolution_account", full_name="Anna Bianchi")


@pytest.mark.parametrize("broken", [b"broken HOSTILE(\n", b'user_pref("HOSTILE", HOSTILE);\n'])
def test_errors(ansible: Ansible, mario: LocalUser, broken: bytes) -> None:
    give_thunderbird(mario, PREFS + broken)
    assert "line 14" in shown(ansible, mario, "thunderbird_account")


def test_errors_of_evolution(ansible: Ansible, mario: LocalUser) -> None:
    give_evolution(mario, SOURCE + b"HOSTILE\n")
    assert "line 1" in shown(ansible, mario, "evolution_account")


@pytest.mark.parametrize(("client", "give"), [("thunderbird", give_thunderbird), ("evolution", give_evolution)])
def test_the_settings_of_a_client_in_a_verification(
    ansible: Ansible, mario: LocalUser, client: str, give: t.Callable[[LocalUser], None]
) -> None:
    give(mario)
    servers = {"incoming": NOWHERE, "outgoing": NOWHERE}
    output = shown(ansible, mario, "mail_verify", from_client=client, timeout=1, suggest=False, **servers)
    assert "\\x1b" in output
