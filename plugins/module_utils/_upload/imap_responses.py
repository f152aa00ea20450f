# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The responses of an IMAP server that have strings in them: LIST, NAMESPACE, FETCH (RFC 3501 9, 2342, 9051 9).

A response is its lines, joined by CRLF as they came. A server writes a string in quotes or as a literal: its length in
braces at the end of a line, then as many bytes, then the rest of the line. Dovecot writes a folder's name as a literal
if it has more than four quotes and backslashes.
"""

from __future__ import annotations

import re
import typing as t

# The others end with free text, which may look like anything.
_WITH_STRINGS = re.compile(rb"\* (?!(?:OK|NO|BAD|BYE|PREAUTH) )", re.IGNORECASE)
_LITERAL = re.compile(rb"\{([0-9]{1,10})\}\Z")
_STRING = re.compile(rb'"((?:\\.|[^"\\])*)"|\{([0-9]{1,10})\}\r\n', re.DOTALL)
_ATOM = re.compile(rb'[^ "{()\\\r\n]+')
_LIST = re.compile(rb"\* LIST \(([^)]*)\) ", re.IGNORECASE)
_NAMESPACE = re.compile(rb"\* NAMESPACE \(", re.IGNORECASE)
_FETCH = re.compile(rb"\* [0-9]{1,10} FETCH \(", re.IGNORECASE)
_SIZE = re.compile(rb"[( ]RFC822\.SIZE ([0-9]{1,12})[ )]", re.IGNORECASE)


class ServerFolder(t.NamedTuple):
    """A folder of the server.

    Attributes:
        name: as the server writes it, in modified UTF-7 (RFC 3501 5.1.3).
        is_open: it can be selected.
    """

    name: bytes
    is_open: bool


class Namespace(t.NamedTuple):
    """Where folders are.

    Attributes:
        prefix: what the names of all folders in it begin with, as the server writes it.
        separator: what separates the levels of their names; empty for none.
    """

    prefix: bytes
    separator: bytes


class Fetched(t.NamedTuple):
    """What a server says of a message.

    Attributes:
        size: in bytes.
        header: the lines of the header fields that were asked for.
    """

    size: int
    header: tuple[bytes, ...]


def response(read_line: t.Callable[[], bytes], read_bytes: t.Callable[[int], bytes]) -> bytes:
    """Read a response with all of its literals.

    Args:
        read_line: reads a line, without its CRLF.
        read_bytes: reads as many bytes.
    """
    line = read_line()
    parts = [line]
    while _WITH_STRINGS.match(parts[0]):
        match = _LITERAL.search(line)
        if match is None:
            break
        literal = read_bytes(int(match.group(1)))
        line = read_line()
        parts += [b"\r\n", literal, line]
    return b"".join(parts)


def listed(answer: bytes) -> tuple[ServerFolder, bytes] | None:
    """The folder in a LIST response, and what separates the levels of its name; None for another response.

    What follows the name is for clients that have asked for it (RFC 5258).
    """
    match = _LIST.match(answer)
    if match is None:
        return None
    separator, end = _text(answer, match.end())
    if separator is None or answer[end : end + 1] != b" ":
        return None
    name, end = _text(answer, end + 1)
    if name is None or answer[end : end + 1] not in (b"", b" "):
        return None
    closed = {b"\\noselect", b"\\nonexistent"}.intersection(match.group(1).lower().split())
    is_nil = answer[match.end() : match.end() + 3].upper() == b"NIL"
    return ServerFolder(name, not closed), b"" if is_nil else separator


def personal(answer: bytes) -> Namespace | None:
    """Where the user's own folders are: without a prefix where that is possible. None for another response."""
    match = _NAMESPACE.match(answer)
    found: list[Namespace] = []
    end = 0 if match is None else match.end()
    while end and answer[end : end + 1] == b"(":
        prefix, end = _text(answer, end + 1)
        separator, after = _text(answer, end + 1)
        if prefix is None or separator is None:
            break
        is_nil = answer[end + 1 : end + 4].upper() == b"NIL"
        found.append(Namespace(prefix, b"" if is_nil else separator))
        end = answer.find(b")", after) + 1
    return min(found, key=lambda one: one.prefix != b"", default=None)


def fetched(answer: bytes) -> Fetched | None:
    """The message in a FETCH response that has its size; None for another response, such as news of its flags."""
    if not _FETCH.match(answer):
        return None
    outside, strings = _parts(answer)
    size = _SIZE.search(outside)
    if size is None:
        return None
    return Fetched(int(size.group(1)), tuple(line for one in strings for line in one.split(b"\r\n")))


def _text(answer: bytes, start: int) -> tuple[bytes | None, int]:
    """The atom or string at a position, and the position after it."""
    match = _STRING.match(answer, start)
    if match is not None:
        return _value(answer, match)
    match = _ATOM.match(answer, start)
    return (None, start) if match is None else (match.group(), match.end())


def _value(answer: bytes, match: re.Match[bytes]) -> tuple[bytes, int]:
    """What a string says, and the position after it."""
    if match.group(2) is None:
        return re.sub(rb"\\(.)", rb"\1", match.group(1), flags=re.DOTALL), match.end()
    end = match.end() + int(match.group(2))
    return answer[match.end() : end], end


def _parts(answer: bytes) -> tuple[bytes, list[bytes]]:
    """What is outside of strings, and the strings."""
    outside: list[bytes] = []
    strings: list[bytes] = []
    start = 0
    while True:
        match = _STRING.search(answer, start)
        if match is None:
            return b"".join([*outside, answer[start:]]), strings
        outside.append(answer[start : match.start()])
        value, start = _value(answer, match)
        strings.append(value)
