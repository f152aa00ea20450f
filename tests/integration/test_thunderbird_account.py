# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""thunderbird_account, run by Ansible as root for local users: what it writes, shows, keeps and refuses."""

from __future__ import annotations

import os
import pathlib
import stat

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, python_of_version
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot
from ansible_collections.charter.mail.tests.missing import skip_or_fail

from .thunderbird_homes import BY_HAND, EMAIL, PASSWORD, account, give_profile


def test_files_of_a_first_account_belong_to_the_user_alone(ansible: Ansible, mario: LocalUser) -> None:
    result = account(ansible, mario, password=PASSWORD)
    assert result["changed"], str(result)
    assert result["accounts"][0]["status"] == "created"
    files = snapshot(mario.home)
    created = {name: found for name, found in files.items() if name.startswith(".thunderbird")}
    assert {"prefs.js", "key4.db", "logins.json", "compatibility.ini"} <= {os.path.basename(name) for name in created}
    for name, (uid, mode, _content) in created.items():
        assert uid == mario.uid, name
        assert stat.S_IMODE(mode) == (0o700 if stat.S_ISDIR(mode) else 0o600), name
    again = account(ansible, mario, password=PASSWORD)
    assert not again["changed"]
    assert again["accounts"][0]["status"] == "unchanged"
    assert snapshot(mario.home) == files


@pytest.mark.parametrize("version", ["3.8", "3.11"])
def test_it_runs_on_the_pythons_of_targets(tmp_path: pathlib.Path, mario: LocalUser, version: str) -> None:
    python = python_of_version(version)
    if python is None:
        skip_or_fail(f"there is no Python {version} here")
    ansible = Ansible(tmp_path, python=python)
    assert account(ansible, mario, protocol="pop3")["changed"]
    assert not account(ansible, mario, protocol="pop3")["changed"]


def test_check_mode_writes_nothing_and_reports_the_same(ansible: Ansible, mario: LocalUser) -> None:
    give_profile(mario)
    before = snapshot(mario.home)
    predicted = account(ansible, mario, check=True, password=PASSWORD)
    assert snapshot(mario.home) == before
    done = account(ansible, mario, password=PASSWORD)
    for key in ("changed", "diff", "accounts", "msg"):
        assert predicted[key] == done[key]


def test_the_diff_of_a_profile_made_by_hand(ansible: Ansible, mario: LocalUser) -> None:
    give_profile(mario)
    account(ansible, mario, provider="spectrum")
    (diff,) = account(ansible, mario, check=True, full_name="Mario Rossi", password=PASSWORD)["diff"]
    changed = set(diff["after"].splitlines()) ^ set(diff["before"].splitlines())
    assert changed == {
        "  incoming: mobile.charter.net, port 993, ssl",
        "  incoming: imap.charter.net, port 993, ssl",
        "  outgoing: mobile.charter.net, port 587, ssl",
        "  outgoing: smtp.charter.net, port 587, starttls",
        "  full_name: Mario Rossi",
        "  sent mail: imap://mario.rossi%40charter.net@mobile.charter.net/Sent",
        "  sent mail: imap://mario.rossi%40charter.net@imap.charter.net/Sent",
        "  drafts: imap://mario.rossi%40charter.net@mobile.charter.net/Drafts",
        "  drafts: imap://mario.rossi%40charter.net@imap.charter.net/Drafts",
        f"  password of {EMAIL} for imap://imap.charter.net: ******** (new)",
        f"  password of {EMAIL} for smtp://smtp.charter.net: ******** (new)",
    }


def test_every_foreign_byte_is_kept(ansible: Ansible, mario: LocalUser) -> None:
    profile = give_profile(mario)
    result = account(ansible, mario)
    after = (profile / "prefs.js").read_bytes()
    lists = (b'user_pref("mail.accountmanager.accounts"', b'user_pref("mail.smtpservers"')
    kept = [line for line in BY_HAND.splitlines(keepends=True) if not line.startswith(lists)]
    rest = iter(after.splitlines(keepends=True))
    assert all(line in rest for line in kept)
    assert b'user_pref("mail.accountmanager.accounts", "account1,account2");' in after
    (backup,) = result["backup_files"]
    assert pathlib.Path(backup).read_bytes() == BY_HAND
    assert stat.S_IMODE(os.stat(backup).st_mode) == 0o600
    removed = account(ansible, mario, state="absent")
    assert removed["accounts"][0]["status"] == "removed"
    assert not account(ansible, mario, state="absent")["changed"]
    left = (profile / "prefs.js").read_bytes()
    assert left.replace(b'user_pref("mail.account.lastKey", 2);\n', b"") == BY_HAND


def test_a_value_of_another_type_is_corrected(ansible: Ansible, mario: LocalUser) -> None:
    profile = give_profile(mario)
    account(ansible, mario, protocol="pop3", leave_on_server=True)
    prefs = profile / "prefs.js"
    prefs.write_bytes(prefs.read_bytes().replace(b'leave_on_server", true', b'leave_on_server", 1'))
    corrected = account(ansible, mario, protocol="pop3", leave_on_server=True)
    assert [change["setting"] for change in corrected["accounts"][0]["changes"]] == [
        "mail.server.server2.leave_on_server"
    ]
    assert b'leave_on_server", true' in prefs.read_bytes()


