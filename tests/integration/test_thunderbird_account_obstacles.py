# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops thunderbird_account: an open client, damaged files, full disks, and homes that lead elsewhere."""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot

from .thunderbird_homes import EMAIL, PASSWORD, account, give_profile


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
    ("x.default/prefs.js", b"\0" * 4096, "prefs.js, line 1: there is a zero byte"),
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
    assert f"this is the home directory of {mario.name}, but does not belong to that user" in result["msg"]
