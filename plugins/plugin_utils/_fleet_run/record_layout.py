# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths of a run's records: ``RUN/hosts/HOST.json`` during the run, and ``RUN/hosts.gz`` later."""

from __future__ import annotations

import hashlib
import os
import pathlib
import urllib.parse

from .._fleet.host_record import DamagedRecord

HOSTS, PACKED = "hosts", "hosts.gz"
RUN_FILE, KNOWN = "run.json", "known.gz"
SUFFIX, LOCK = ".json", ".lock"
LARGEST_RECORD = 1_000_000  # bytes of a file to read or write
_USUAL = 32_000  # bytes; most files are smaller
_NAME = 150  # characters of a file's name, without extension


def file_name(host: str) -> str:
    """A file name that shows the host and is unique to it."""
    name = urllib.parse.quote(host, safe="@ ").lstrip(".")
    if len(name) <= _NAME and name == host:
        return name + SUFFIX
    return f"{name[:_NAME]}-{hashlib.sha256(host.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}{SUFFIX}"


def record_names(folder: pathlib.Path) -> dict[str, None]:
    """The names of the record files in a folder, in order."""
    try:
        return dict.fromkeys(sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(SUFFIX)))
    except FileNotFoundError:
        return {}


def content_of(path: pathlib.Path | str, limit: int) -> bytes:
    """The content of a file.

    Raises:
        OSError: it cannot be read.
        DamagedRecord: it is larger than the limit, in bytes.
    """
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        data = os.read(number, _USUAL)
        if len(data) == _USUAL:
            with open(number, "rb", closefd=False) as file:
                data += file.read(limit + 1 - _USUAL)
    finally:
        os.close(number)
    if len(data) > limit:
        raise DamagedRecord(f"it is larger than {limit} bytes")
    return data