def test_passwords_are_never_shown(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    secret = "unmistakable-secret"
    secrets = tmp_path / "secrets.yml"
    secrets.write_text(f"vault_mario: {secret}\n")
    one = f"user={mario.name} email={EMAIL} password='{{{{ vault_mario }}}}' "
    entry = f"'email': '{EMAIL}', 'user': '{mario.name}', 'password': '{{{{ vault_mario }}}}'"
    for arguments in (
        one,
        one + "full_name=Mario",
        one + "incoming=nonsense",
        one + "home=/proc/none",
        one + "nonsense=1",
        one + "user=nobody-here",
        f'accounts="[{{{entry}}}]"',
        f"accounts=\"[{{{entry}, 'incoming': 'nonsense'}}]\"",
        f"accounts=\"[{{{entry}, 'nonsense': 1}}]\"",
        f'accounts="[{{{entry}"',
    ):
        common = ["--args", arguments, "--extra-vars", f"@{secrets}", "--diff", "-vvv"]
        done = ansible.command("ansible", "localhost", "--module-name", "charter.mail.thunderbird_account", *common)
        assert "Using module file" in done.output
        assert secret not in done.output, arguments
    for name, (_uid, _mode, content) in snapshot(mario.home).items():
        assert secret.encode() not in content, name


def test_many_users_in_one_task(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    accounts = [
        {"user": mario.name, "email": EMAIL},
        {"user": anna.name, "email": "anna@charter.net", "protocol": "pop3"},
        {"user": anna.name, "email": "anna@twc.com", "provider": "auto"},
    ]
    result = ansible.module("thunderbird_account", accounts=accounts)
    assert [entry["status"] for entry in result["accounts"]] == ["created"] * 3
    assert result["accounts"][2]["ids"]["account"] == "account2"
    assert not ansible.module("thunderbird_account", accounts=accounts)["changed"]


def test_a_failure_of_one_user_does_not_affect_others(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    profile = give_profile(mario, b"user_pref(broken")
    accounts = [{"user": mario.name, "email": EMAIL}, {"user": anna.name, "email": "anna@charter.net"}]
    result = ansible.module("thunderbird_account", accounts=accounts)
    assert result["failed"]
    assert result["changed"]
    assert [entry["status"] for entry in result["accounts"]] == ["failed", "created"]
    assert f"{profile}/prefs.js, line 1: " in result["msg"]


def test_invalid_input_fails_before_the_first_write(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    before = snapshot(mario.home)
    second = {"user": anna.name, "email": "anna@charter.net", "incoming": {"port": 995}}
    result = ansible.module("thunderbird_account", accounts=[{"user": mario.name, "email": EMAIL}, second])
    assert result["failed"]
    assert snapshot(mario.home) == before


def test_a_user_whom_the_host_does_not_know_is_one_failure(ansible: Ansible, mario: LocalUser) -> None:
    second = {"user": "nobody-here", "email": "anna@charter.net"}
    result = ansible.module("thunderbird_account", accounts=[{"user": mario.name, "email": EMAIL}, second])
    assert result["failed"]
    assert [entry["status"] for entry in result["accounts"]] == ["created", "failed"]
    assert "user nobody-here: this host does not know that user" in result["msg"]


def test_a_template_for_new_users(ansible: Ansible, tmp_path: pathlib.Path) -> None:
    skeleton = tmp_path / "skel"
    skeleton.mkdir()
    assert ansible.module("thunderbird_account", home=str(skeleton), email=EMAIL, password=PASSWORD)["changed"]
    assert sorted(os.listdir(skeleton)) == [".local", ".thunderbird"]  # .local has the log of changes
    assert not ansible.module("thunderbird_account", home=str(skeleton), email=EMAIL, password=PASSWORD)["changed"]


def test_a_custom_home(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    skeleton = tmp_path / "skel"
    skeleton.mkdir()
    assert account(ansible, mario, user="root", home=str(skeleton))["changed"]
    assert (skeleton / ".thunderbird/charter.default/prefs.js").stat().st_uid == 0
    assert snapshot(mario.home).keys() & {".thunderbird"} == set()


def test_purge_deletes_only_the_mail_of_that_account(ansible: Ansible, mario: LocalUser) -> None:
    profile = give_profile(mario)
    ids = account(ansible, mario)["accounts"][0]["ids"]
    for name in ("imap.charter.net", "imap.home.example"):
        (profile / "ImapMail" / name).mkdir(parents=True)
        (profile / "ImapMail" / name / "INBOX").write_text("mail")
        (profile / "ImapMail" / f"{name}.msf").write_text("index")
    with open(profile / "prefs.js", "a") as prefs:
        prefs.write(f'user_pref("mail.server.{ids["server"]}.directory-rel", "[ProfD]ImapMail/imap.charter.net");\n')
        prefs.write('user_pref("mail.server.server1.directory-rel", "[ProfD]ImapMail/imap.home.example");\n')
    mario.own()
    assert account(ansible, mario, state="absent")["changed"]
    assert (profile / "ImapMail/imap.charter.net/INBOX").exists()
    account(ansible, mario)
    with open(profile / "prefs.js", "a") as prefs:
        prefs.write('user_pref("mail.server.server2.directory-rel", "[ProfD]ImapMail/imap.charter.net");\n')
    predicted = account(ansible, mario, check=True, state="absent", purge=True)
    assert {"setting": "mail on this host", "before": "ImapMail/imap.charter.net", "after": None} in predicted[
        "accounts"
    ][0]["changes"]
    assert account(ansible, mario, state="absent", purge=True)["changed"]
    assert sorted(os.listdir(profile / "ImapMail")) == ["imap.home.example", "imap.home.example.msf"]
