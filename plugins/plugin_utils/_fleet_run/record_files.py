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

from .._fleet.host_record import DamagedRecord, HostRecord
from .._fleet.record_json import as_json, from_json
from .packed_records import pack, unpack
from .run_id import is_run_id

_SIZE = 1_000_000  # bytes of a file that is read or written
_USUAL = 32_000  # bytes that most files do not have
_NAME = 150  # characters of a file's name, without its ending
_SUFFIX = ".json"
_LOCK = ".lock"
_RUN_FILE = "run.json"
_RUN_SIZE = 64_000_000
_KNOWN = "known.gz"
_HOSTS = "hosts"
_PACKED = "hosts.gz"
_REPORTED, _ABANDONED = 3600, 24 * 3600  # seconds after which a run has ended: since its report, or its last record


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
            known = self.host(record.run, record.host)
            record = record if known is None else known.merged(record)
            text = _short_enough(record)
            _write(path, text)
            os.unlink(lock_path)

    def runs(self) -> list[str]:
        """The ids of all runs, the oldest first."""
        try:
            return sorted(entry.name for entry in os.scandir(self._folder) if is_run_id(entry.name) and entry.is_dir())
        except FileNotFoundError:
            return []

    def hosts(self, run: str, damaged: list[str], wanted: t.Collection[str] | None = None) -> t.Iterator[HostRecord]:
        """The records of a run, one after the other, so that not all files are in memory.

        Args:
            run: its id.
            damaged: gets a sentence for each record that cannot be read.
            wanted: the hosts whose records are wanted; None for all.
        """
        folder, packed = self._folder / run / _HOSTS, self._folder / run / _PACKED
        chosen = None if wanted is None else {_file_name(host) for host in wanted}
        names, place = _names(folder), f"{folder}/"
        for name in names:
            if chosen is None or name in chosen:
                try:
                    yield _read(place + name)
                except (OSError, DamagedRecord) as error:
                    damaged.append(f"The record {folder / name} cannot be read: {error}.")
        try:
            for name, data in unpack(packed, _SIZE):
                if name not in names and (chosen is None or name in chosen):
                    try:
                        yield from_json(_parsed(data))
                    except DamagedRecord as error:
                        damaged.append(f"The record {name} in {packed} cannot be read: {error}.")
        except OSError as error:
            damaged.append(f"The records {packed} cannot be read: {error}.")

    def host(self, run: str, host: str) -> HostRecord | None:
        """The record of one host; None if there is none that can be read."""
        path = self._folder / run / _HOSTS / _file_name(host)
        try:
            return _read(path)  # its folder has thousands of others
        except FileNotFoundError:
            return next(self.hosts(run, [], [host]), None)  # packed, or not there
        except (OSError, DamagedRecord):
            return None

    def run_content(self, run: str) -> t.Any:
        """What was kept about a run; None if there is nothing that can be read."""
        try:
            return _json(self._folder / run / _RUN_FILE, _RUN_SIZE)
        except (OSError, DamagedRecord):
            return None

    def known_hosts(self, run: str, wanted: t.Collection[str]) -> dict[str, t.Any]:
        """What was kept about hosts after a run, by name; those of which nothing can be read are left out.

        Args:
            run: its id.
            wanted: the hosts.
        """
        found = {}
        with contextlib.suppress(OSError):
            for host, data in unpack(self._folder / run / _KNOWN, _SIZE):
                if host in wanted:
                    with contextlib.suppress(DamagedRecord):
                        found[host] = _parsed(data)
        return found

    def keep_run(self, run: str, content: t.Mapping[str, t.Any], hosts: t.Mapping[str, t.Any]) -> None:
        """Keep something about a run, and about each host after it.

        Raises:
            OSError: it cannot be written.
        """
        for part in (self._folder, self._folder / run):
            _make_private(part)
        known = ((host, json.dumps(one, separators=(",", ":")).encode()) for host, one in hosts.items())
        pack(known, self._folder / run / _KNOWN)
        _write(self._folder / run / _RUN_FILE, json.dumps(content, separators=(",", ":")))

    def pack(self, run: str) -> None:
        """Put the records of a run that has ended into one file.

        Raises:
            OSError: it cannot be written.
        """
        folder, packed = self._folder / run / _HOSTS, self._folder / run / _PACKED
        names = _names(folder)

        def contents() -> t.Iterator[tuple[str, bytes]]:
            for name in sorted(names):
                with contextlib.suppress(OSError, DamagedRecord):  # it stays where it is
                    yield name, _bytes(folder / name, _SIZE)
            yield from (entry for entry in unpack(packed, _SIZE) if entry[0] not in names)

        if names:
            for name in pack(contents(), packed):
                with contextlib.suppress(FileNotFoundError):  # it was packed before
                    os.unlink(folder / name)
        with contextlib.suppress(OSError):  # not there, or not empty
            os.rmdir(folder)

    def pack_ended(self, now: float) -> None:
        """Pack the runs that nobody writes to any more: those that were reported on, and those that never will be.

        Args:
            now: seconds since 1970.

        Raises:
            OSError: a file cannot be written.
        """
        for run in self.runs():
            folder = self._folder / run
            if not (folder / _HOSTS).is_dir():
                continue
            try:
                age, longest = now - os.stat(folder / _RUN_FILE).st_mtime, _REPORTED
            except FileNotFoundError:
                age, longest = now - os.stat(folder / _HOSTS).st_mtime, _ABANDONED
            if age > longest:
                self.pack(run)

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
            for name in (_RUN_FILE, _KNOWN, _PACKED):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(folder / name)
            for path in (folder / _HOSTS, folder):
                with contextlib.suppress(OSError):  # not there, or not empty
                    os.rmdir(path)


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


def _read(path: pathlib.Path | str) -> HostRecord:
    return from_json(_json(path, _SIZE))


def _names(folder: pathlib.Path) -> dict[str, None]:
    """The names of the files of records in a folder, in order."""
    try:
        return dict.fromkeys(sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(_SUFFIX)))
    except FileNotFoundError:
        return {}


def _json(path: pathlib.Path | str, limit: int) -> t.Any:
    """The content of a file.

    Raises:
        OSError: it cannot be read.
        DamagedRecord: it is no JSON, or too large.
    """
    return _parsed(_bytes(path, limit))


def _bytes(path: pathlib.Path | str, limit: int) -> bytes:
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


def _parsed(data: bytes) -> t.Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedRecord(f"it is not JSON ({error})") from error
