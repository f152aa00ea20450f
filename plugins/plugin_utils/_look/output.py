# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the output of a look's command."""

from __future__ import annotations

import base64
import posixpath
import re
import typing as t
import zlib

from ...module_utils._linux.local_user import LocalUser
from .archive import members
from .command import MARK, MOST_BYTES
from .covered_paths import Patterns
from .errors import UnseenError
from .snapshot import SeenFiles

_END = b"end\n"
_DIGEST = re.compile(r"SHA256 \((/.*)\) = ([0-9a-f]{64})")
_GZIP = 31  # zlib's wbits: the largest window, with a gzip header


class SeenUser(t.NamedTuple):
    """A user, as seen.

    Attributes:
        user: the local user.
        bus: the address of a session's message bus; None if there is none.
        has_odd_bus: whether there may be another bus, or a program that offers its services there.
        has_service: whether a program that offers services on the usual bus is running.
        answers: the results of the calls on the bus, as printed by busctl.
        sets_variables: whether a login or running program may set variables that decide where clients keep their files.
        files: the files found.
    """

    user: LocalUser
    bus: str | None
    has_odd_bus: bool
    has_service: bool
    answers: t.Sequence[str]
    sets_variables: bool
    files: SeenFiles


class SeenHost(t.NamedTuple):
    """A host, as seen.

    Attributes:
        uid: the uid of the task's user.
        clients: the names of the installed clients.
        users: the users by name.
    """

    uid: int
    clients: t.Sequence[str]
    users: t.Mapping[str, SeenUser]


def parsed(output: str, patterns: Patterns) -> SeenHost:
    """Parse the output.

    Raises:
        UnseenError: the output is incomplete or not understood.
    """
    lines = [line.strip("\r") for line in output.split("\n")]
    try:
        start = lines.index(MARK)
        lines = lines[start + 1 : lines.index(f"{MARK} end", start)]
        return _host(lines, patterns)
    except UnseenError:
        raise
    except Exception:  # noqa: BLE001 # users control parts of the output; no parser error may end the task
        raise UnseenError("output") from None


def _host(lines: t.Sequence[str], patterns: Patterns) -> SeenHost:
    clients: list[str] = []
    with_variables: set[int] = set()
    users: dict[str, SeenUser] = {}
    services: dict[int, set[str]] = {}
    rest = iter(lines[1:])
    for line in rest:
        kind, _colon, value = line.partition(":")
        if kind == "client":
            clients.append(value)
        elif kind == "Uid":
            with_variables.add(int(value.split()[0]))
        elif kind == "service":
            uid, _colon, how = value.partition(":")
            services.setdefault(int(uid), set()).add(how)
        elif kind == "user":
            found = _user(value, rest, with_variables, services, patterns)
            users[found.user.name] = found
        else:
            raise UnseenError("a line")
    return SeenHost(int(lines[0]), clients, users)


def _user(
    line: str,
    rest: t.Iterator[str],
    with_variables: t.Container[int],
    services: t.Mapping[int, t.Collection[str]],
    patterns: Patterns,
) -> SeenUser:
    name, uid, gid, home = line.split(":")
    packed = []
    marks = set()
    for part in rest:
        if part == "end":
            break
        if part in {"bus", "odd"}:
            marks.add(part)
        else:
            packed.append(part)
    unpacker = zlib.decompressobj(_GZIP)
    content = unpacker.decompress(base64.b64decode("".join(packed), validate=True), MOST_BYTES + 1)
    if not home.startswith("/") or not unpacker.eof or len(content) >= MOST_BYTES:
        raise UnseenError(home)
    files, sets_variables, answers = seen_files(content, home, patterns)
    found = services.get(int(uid), ())
    return SeenUser(
        LocalUser(name, int(uid), int(gid), home),
        bus=f"unix:path=/run/user/{uid}/bus" if "bus" in marks else None,
        has_odd_bus="odd" in marks or "odd" in found,
        has_service="usual" in found,
        answers=answers,
        sets_variables=sets_variables or int(uid) in with_variables,
        files=files,
    )


def seen_files(content: bytes, home: str, patterns: Patterns) -> tuple[SeenFiles, bool, list[str]]:
    """A user's part of the output: the files, whether login files set relevant variables, and the answers on the bus.

    Raises:
        UnseenError: something is unusual, or the output is incomplete.
    """
    head, _empty, archive = content.partition(b"\n\n")
    if not archive.endswith(_END):
        raise UnseenError(home)
    by_kind: dict[str, list[str]] = {"d": [], "l": [], "p": [], "e": [], "b": [], "t": [], "S": []}
    links: dict[str, str] = {}
    lines = iter(head.decode().split("\n"))
    for line in lines:
        if not line.isascii() and not line.startswith("b"):  # tar may write such a name differently
            raise UnseenError(home)
        by_kind[line[:1]].append(line[1:])
        if line[:1] in {"d", "l"}:
            links[line[1:]] = next(lines, "")
    if not all(lead.startswith("/") for lead in links.values()):
        raise UnseenError(home)
    files = _archived(archive[: -len(_END)], home, patterns)
    digests = {**dict.fromkeys(by_kind["t"]), **dict(map(_digest, by_kind["S"]))}
    seen = SeenFiles(home, files, frozenset(by_kind["d"]), frozenset(by_kind["p"]), links, digests)
    return seen, bool(by_kind["e"]), by_kind["b"]


def _digest(line: str) -> tuple[str, str]:
    """The path and the digest, as ``sha256sum --tag`` prints them, without the first letter."""
    found = _DIGEST.fullmatch(f"S{line}")
    if found is None:
        raise UnseenError("a digest")
    return found[1], found[2]


def _archived(archive: bytes, home: str, patterns: Patterns) -> dict[str, tuple[bytes, float] | None]:
    files: dict[str, tuple[bytes, float] | None] = {}
    changes = []
    for member in members(archive):
        path = member.path
        if posixpath.normpath(path) == posixpath.normpath(home):
            changes.append(member.changed_at)
            continue
        if not path.isascii() or not path.startswith("/"):
            raise UnseenError(home)
        named = "~" + path[len(home) :] if path.startswith(f"{home}/") else path
        if not patterns.has_file(named):
            raise UnseenError(path)
        files[path] = None if member.content is None else (member.content, member.changed_at)
    if len(changes) != 2 or changes[0] != changes[1]:  # one of our runs, or something else, changed files meanwhile
        raise UnseenError(home)
    return files
