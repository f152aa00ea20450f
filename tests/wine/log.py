# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of what was asked of the PC, one line of JSON for each command and file."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib


@dataclasses.dataclass(frozen=True)
class Entry:
    """One thing that was asked.

    Attributes:
        kind: exec, put or fetch.
        text: the command line, or the path on the PC.
        script: the PowerShell in the command line, where it is one of Ansible's own.
    """

    kind: str
    text: str
    script: str | None = None


def write(file: pathlib.Path, entry: Entry) -> None:
    """Add an entry. Several processes may do so at a time."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, json.dumps(dataclasses.asdict(entry)).encode() + b"\n")
    finally:
        os.close(handle)


def read(file: pathlib.Path) -> list[Entry]:
    """All entries, oldest first."""
    return [Entry(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []
