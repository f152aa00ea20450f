# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs the records of runs that have ended into one file, and deletes the oldest."""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._fleet.host_record import DamagedRecord
from . import packed_file
from .record_files import RecordFiles
from .record_layout import (
    HOSTS,
    KNOWN,
    LARGEST_RECORD,
    LOCK,
    PACKED,
    RUN_FILE,
    SUFFIX,
    content_of,
    record_names,
)

_REPORTED, _ABANDONED = 3600, 24 * 3600  # seconds from its report, or last record, to a run's end


def pack(files: RecordFiles, run: str) -> None:
    """Put the records of a run that has ended into one file.

    Raises:
        OSError: the file cannot be written.
    """
    folder, packed = files.folder / run / HOSTS, files.folder / run / PACKED
    names = record_names(folder)

    def contents() -> t.Iterator[tuple[str, bytes]]:
        for name in sorted(names):
            with contextlib.suppress(OSError, DamagedRecord):  # it stays unpacked
                yield name, content_of(folder / name, LARGEST_RECORD)
        yield from (entry for entry in packed_file.unpack(packed, LARGEST_RECORD) if entry[0] not in names)

    if names:
        for name in packed_file.pack(contents(), packed):
            with contextlib.suppress(FileNotFoundError):  # it was packed before
                os.unlink(folder / name)
    with contextlib.suppress(OSError):  # not there, or not empty
        os.rmdir(folder)


def pack_ended(files: RecordFiles, now: float) -> None:
    """Pack the runs that are no longer written to: those reported on, and abandoned ones.

    Args:
        files: the files of all runs.
        now: seconds since 1970.

    Raises:
        OSError: a file cannot be written.
    """
    for run in files.runs():
        folder = files.folder / run
        if not (folder / HOSTS).is_dir():
            continue
        try:
            age, longest = now - os.stat(folder / RUN_FILE).st_mtime, _REPORTED
        except FileNotFoundError:
            age, longest = now - os.stat(folder / HOSTS).st_mtime, _ABANDONED
        if age > longest:
            pack(files, run)


def forget(files: RecordFiles, keep: int) -> None:
    """Delete the records of all but the newest runs. Other files in their folders are kept.

    Raises:
        OSError: a file cannot be deleted.
    """
    for run in files.runs()[: -max(keep, 1)]:
        folder = files.folder / run
        with contextlib.suppress(FileNotFoundError):
            for entry in list(os.scandir(folder / HOSTS)):
                if entry.name.endswith((SUFFIX, LOCK)):
                    os.unlink(entry.path)
        for name in (RUN_FILE, KNOWN, PACKED):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(folder / name)
        for path in (folder / HOSTS, folder):
            with contextlib.suppress(OSError):  # not there, or not empty
                os.rmdir(path)
