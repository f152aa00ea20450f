# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of records: a folder for each run, and in it one file for each host and one about the run."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import tempfile
import typing as t
import urllib.parse

from .._fleet.host_record import DamagedRecord, HostRecord, as_json, from_json
from .run_id import is_run_id

_SIZE = 1_000_000  # bytes of a file that is read or written
_NAME = 150  # characters of a file's name, without its ending
_SUFFIX = ".json"
_LOCK = ".lock"
_RUN_FILE = "run.json"
_RUN_SIZE = 64_000_000
_HOSTS = "hosts"


class RecordFiles:
    """All records in one folder.

    Args:
        folder: made if it is missing, for its owner alone.
    """

    def __init__(self, folder: str) -> None:
        self._folder = pathlib.Path(folder)

    def add(self, record: HostRecord) -> None:
        """Keep a record. What the run has already about the host is completed.

        Raises:
            OSError: it cannot be written.
        """
        folder = self._folder / record.run / _HOSTS
        if not os.path.isdir(folder):
            for part in (self._folder, folder.parent, folder):
                _make_private(part)
        path = folder / _file_name(record.host)
        lock_path = path.with_suffix(_LOCK)
        with open(os.open(lock_path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # tasks of one host can run side by side, with delegate_to
            with contextlib.suppress(OSError, DamagedRecord):
                record = _read(path).merged(record)
            text = _short_enough(record)
            _write(path, text)
            os.unlink(lock_path)

    def runs(self) -> list[str]:
        """The ids of all runs, the oldest first."""
        try:
            return sorted(entry.name for entry in os.scandir(self._folder) if is_run_id(entry.name) and entry.is_dir())
        except FileNotFoundError:
            return []

    def hosts(self, run: str, damaged: list[str]) -> t.Iterator[HostRecord]:
        """The records of a run, one after the other, so that not all files are in memory.

        Args:
            run: its id.
            damaged: gets a sentence for each file that cannot be read.
        """
        folder = self._folder / run / _HOSTS
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(_SUFFIX))
        except FileNotFoundError:
            return
        for name in names:
            try:
                yield _read(folder / name)
            except (OSError, DamagedRecord) as error:
                damaged.append(f"The record {folder / name} cannot be read: {error}.")

    def host(self, run: str, host: str) -> HostRecord | None:
        """The record of one host; None if there is none that can be read."""
        try:
            return _read(self._folder / run / _HOSTS / _file_name(host))
        except (OSError, DamagedRecord):
            return None

    def run_content(self, run: str) -> t.Any:
        """What was kept about a run; None if there is nothing that can be read."""
        try:
            return _json(self._folder / run / _RUN_FILE, _RUN_SIZE)
        except (OSError, DamagedRecord):
            return None

    def keep_run(self, run: str, content: t.Mapping[str, t.Any]) -> None:
        """Keep something about a run.

        Raises:
            OSError: it cannot be written.
        """
        for part in (self._folder, self._folder / run):
            _make_private(part)
        _write(self._folder / run / _RUN_FILE, json.dumps(content, separators=(",", ":")))

    def forget(self, keep: int) -> None:
        """Delete the records of all but the newest runs. Files of others in their folders are left alone.

        Raises:
            OSError: a file cannot be deleted.
        """
        for run in self.runs()[: -max(keep, 1)]:
            folder = self._folder / run
            with contextlib.suppress(FileNotFoundError):
                for entry in list(os.scandir(folder / _HOSTS)):
                    if entry.name.endswith((_SUFFIX, _LOCK)):
                        os.unlink(entry.path)
            for path, remove in ((folder / _RUN_FILE, os.unlink), (folder / _HOSTS, os.rmdir), (folder, os.rmdir)):
                with contextlib.suppress(OSError):  # not there, or not empty
                    remove(path)


def _make_private(folder: pathlib.Path) -> None:
    """A folder for its owner alone; one that is there stays as it is."""
    with contextlib.suppress(FileExistsError):
        os.makedirs(folder, 0o700)


def _file_name(host: str) -> str:
    """A file's name from which a person knows the host; two hosts never have the same."""
    name = urllib.parse.quote(host, safe="@ ").lstrip(".")
    if len(name) <= _NAME and name == host:
        return name + _SUFFIX
    return f"{name[:_NAME]}-{hashlib.sha256(host.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}{_SUFFIX}"


def _short_enough(record: HostRecord) -> str:
    """The text of a record. If it is too long, accounts are left out from the end."""
    content = as_json(record)
    text = json.dumps(content, separators=(",", ":"))
    while len(text) > _SIZE and content["accounts"]:
        content["accounts"] = content["accounts"][: len(content["accounts"]) // 2]
        text = json.dumps(content, separators=(",", ":"))
    return text


def _write(path: pathlib.Path, text: str) -> None:
    """Write a file for its owner alone, all of it or nothing."""
    number, scratch = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)  # 0600
    try:
        with open(number, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(scratch, path)
    except OSError:
        os.unlink(scratch)
        raise


def _read(path: pathlib.Path) -> HostRecord:
    return from_json(_json(path, _SIZE))


def _json(path: pathlib.Path, limit: int) -> t.Any:
    """The content of a file.

    Raises:
        OSError: it cannot be read.
        DamagedRecord: it is no JSON, or too large.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise DamagedRecord(f"it is larger than {limit} bytes")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedRecord(f"it is not JSON ({error})") from error
