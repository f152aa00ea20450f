# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock whose time flies while nothing happens, so that waiting in vain costs no time.

While every thread of this process sleeps, nobody will ever send what is waited for: only time can go on. So the clock
jumps to the end of the earliest wait. Linux says which threads sleep; on other systems the waits take their time.

Nothing that goes on is ever overtaken: a thread that runs, that could run on a busy machine, or that reads from a disk
does not sleep. A long jump needs a long sleep of all, in case that a sleeping thread is woken a little late.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._verify.wire.clock import Clock

_SPEED = 100  # times as fast as real time
_QUIET = 0.005  # seconds; all sleep for so long before even a short jump
_POLL = 0.002  # seconds, for each thread that waits
_LOOKS, _LOOK = 2, 0.001  # how often to look again before a jump, and the seconds before each
_STARVED = 0.02  # seconds between two looks; after more of them, the machine gave this process no time
_TASKS = "/proc/self/task"

_T = t.TypeVar("_T")


class IdleClock(Clock):
    """The clock; one for all tests of a process."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = threading.Lock()
        self._ends: dict[int, float] = {}  # of the waits, by thread
        self._active = time.monotonic()  # when something was last seen to happen, in real time
        self._checked = 0.0

    def monotonic(self) -> float:
        """Real time, and what was skipped."""
        return time.monotonic() + self._skipped

    def wait(self, action: t.Callable[[float], _T], seconds: float) -> _T:
        """Wait in short pieces, and skip the rest if it is in vain."""
        end = self.monotonic() + seconds
        me = threading.get_native_id()
        self._note(lambda: self._ends.update({me: end}))
        try:
            while True:
                left = end - self.monotonic()
                piece = max(0.0005, min(left, _POLL * len(self._ends)))
                try:
                    result = action(piece)
                except (socket.timeout, queue.Empty):
                    if left <= piece:
                        raise
                else:
                    if left <= piece or not (result is None or result is False or result == []):
                        return result
                self._skip_if_idle()
        finally:
            self._note(lambda: self._ends.pop(me))

    def _note(self, change: t.Callable[[], object]) -> None:
        with self._lock:
            change()
            self._active = time.monotonic()

    def _skip_if_idle(self) -> None:
        with self._lock:
            now = time.monotonic()
            gap = now - self._checked
            if gap < _POLL / 2:
                return
            self._checked = now
            if gap > _STARVED:  # what seems to sleep has waited for its turn to run
                self._active = now
                return
            if not self._is_idle(now):
                return
            since = self._active
        for _look in range(_LOOKS):
            time.sleep(_LOOK)  # a thread that only waits for the interpreter's lock seems to sleep; it runs now
            with self._lock:
                if self._active != since or not self._is_idle(time.monotonic()):
                    return
        with self._lock:
            if self._active == since and self._ends:
                self._skipped += max(0.0, min(self._ends.values()) - self.monotonic())
                self._active = time.monotonic()

    def _is_idle(self, now: float) -> bool:
        """Whether all have slept for long enough to skip the rest of the earliest wait."""
        awake = _others_awake()
        if awake is None or awake - self._ends.keys():
            self._active = now
            return False
        rest = min(self._ends.values(), default=0.0) - self.monotonic()
        # One that waits may be awake only to look again; if it has found something, it will say so.
        return not awake and rest > 0 and now - self._active > max(_QUIET, rest / _SPEED)


def _others_awake() -> set[int] | None:
    """The threads of this process, but this one, that do not sleep; None where the system does not say."""
    try:
        tasks = os.listdir(_TASKS)
    except FileNotFoundError:  # not Linux
        return None
    own = str(threading.get_native_id())
    return {int(task) for task in tasks if task != own and _state(task) != b"S"}


def _state(task: str) -> bytes:
    try:
        handle = os.open(f"{_TASKS}/{task}/stat", os.O_RDONLY)
    except FileNotFoundError:  # it has ended just now, and whoever waited for that runs
        return b"X"
    try:
        return os.read(handle, 1024).rpartition(b") ")[2][:1]
    except ProcessLookupError:
        return b"X"
    finally:
        os.close(handle)


CLOCK = IdleClock()
