# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a tar archive in the format that the look's command requests from tar (pax, POSIX.1-2001).

Python's tarfile reads all formats and takes three times as long, once per host of a run. Any other format, or a
damaged archive, raises an error, and the module runs.
"""

from __future__ import annotations

import typing as t

from .errors import UnseenError

_BLOCK = 512
_FILES = (b"0", b"\0")
_EXTENDED = b"x"
_OTHERS = (b"1", b"2", b"3", b"4", b"5", b"6")  # links, devices, folders, pipes: no content follows their headers
_MAGIC = b"ustar\x0000"


class Member(t.NamedTuple):
    """The archive's member at one path.

    Attributes:
        path: without a trailing slash.
        content: None if it is no regular file.
        changed_at: seconds since the epoch.
    """

    path: str
    content: bytes | None
    changed_at: float


def members(archive: bytes) -> t.Iterator[Member]:
    """All members, in order.

    Raises:
        UnseenError: the archive is incomplete or not understood.
    """
    position, records = 0, dict[bytes, bytes]()
    while True:
        header = archive[position : position + _BLOCK]
        position += _BLOCK
        if not header.strip(b"\0"):
            break
        _check(header)
        kind = header[156:157]
        size = _number(records[b"size"]) if b"size" in records else _octal(header[124:136])
        if kind in _OTHERS:
            size = 0
        elif kind not in (*_FILES, _EXTENDED):
            raise UnseenError("a kind of member")
        content = archive[position : position + size]
        if len(content) != size:
            raise UnseenError("an archive that is cut off")
        position += -(-size // _BLOCK) * _BLOCK
        if kind == _EXTENDED:
            if records:
                raise UnseenError("an extended header")
            records = _records(content)
            continue
        yield _member(header, records, content if kind in _FILES else None)
        records = {}
    # tar ends an archive with at least two blocks of zeros.
    if records or position + _BLOCK > len(archive) or archive[position:].strip(b"\0"):
        raise UnseenError("the end of an archive")


def _member(header: bytes, records: t.Mapping[bytes, bytes], content: bytes | None) -> Member:
    name = records.get(b"path")
    if name is None:
        prefix, name = _text(header[345:500]), _text(header[:100])
        name = prefix + b"/" + name if prefix else name
    path = name.decode("utf-8", "surrogateescape")
    if content is not None and path.endswith("/"):  # a folder in an old format
        raise UnseenError("a name")
    changed_at = float(records[b"mtime"]) if b"mtime" in records else float(_octal(header[136:148]))
    return Member(path.rstrip("/"), content, changed_at)


def _check(header: bytes) -> None:
    is_sum = len(header) == _BLOCK and sum(header) - sum(header[148:156]) + 8 * ord(" ") == _octal(header[148:156])
    if not is_sum or header[257:265] != _MAGIC:
        raise UnseenError("a header")


def _records(content: bytes) -> dict[bytes, bytes]:
    """The records of an extended header, each ``LENGTH KEY=VALUE`` with a newline."""
    found: dict[bytes, bytes] = {}
    position = 0
    while position < len(content):
        digits, _space, _rest = content[position : position + 20].partition(b" ")
        length = _number(digits)
        key, equals, value = content[position + len(digits) + 1 : position + length].partition(b"=")
        if position + length > len(content) or not equals or not value.endswith(b"\n"):
            raise UnseenError("an extended header")
        if key.startswith(b"GNU.sparse") or key == b"hdrcharset":
            raise UnseenError("an extended header")
        found[key] = value[:-1]
        position += length
    return found


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _octal(field: bytes) -> int:
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise UnseenError("a number")
    return int(digits or b"0", 8)


def _number(digits: bytes) -> int:
    if not digits.isdigit():
        raise UnseenError("a number")
    return int(digits)
