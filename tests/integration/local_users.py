# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local users of this machine for a test, each with a home of their own. Needs root."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import tempfile
import typing as t


@dataclasses.dataclass(frozen=True)
class LocalUser:
    """A local user.

    Attributes:
        name: the login name.
        uid: the user ID.
        home: the home directory, mode 0700.
    """

    name: str
    uid: int
    home: pathlib.Path

    @property
    def thunderbird(self) -> pathlib.Path:
        """The directory of Thunderbird's profiles."""
        return self.home / ".thunderbird"

    @property
    def profile(self) -> pathlib.Path:
        """The profile that the module creates if there is none."""
        return self.thunderbird / "charter.default"

    def own(self) -> None:
        """Make the user the owner of everything in the home, after a test has added files."""
        for folder, names, files in os.walk(self.home):
            for name in (".", *names, *files):
                os.chown(os.path.join(folder, name), self.uid, self.uid, follow_symlinks=False)


@contextlib.contextmanager
def temporary_user() -> t.Iterator[LocalUser]:
    """Create a local user and remove it with all files at the end."""
    name = f"cm-{secrets.token_hex(4)}"
    # In a directory of root: any user could rename a home directly in /tmp.
    base = pathlib.Path(tempfile.mkdtemp(prefix="charter-mail-home-"))
    base.chmod(0o755)
    home = base / name
    try:
        subprocess.run(["useradd", "--user-group", "--create-home", "--home-dir", str(home), name], check=True)
        home.chmod(0o700)
        yield LocalUser(name, pwd.getpwnam(name).pw_uid, home)
    finally:
        subprocess.run(["userdel", name], check=False, capture_output=True)
        shutil.rmtree(base)


def snapshot(folder: pathlib.Path) -> dict[str, tuple[int, int, bytes]]:
    """Owner, mode and content of everything below a directory, for comparison."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (status.st_uid, status.st_mode, content)
    return found
