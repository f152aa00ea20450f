# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""evolution_account, run by Ansible as root for local users: what it writes, shows, keeps and refuses.

These tests need no Evolution; tests/clients tests the accounts with the real one.
"""

from __future__ import annotations

import contextlib
import pathlib
import shutil
import stat
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, python_of_version
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot
from ansible_collections.charter.mail.tests.missing import skip_or_fail

EMAIL = "mario.rossi@charter.net"
PASSWORD = "Tr0ub4dor&3 ünï"
SOURCES = ".config/evolution/sources"
FLATPAK_SOURCES = ".var/app/org.gnome.Evolution/config/evolution/sources"

# What users, Evolution and other programs may write to a source: comments, blanks, translations, other groups.
BY_HAND = b"""\
# mine
[Data Source]
DisplayName=Home
DisplayName[it]=Casa = casa
Enabled=true

FutureKey=1
[X-Somebody]
  spaced  =  value with a blank at its end\x20
last=wins
last=again
[Calendar]
BackendName=local
"""


def account(ansible: Ansible, owner: LocalUser, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return ansible.module("evolution_account", check=check, **{"user": owner.name, "email": EMAIL, **options})


def give_source(user: LocalUser, name: str = "by-hand", content: bytes = BY_HAND) -> pathlib.Path:
    folder = user.home / SOURCES
    folder.mkdir(parents=True, exist_ok=True)
    for path in (user.home / ".config", user.home / ".config/evolution", folder):
        path.chmod(0o700)
    source = folder / f"{name}.source"
    source.write_bytes(content)
    source.chmod(0o600)
    user.own()
    return source


def test_files_of_a_first_account_belong_to_the_user_alone(ansible: Ansible, mario: LocalUser) -> None:
    result = account(ansible, mario, password=PASSWORD, password_store="plaintext_keyring")
    (entry,) = result["accounts"]
    assert (entry["status"], entry["via"], entry["password"]) == ("created", "files", "stored")
    files = snapshot(mario.home)
    made = {name: found for name, found in files.items() if name.startswith((".config", ".local"))}
    assert {f"{SOURCES}/{uid}.source" for uid in entry["ids"].values()} < made.keys()
    for name, (uid, mode, _content) in made.items():
        assert uid == mario.uid, name
        assert stat.S_IMODE(mode) == (0o700 if stat.S_ISDIR(mode) else 0o600), name
    again = account(ansible, mario, password=PASSWORD, password_store="plaintext_keyring")
    assert not again["changed"]
    assert again["accounts"][0]["status"] == "unchanged"
    assert snapshot(mario.home) == files


@pytest.mark.parametrize("version", ["3.8", "3.11"])
def test_it_runs_on_the_pythons_of_targets(tmp_path: pathlib.Path, mario: LocalUser, version: str) -> None:
    python = python_of_version(version)
    if python is None:
        skip_or_fail(f"there is no Python {version} here")
    ansible = Ansible(tmp_path, python=python)
    options: dict[str, t.Any] = {
        "protocol": "pop3",
        "default": True,
        "password": PASSWORD,
        "password_store": "plaintext_keyring",
    }
    assert account(ansible, mario, **options)["changed"]
    assert not account(ansible, mario, **options)["changed"]


def test_check_mode_writes_nothing_and_reports_the_same(ansible: Ansible, mario: LocalUser) -> None:
    give_source(mario)
    for options in ({"default": True}, {"state": "absent"}):
        before = snapshot(mario.home)
        predicted = account(ansible, mario, check=True, **options)
        assert snapshot(mario.home) == before
        done = account(ansible, mario, **options)
        assert done["changed"]
        for key in ("changed", "diff", "accounts", "msg"):
            assert predicted[key] == done[key]


def test_the_diff_of_a_move(ansible: Ansible, mario: LocalUser) -> None:
    account(ansible, mario, provider="spectrum")
    store = {"password": PASSWORD, "password_store": "plaintext_keyring"}
    (diff,) = account(ansible, mario, check=True, full_name="Mario Rossi", **store)["diff"]
    changed = set(diff["after"].splitlines()) ^ set(diff["before"].splitlines())
    assert {line.strip() for line in changed if "password" not in line} == {
        "incoming: mobile.charter.net, port 993, ssl",
        "incoming: imap.charter.net, port 993, ssl",
        "outgoing: mobile.charter.net, port 587, ssl",
        "outgoing: smtp.charter.net, port 587, starttls",
        "full_name: Mario Rossi",
    }
    assert len([line for line in changed if "password" in line]) == 2
    assert PASSWORD not in str(diff)


def test_every_foreign_byte_is_kept(ansible: Ansible, mario: LocalUser) -> None:
    foreign = give_source(mario)
    (entry,) = account(ansible, mario)["accounts"]
    identity = mario.home / SOURCES / f"{entry['ids']['identity']}.source"
    by_person = b"# a note\n[Mail Identity]\nOrganization=Mine\n[X-Future]\nDisplayName[it]= posta \n"
    made = identity.read_bytes()
    identity.write_bytes(made + by_person)
    updated = account(ansible, mario, full_name="Mario Rossi")
    assert [change["setting"].partition("/")[2] for change in updated["accounts"][0]["changes"]] == [
        "Mail Identity/Name"
    ]
    (backup,) = updated["backup_files"]
    assert pathlib.Path(backup).read_bytes() == made + by_person
    after = identity.read_bytes()
    assert after.replace(b"Name=Mario Rossi\n", b"", 1) == made + by_person
    assert foreign.read_bytes() == BY_HAND
    assert account(ansible, mario, state="absent")["accounts"][0]["status"] == "removed"
    assert not account(ansible, mario, state="absent")["changed"]
    assert [path.name for path in (mario.home / SOURCES).glob("*.source")] == [foreign.name]
    assert foreign.read_bytes() == BY_HAND


def test_passwords_are_never_shown(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    secret = "unmistakable-secret"
    secrets = tmp_path / "secrets.yml"
    secrets.write_text(f"vault_mario: {secret}\n")
    one = f"user={mario.name} email={EMAIL} password='{{{{ vault_mario }}}}' "
    entry = f"'email': '{EMAIL}', 'user': '{mario.name}', 'password': '{{{{ vault_mario }}}}'"
    for arguments in (
        one,
        one + "password_store=plaintext_keyring",
        one + "password_store=nonsense",
        one + "home=/proc/none",
        one + "user=nobody-here",
        f"accounts=\"[{{{entry}, 'profile': 'nonsense'}}]\"",
        f'accounts="[{{{entry}"',
    ):
        common = ["--args", arguments, "--extra-vars", f"@{secrets}", "--diff", "-vvv"]
        done = ansible.command("ansible", "localhost", "--module-name", "charter.mail.evolution_account", *common)
        assert "Using module file" in done.output
        assert secret not in done.output, arguments
    found = {name for name, (_uid, _mode, content) in snapshot(mario.home).items() if secret.encode() in content}
    assert found == {".local/share/keyrings/charter-mail.keyring"}  # where it was requested


def test_a_failure_of_one_user_does_not_affect_others(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    accounts = [
        {"user": mario.name, "email": EMAIL},
        {"user": anna.name, "email": "anna@charter.net", "protocol": "pop3"},
        {"user": anna.name, "email": "anna@twc.com", "provider": "auto"},
    ]
    result = ansible.module("evolution_account", accounts=accounts)
    assert [entry["status"] for entry in result["accounts"]] == ["created"] * 3
    assert not ansible.module("evolution_account", accounts=accounts)["changed"]
    damaged = mario.home / SOURCES / f"{result['accounts'][0]['ids']['transport']}.source"
    content = damaged.read_bytes() + b"nonsense\n"
    damaged.write_bytes(content)
    accounts[1]["full_name"] = "Anna"
    result = ansible.module("evolution_account", accounts=accounts)
    assert result["failed"]
    assert result["changed"]
    assert [entry["status"] for entry in result["accounts"]] == ["failed", "updated", "unchanged"]
    assert f"{damaged}, line {len(content.splitlines())}: " in result["msg"]
    assert damaged.read_bytes() == content


def test_invalid_input_fails_before_the_first_write(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    before = snapshot(mario.home)
    second = {"user": anna.name, "email": "anna@charter.net", "incoming": {"port": 995}}
    result = ansible.module("evolution_account", accounts=[{"user": mario.name, "email": EMAIL}, second])
    assert result["failed"]
    refused = account(ansible, mario, location="snap")
    assert "location" in refused["msg"]
    assert snapshot(mario.home) == before


def test_a_user_whom_the_host_does_not_know_is_one_failure(ansible: Ansible, mario: LocalUser) -> None:
    second = {"user": "nobody-here", "email": "anna@charter.net"}
    result = ansible.module("evolution_account", accounts=[{"user": mario.name, "email": EMAIL}, second])
    assert result["failed"]
    assert [entry["status"] for entry in result["accounts"]] == ["created", "failed"]
    assert "user nobody-here: this host does not know that user" in result["msg"]


def test_a_home_that_is_not_writable(ansible: Ansible, mario: LocalUser) -> None:
    mario.home.chmod(0o500)
    result = account(ansible, mario)
    assert result["failed"]
    assert "permission denied" in result["msg"]
    assert str(mario.home) in result["msg"]


def test_a_link_gives_no_access_beyond_its_owners(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    target = tmp_path / "of-root"
    target.mkdir(mode=0o700)
    (target / "some.source").write_bytes(BY_HAND)
    before = snapshot(target)
    for link in (SOURCES, ".config"):
        path = mario.home / link
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
        mario.own()
        result = account(ansible, mario, password=PASSWORD, password_store="plaintext_keyring")
        assert result["failed"]
        assert "permission denied" in result["msg"]
        assert snapshot(target) == before
        path.unlink()
        shutil.rmtree(mario.home / ".config", ignore_errors=True)
    precious = tmp_path / "precious"
    precious.write_bytes(BY_HAND)
    precious.chmod(0o644)
    (entry,) = account(ansible, mario)["accounts"]
    source = mario.home / SOURCES / f"{entry['ids']['account']}.source"
    content = source.read_bytes()
    precious.write_bytes(content)
    source.unlink()
    source.symlink_to(precious)
    account(ansible, mario, provider="spectrum")
    assert precious.read_bytes() == content
    assert precious.stat().st_uid == 0


def test_flatpak_uses_its_own_files_and_password_store(ansible: Ansible, mario: LocalUser) -> None:
    (entry,) = (made := account(ansible, mario, location="flatpak", password=PASSWORD))["accounts"]
    assert (entry["status"], entry["via"], entry["password"]) == ("created", "files", "not stored")
    assert "Flatpak" in made["warnings"][0]
    assert {path.stem for path in (mario.home / FLATPAK_SOURCES).glob("*.source")} == set(entry["ids"].values())
    assert not (mario.home / SOURCES).exists()
    state = mario.home / FLATPAK_SOURCES / "../mail/state.ini"
    state.parent.mkdir()
    state.touch()
    (mario.home / ".local/share/flatpak/app/org.gnome.Evolution").mkdir(parents=True)
    mario.own()
    assert not account(ansible, mario, password=PASSWORD)["changed"]  # auto: the installed one that was used last
    with open_flatpak(mario) as pid:
        assert not account(ansible, mario)["changed"]
        failed = account(ansible, mario, provider="spectrum")
        assert failed["failed"]
        assert f"(process {pid})" in failed["msg"]
        skipped = account(ansible, mario, provider="spectrum", when_running="skip")
        assert skipped["accounts"][0]["status"] == "skipped"
        # The native installation is not affected.
        assert account(ansible, mario, location="native")["accounts"][0]["status"] == "created"
    assert account(ansible, mario, location="flatpak", provider="spectrum")["accounts"][0]["status"] == "updated"


@contextlib.contextmanager
def open_flatpak(user: LocalUser) -> t.Iterator[int]:
    """A process that looks like the registry of a sandboxed Evolution."""
    program = user.home / "evolution-source-registry"
    shutil.copy("/usr/bin/sleep", program)
    user.own()
    command = ["setpriv", f"--reuid={user.uid}", f"--regid={user.uid}", "--init-groups", str(program), "600"]
    with subprocess.Popen(command, env={"FLATPAK_ID": "org.gnome.Evolution", "PATH": "/usr/bin:/bin"}) as child:
        try:
            yield child.pid
        finally:
            child.kill()


def test_a_custom_home(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    skeleton = tmp_path / "skel"
    skeleton.mkdir()
    (entry,) = account(ansible, mario, user="root", home=str(skeleton))["accounts"]
    assert (skeleton / SOURCES / f"{entry['ids']['account']}.source").stat().st_uid == 0
    assert not (mario.home / ".config").exists()


def test_purge_deletes_only_the_mail_of_that_account(ansible: Ansible, mario: LocalUser) -> None:
    (entry,) = account(ansible, mario)["accounts"]
    own = entry["ids"]["account"]
    places = [".cache/evolution/mail", ".local/share/evolution/mail"]
    for place in places:
        for name in (own, "another", "local"):
            (mario.home / place / name / "folders").mkdir(parents=True)
            (mario.home / place / name / "folders" / "message").write_text("mail")
    mario.own()
    predicted = account(ansible, mario, check=True, state="absent", purge=True)
    assert predicted["changed"]
    assert (mario.home / places[0] / own).exists()
    assert account(ansible, mario, state="absent", purge=True)["changed"]
    for place in places:
        assert sorted(path.name for path in (mario.home / place).iterdir()) == ["another", "local"]
