# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running programs of this machine, from /proc (proc(5))."""

from __future__ import annotations

import itertools
import os
import time
import typing as t

from .._host.process import Process
from . import local_user
from .local_user import LocalUser

MAX_AGE = 1.0  # seconds
MOST = 64  # processes examined per user: users can start any number, each with an environment ...
LARGEST = 1 << 18  # ... of any size, in bytes

_NAME_BYTES = 15  # of a program's name kept by the kernel (TASK_COMM_LEN without its zero)


class Processes:
    """Scans all processes at once and reuses the result for other users."""

    def __init__(self) -> None:
        self._seen: t.Mapping[bytes, t.Sequence[int]] = {}
        self._at: float | None = None

    def of(self, user: LocalUser, name: str, fresh: bool) -> list[Process]:
        """A user's running programs whose executable has this name, while acting as that user.

        Args:
            user: the programs' user.
            name: without a folder.
            fresh: scan again, even if the last scan was recent.
        """
        now = time.monotonic()
        if fresh or self._at is None or now - self._at > MAX_AGE:
            with local_user.acting_as_ourselves():  # other users' processes may be hidden from a user (hidepid)
                self._seen = _scan()
            self._at = now
        found = (_process(pid, user, name) for pid in self._seen.get(os.fsencode(name)[:_NAME_BYTES], ()))
        return list(itertools.islice((process for process in found if process is not None), MOST))


def _scan() -> dict[bytes, list[int]]:
    """All processes by the first 15 bytes of their names."""
    found: dict[bytes, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            name = _read(f"/proc/{entry}/comm")
            if name is not None:
                found.setdefault(name.rstrip(b"\n"), []).append(int(entry))
    return found


def _process(pid: int, user: LocalUser, name: str) -> Process | None:
    """The process, if it is the user's and runs the program with this name."""
    status = _read(f"/proc/{pid}/status")
    if status is None or _owner(status) != user.uid:
        return None
    if len(os.fsencode(name)) > _NAME_BYTES and _program(pid) != name:
        return None
    return Process(pid, _environment(pid), _is_sandboxed(pid))


def _owner(status: bytes) -> int | None:
    """The real user of a process; None for a zombie."""
    fields = dict(line.partition(b":")[::2] for line in status.splitlines())
    if fields.get(b"State", b"").split()[:1] == [b"Z"]:
        return None
    owner = fields.get(b"Uid", b"").split()
    return int(owner[0]) if owner else None


def _program(pid: int) -> str:
    """The name of the executable, without its folder."""
    try:
        program = os.readlink(f"/proc/{pid}/exe")
    except OSError:  # another user's, or protected: use the name it gives itself
        program = os.fsdecode((_read(f"/proc/{pid}/cmdline") or b"").partition(b"\0")[0])
    replaced = " (deleted)"  # a package update replaced the file
    return os.path.basename(program[: -len(replaced)] if program.endswith(replaced) else program)


def _environment(pid: int) -> dict[str, str]:
    pairs = (pair.partition(b"=") for pair in (_read(f"/proc/{pid}/environ") or b"").split(b"\0"))
    return {os.fsdecode(name): os.fsdecode(value) for name, _equals, value in pairs if name}


def _is_sandboxed(pid: int) -> bool:
    try:
        theirs, ours = os.stat(f"/proc/{pid}/root"), os.stat("/")
    except OSError:
        return False
    return (theirs.st_dev, theirs.st_ino) != (ours.st_dev, ours.st_ino)


def _read(path: str) -> bytes | None:
    """The first LARGEST bytes of a file in /proc; None if the process has ended or hides it."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # open() would take half of the time of a scan
    except OSError:
        return None
    try:
        content = part = os.read(number, LARGEST)
        while part and len(content) < LARGEST:
            part = os.read(number, LARGEST - len(content))
            content += part
        return content
    except OSError:
        return None
    finally:
        os.close(number)
