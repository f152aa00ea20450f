# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""thunderbird_account, run by Ansible as root for local users: what it writes, shows, keeps and refuses."""

from __future__ import annotations

import contextlib
import os
import pathlib
import stat
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, python_of_version
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot
from ansible_collections.charter.mail.tests.missing import skip_or_fail

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


def test_files_of_a_first_account_belong_to_the_user_alone(ansible: Ansible, mario: LocalUser) -> None:
    result = account(ansible, mario, password=PASSWORD)
    assert result["changed"], result
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


def test_a_primary_password_prevents_every_change(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    profile = give_profile(mario)
    (tmp_path / "primary").write_text("the primary password\n")
    subprocess.run(["certutil", "-N", "-d", f"sql:{profile}", "-f", str(tmp_path / "primary")], check=True)
    mario.own()
    before = snapshot(mario.home)
    result = account(ansible, mario, password=PASSWORD)
    assert result["failed"]
    assert "primary password" in result["msg"]
    assert snapshot(mario.home) == before
    assert account(ansible, mario)["changed"]  # without a password to store, it does not matter


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
        assert "thunderbird_account" in done.output
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


HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.lockf(file, fcntl.LOCK_EX)
print(flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextlib.contextmanager
def open_client(profile: pathlib.Path, seconds: float | None = None) -> t.Iterator[int]:
    """A process that holds the lock as a running Thunderbird does."""
    command = [sys.executable, "-c", HOLD, str(profile / ".parentlock"), str(300 if seconds is None else seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield child.pid
        finally:
            child.kill()


def test_an_open_client_is_not_changed(ansible: Ansible, mario: LocalUser) -> None:
    profile = give_profile(mario)
    (profile / "lock").symlink_to("127.0.0.1:+1")  # also remains after a clean exit, so it proves nothing
    account(ansible, mario)
    before = (profile / "prefs.js").read_bytes()
    with open_client(profile) as pid:
        assert not account(ansible, mario)["changed"]
        failed = account(ansible, mario, provider="spectrum")
        assert failed["failed"]
        assert f"Thunderbird is running with the profile {profile} (process {pid})" in failed["msg"]
        skipped = account(ansible, mario, provider="spectrum", when_running="skip")
        assert not skipped["changed"]
        assert skipped["accounts"][0]["status"] == "skipped"
        assert "is running" in skipped["warnings"][0]
        predicted = account(ansible, mario, check=True, provider="spectrum")
        assert predicted["changed"]
        assert "is open now" in predicted["warnings"][0]
        assert account(ansible, mario, provider="spectrum", when_running="wait", wait_seconds=1)["failed"]
    assert (profile / "prefs.js").read_bytes() == before
    with open_client(profile, seconds=4):
        assert account(ansible, mario, provider="spectrum", when_running="wait", wait_seconds=60)["changed"]


DAMAGE: list[tuple[str, bytes, str]] = [
    ("x.default/prefs.js", b'user_pref("a", 1);\nuser_pref("b", oops);\n', "prefs.js, line 2: "),
    ("x.default/prefs.js", b"\0" * 4096, "prefs.js, line 1: a zero byte"),
    ("x.default/logins.json", b'{"logins": [', "logins.json, line 1: "),
    ("x.default/key4.db", b"not a database" * 100, "key4.db: "),
]


@pytest.mark.parametrize(("name", "content", "message"), DAMAGE)
def test_a_damaged_file_is_named_and_kept(
    ansible: Ansible, mario: LocalUser, name: str, content: bytes, message: str
) -> None:
    give_profile(mario)
    (mario.thunderbird / name).write_bytes(content)
    mario.own()
    before = snapshot(mario.home)
    for check in (True, False):
        result = account(ansible, mario, check=check, password=PASSWORD)
        assert result["failed"]
        assert not result["changed"]
        assert message in result["msg"]
        assert "Traceback" not in str(result)
    assert snapshot(mario.home) == before


def test_a_home_that_is_not_writable(ansible: Ansible, mario: LocalUser) -> None:
    mario.home.chmod(0o500)
    result = account(ansible, mario)
    assert result["msg"].startswith(f"{mario.name}: {mario.home}: permission denied. ")


@pytest.mark.parametrize("kind", ["full", "read-only"])
def test_a_full_or_read_only_disk(ansible: Ansible, mario: LocalUser, kind: str) -> None:
    options = f"size={'64k' if kind == 'full' else '8m'},mode=700,uid={mario.uid},gid={mario.uid}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "test", str(mario.home)], check=True)
    try:
        profile = give_profile(mario)
        if kind == "full":
            with contextlib.suppress(OSError), open(mario.home / "filler", "wb", buffering=0) as filler:
                while filler.write(b"x" * 512):
                    pass
        else:
            subprocess.run(["mount", "-o", "remount,ro", str(mario.home)], check=True)
        before = snapshot(mario.home)
        result = account(ansible, mario, password=PASSWORD)
        assert result["failed"]
        expected = "no space left on device" if kind == "full" else "read-only file system"
        assert expected in result["msg"]
        assert str(profile) in result["msg"]
        left = snapshot(mario.home)
        left.pop(".thunderbird/x.default/.parentlock", None)
        assert left == before
    finally:
        subprocess.run(["umount", str(mario.home)], check=True)


def test_a_link_gives_no_access_beyond_its_owners(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    target = tmp_path / "of-root"
    target.mkdir(mode=0o700)
    (target / "prefs.js").write_bytes(b"")
    mario.thunderbird.symlink_to(target)
    mario.own()
    result = account(ansible, mario)
    assert result["failed"]
    assert "permission denied" in result["msg"]
    assert snapshot(target) == {"prefs.js": (0, (target / "prefs.js").stat().st_mode, b"")}
    mario.thunderbird.unlink()
    profile = give_profile(mario)
    precious = tmp_path / "precious"
    precious.write_bytes(b'user_pref("precious", 1);\n')
    precious.chmod(0o644)
    (profile / "prefs.js").unlink()
    (profile / "prefs.js").symlink_to(precious)
    assert account(ansible, mario)["failed"]
    assert precious.read_bytes() == b'user_pref("precious", 1);\n'


def test_a_home_without_a_user_is_used_as_its_owner(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    target = tmp_path / "of-root"
    target.mkdir(mode=0o700)
    give_profile(mario)
    arguments: dict[str, t.Any] = {"home": str(mario.home), "email": EMAIL, "password": PASSWORD}
    assert ansible.module("thunderbird_account", **arguments)["accounts"][0]["user"] == mario.name
    assert {path.lstat().st_uid for path in mario.home.rglob("*")} == {mario.uid}
    for path in mario.thunderbird.glob("*/prefs.js"):
        path.unlink()
        path.symlink_to(target / "made-by-root")
    result = ansible.module("thunderbird_account", **arguments)
    assert result["failed"]
    assert os.listdir(target) == []
    mario.home.chmod(0o755)
    os.chown(mario.home, 0, 0)
    result = ansible.module("thunderbird_account", **arguments)
    assert f"this is the home directory of {mario.name}, and not that user's own" in result["msg"]


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
