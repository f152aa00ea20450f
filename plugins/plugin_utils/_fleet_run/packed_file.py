# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All records of a run in one compressed file: one line each, with the original file's name and its text."""

from __future__ import annotations

import contextlib
import gzip
import os
import pathlib
import tempfile
import typing as t
import zlib

_NAME = 1000  # the longest name, in bytes
_FAST = 1  # records are so alike that more effort gains little


def pack(files: t.Iterable[tuple[str, bytes]], path: pathlib.Path) -> list[str]:
    """Write the file atomically, readable only by its owner.

    Args:
        files: names and contents, each content one line.
        path: the file to write.

    Returns:
        The names of the packed files. A content of several lines is not packed.

    Raises:
        OSError: it cannot be written.
    """
    packed = []
    number, scratch = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)  # 0600
    try:
        with open(number, "wb") as raw, gzip.GzipFile("", "wb", _FAST, raw, mtime=0) as file:
            for name, content in files:
                if b"\n" not in content and not {"\t", "\n"} & set(name):
                    file.write(b"%s\t%s\n" % (os.fsencode(name), content))
                    packed.append(name)
        os.replace(scratch, path)
    except OSError:
        os.unlink(scratch)
        raise
    return packed


def unpack(path: pathlib.Path, longest: int) -> t.Iterator[tuple[str, bytes]]:
    """The names and contents in a file, one by one; none if there is no file.

    Args:
        path: the file.
        longest: the most bytes of a content. A longer one ends the reading.

    Raises:
        OSError: the file cannot be read, or is damaged.
    """
    with contextlib.suppress(FileNotFoundError):
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(number, "rb") as raw, gzip.GzipFile("", "rb", fileobj=raw) as file:
            try:
                while line := file.readline(longest + _NAME):
                    name, tab, content = line.rstrip(b"\n").partition(b"\t")
                    if not (tab and line.endswith(b"\n")):
                        raise OSError("a line is too long, or is cut")
                    yield os.fsdecode(name), content
            except (EOFError, zlib.error) as error:
                raise OSError(f"it is damaged ({error})") from error
