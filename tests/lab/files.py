# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates files and directories with an exact mode, whatever the umask."""

from __future__ import annotations

import os
import pathlib
import shutil


def make_directory(path: pathlib.Path, mode: int = 0o755, owner: str | int = 0, group: str | int = 0) -> None:
    """Create a directory."""
    path.mkdir(0o700)
    shutil.chown(path, owner, group)
    path.chmod(mode)


def write_file(
    path: pathlib.Path, content: str | bytes, mode: int = 0o644, owner: str | int = 0, group: str | int = 0
) -> None:
    """Create a file that nobody else can read until it is complete."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    shutil.chown(path, owner, group)
    path.chmod(mode)
