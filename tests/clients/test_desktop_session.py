# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop session of the tests works like a real one and leaves nothing behind."""

from __future__ import annotations

import pathlib
import subprocess
import time

import pytest

from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.processes import Processes
from ansible_collections.charter.mail.tests.clients.desktop_session import (
    DCONF,
    REGISTRY,
    SECRETS,
    SessionError,
    desktop_session,
    running,
)
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

# A separate root directory, as Flatpak sets up: the host's programs and nothing else.
SANDBOX = """
mount -t tmpfs none "$1" && mkdir "$1/usr" && mount --bind /usr "$1/usr" || exit 1
for name in bin lib lib64; do ln -s "usr/$name" "$1/$name"; done
exec chroot --userspec="$2" "$1" /usr/bin/sleep 60
"""


def processes_of(local_user: LocalUser) -> list[str]:
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"Uid:\t{local_user.uid}\t" in text and "State:\tZ" not in text:
            found.append(text.split("\n")[0])
    return found


def test_a_session_leaves_nothing_behind(mario: LocalUser) -> None:
    with desktop_session(mario) as session:
        assert session.runtime.stat().st_mode & 0o777 == 0o700
        session.start_registry()
        session.start_keyring("x")
        session.start("sleep", "1000")
        session.run("dconf", "write", "/org/example/test", "1")  # starts a service
        assert [session.has_owner(name) for name in (REGISTRY, SECRETS, DCONF)] == [True, True, True]
        assert session.run("id", "--user").strip() == str(mario.uid)
        with pytest.raises(SessionError, match="status 1"):
            session.run("false")
    assert processes_of(mario) == []
    assert not session.runtime.exists()
    with desktop_session(mario) as session:  # and the user can log in again
        assert not session.has_owner(REGISTRY)


def test_a_program_with_its_own_root_directory_is_ignored(mario: LocalUser, tmp_path: pathlib.Path) -> None:
    user = local_user.find(mario.name)
    with desktop_session(mario) as session:
        session.start("sleep", "60")
        command = ["unshare", "--mount", "sh", "-c", SANDBOX, "sh", str(tmp_path), f"{user.uid}:{user.gid}"]
        with subprocess.Popen(command) as sandboxed:
            while len(running(mario, "sleep")) < 2:
                assert sandboxed.poll() is None
                time.sleep(0.01)
            with local_user.acting_as(user):
                found = Processes().of(user, "sleep", fresh=True)
            assert {process.pid: process.sandboxed for process in found}[sandboxed.pid] is True
            assert [process.sandboxed for process in found].count(False) == 1
            sandboxed.kill()
