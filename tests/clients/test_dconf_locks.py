# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desktop settings that a site has locked: the same is found as the real gsettings says, on the same files of dconf."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest

SCHEMA = "org.gnome.Evolution.DefaultSources"
FOLDER = "/org/gnome/evolution/"
ACCOUNT, IDENTITY = f"{FOLDER}default-mail-account", f"{FOLDER}default-mail-identity"
USUAL = "user-db:user\nsystem-db:local\n"

# In a mount namespace of its own, the first argument stands for /etc/dconf and the second for /usr/local/share.
NAMESPACE = 'mount --bind "$1" /etc/dconf && mount --bind "$2" /usr/local/share && shift 2 && exec "$@"'
PROBE = """
import json, runpy, subprocess, sys
runpy.run_path(sys.argv.pop(1))
from ansible_collections.charter.mail.plugins.module_utils._linux import dconf_locks
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
def writable(key):
    command = ["dbus-run-session", "gsettings", "writable", sys.argv[1], key.rpartition("/")[2]]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "true"
print(json.dumps([[writable(key), dconf_locks.lock(LocalFiles(), key)] for key in sys.argv[2:]]))
"""


class Site:
    """The dconf of a site, and how it looks to users."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.etc, self.share, self.home = folder / "etc", folder / "share", folder / "home"
        for path in (self.etc / "db/local.d/locks", self.etc / "profile", self.share, self.home):
            path.mkdir(parents=True)
        (self.etc / "db/local.d/mail").write_text("[org/gnome/evolution]\ndefault-mail-account='of the site'\n")

    def lock(self, text: str, profile: str | None = USUAL) -> None:
        (self.etc / "db/local.d/locks/mail").write_text(text)
        if profile is not None:
            (self.etc / "profile/user").write_text(profile)

    def compile(self) -> None:
        subprocess.run(["dconf", "compile", self.etc / "db/local", self.etc / "db/local.d"], check=True)

    def seen(self) -> list[tuple[bool, str | None]]:
        """Of the default account and the default identity: whether it can be written, and the lock that was found."""
        conftest = str(pathlib.Path(__file__).parents[1] / "conftest.py")
        probe = [sys.executable, "-c", PROBE, conftest, SCHEMA, ACCOUNT, IDENTITY]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", NAMESPACE, "sh", self.etc, self.share, *probe],
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        found: list[tuple[bool, t.Any]] = [(writable, lock) for writable, lock in json.loads(done.stdout)]
        for writable, lock in found:
            assert writable == (lock is None)
        return found


@pytest.fixture
def site(tmp_path: pathlib.Path) -> t.Iterator[Site]:
    """A site with a default account."""
    made = not os.path.isdir("/etc/dconf")
    os.makedirs("/etc/dconf", exist_ok=True)
    yield Site(tmp_path)
    if made:
        os.rmdir("/etc/dconf")


def test_a_lock_counts_once_it_is_compiled_and_until_it_is_compiled_away(site: Site) -> None:
    site.lock("")
    site.compile()
    site.lock(f"# why\n{ACCOUNT}\n")
    assert site.seen() == [(True, None), (True, None)]
    site.compile()
    assert site.seen() == [(False, "/etc/dconf/db/local.d/locks/mail"), (True, None)]
    site.lock("")
    assert site.seen() == [(False, "/etc/dconf/db/local"), (True, None)]
    site.compile()
    assert site.seen() == [(True, None), (True, None)]


@pytest.mark.parametrize(
    ("lock", "profile", "locked"),
    [
        (f"{ACCOUNT}\n{IDENTITY}\n", USUAL, [True, True]),
        (f"{FOLDER}\n", USUAL, [False, False]),  # the name of a folder locks nothing
        (ACCOUNT, "user-db:user\n", [False, False]),
        (ACCOUNT, "  user-db:user # c\n\n\tsystem-db:none\n\tsystem-db:local#x\n", [True, False]),
        (ACCOUNT, "user-db:user\r\nsystem-db:local\r\n", [True, False]),
        (ACCOUNT, "user-db:user\nnonsense\nfile-db:/etc/dconf/db/local", [True, False]),
        (ACCOUNT, "user-db:user\n#system-db:local\n", [False, False]),
    ],
)
def test_the_forms_of_locks_and_profiles(lock: str, profile: str, locked: t.Sequence[bool], site: Site) -> None:
    site.lock(lock, profile)
    site.compile()
    assert [not writable for writable, _lock in site.seen()] == locked


def test_the_profile_of_a_package(site: Site) -> None:
    (site.share / "dconf/profile").mkdir(parents=True)
    (site.share / "dconf/profile/user").write_text(USUAL)
    site.lock(ACCOUNT, profile=None)
    site.compile()
    assert [writable for writable, _lock in site.seen()] == [False, True]
    site.lock(ACCOUNT, "user-db:user\n")
    assert [writable for writable, _lock in site.seen()] == [True, True]


def test_a_database_that_is_none(site: Site) -> None:
    site.lock(ACCOUNT)
    (site.etc / "db/local").write_bytes(b"nonsense")
    assert site.seen() == [(True, None), (True, None)]
