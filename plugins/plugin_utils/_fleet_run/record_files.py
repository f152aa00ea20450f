# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of records: one folder per run, with one file per host and one about the run."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import tempfile
import typing as t

from .._fleet.host_record import DamagedRecord, HostRecord
from .._fleet.record_json import as_json, from_json
from .packed_file import pack, unpack
from .record_layout import (
    HOSTS,
    KNOWN,
    LARGEST_RECORD,
    LOCK,
    PACKED,
    RUN_FILE,
    content_of,
    file_name,
    record_names,
)
from .run_id import is_run_id

_RUN_SIZE = 64_000_000  # bytes


class RecordFiles:
    """All records in one folder.

    Args:
        folder: the folder; created if missing, accessible only by its owner.

    Attributes:
        folder: the folder of all runs.
    """

    def __init__(self, folder: str) -> None:
        self.folder = pathlib.Path(folder)

    def add(self, record: HostRecord) -> None:
        """Store a record. It is merged with what the run has already stored about the host.

        Raises:
            OSError: it cannot be written.
        """
        folder = self.folder / record.run / HOSTS
        if not os.path.isdir(folder):
            for part in (self.folder, folder.parent, folder):
                _make_private(part)
        path = folder / file_name(record.host)
        lock_path = path.with_suffix(LOCK)
        with open(os.open(lock_path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # tasks of one host can run in parallel, with delegate_to
            known = self.host(record.run, record.host)
            record = record if known is None else known.merged(record)
            text = _short_enough(record)
            _write(path, text)
            os.unlink(lock_path)

    def runs(self) -> list[str]:
        """The IDs of all runs, the oldest first."""
        try:
            return sorted(entry.name for entry in os.scandir(self.folder) if is_run_id(entry.name) and entry.is_dir())
        except FileNotFoundError:
            return []

    def hosts(self, run: str, damaged: list[str], wanted: t.Collection[str] | None = None) -> t.Iterator[HostRecord]:
        """The records of a run, one by one, so that not all are in memory.

        Args:
            run: its id.
            damaged: collects a sentence for each record that cannot be read.
            wanted: the hosts whose records are wanted; None for all.
        """
        folder, packed = self.folder / run / HOSTS, self.folder / run / PACKED
        chosen = None if wanted is None else {file_name(host) for host in wanted}
        names, place = record_names(folder), f"{folder}/"
        for name in names:
            if chosen is None or name in chosen:
                try:
                    yield _read(place + name)
                except (OSError, DamagedRecord) as error:
                    damaged.append(f"The record {folder / name} cannot be read: {error}.")
        try:
            for name, data in unpack(packed, LARGEST_RECORD):
                if name not in names and (chosen is None or name in chosen):
                    try:
                        yield from_json(_parsed(data))
                    except DamagedRecord as error:
                        damaged.append(f"The record {name} in {packed} cannot be read: {error}.")
        except OSError as error:
            damaged.append(f"The records {packed} cannot be read: {error}.")

    def host(self, run: str, host: str) -> HostRecord | None:
        """The record of one host; None if there is none or it cannot be read."""
        path = self.folder / run / HOSTS / file_name(host)
        try:
            return _read(path)  # its folder has thousands of others
        except FileNotFoundError:
            return next(self.hosts(run, [], [host]), None)  # packed, or not there
        except (OSError, DamagedRecord):
            return None

    def run_content(self, run: str) -> t.Any:
        """What was stored about a run; None if there is nothing or it cannot be read."""
        try:
            return _json(self.folder / run / RUN_FILE, _RUN_SIZE)
        except (OSError, DamagedRecord):
            return None

    def known_hosts(self, run: str, wanted: t.Collection[str]) -> dict[str, t.Any]:
        """What was stored about hosts after a run, by name, without hosts whose data are missing or cannot be read.

        Args:
            run: its id.
            wanted: the hosts.
        """
        found = {}
        with contextlib.suppress(OSError):
            for host, data in unpack(self.folder / run / KNOWN, LARGEST_RECORD):
                if host in wanted:
                    with contextlib.suppress(DamagedRecord):
                        found[host] = _parsed(data)
        return found

    def keep_run(self, run: str, content: t.Mapping[str, t.Any], hosts: t.Mapping[str, t.Any]) -> None:
        """Store data about a run, and about each host after it.

        Raises:
            OSError: it cannot be written.
        """
        for part in (self.folder, self.folder / run):
            _make_private(part)
        known = ((host, json.dumps(one, separators=(",", ":")).encode()) for host, one in hosts.items())
        pack(known, self.folder / run / KNOWN)
        _write(self.folder / run / RUN_FILE, json.dumps(content, separators=(",", ":")))


def _make_private(folder: pathlib.Path) -> None:
    """Create a folder for its owner only; an existing one is not changed."""
    with contextlib.suppress(FileExistsError):
        os.makedirs(folder, 0o700)


def _short_enough(record: HostRecord) -> str:
    """The text of a record. If it is too long, the last accounts are dropped."""
    content = as_json(record)
    text = json.dumps(content, separators=(",", ":"))
    while len(text) > LARGEST_RECORD and content["accounts"]:
        content["accounts"] = content["accounts"][: len(content["accounts"]) // 2]
        text = json.dumps(content, separators=(",", ":"))
    return text


def _write(path: pathlib.Path, text: str) -> None:
    """Write a file atomically, readable only by its owner."""
    number, scratch = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)  # 0600
    try:
        with open(number, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(scratch, path)
    except OSError:
        os.unlink(scratch)
        raise


def _read(path: pathlib.Path | str) -> HostRecord:
    return from_json(_json(path, LARGEST_RECORD))


def _json(path: pathlib.Path | str, limit: int) -> t.Any:
    """The content of a file.

    Raises:
        OSError: it cannot be read.
        DamagedRecord: it is not JSON, or too large.
    """
    return _parsed(content_of(path, limit))


def _parsed(data: bytes) -> t.Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedRecord(f"it is not JSON ({error})") from error
