# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to wait for a server that turns away sessions because there are too many, and how many sessions to use then.

Being turned away proves nothing about the server, the settings or the account. Limits differ (4 to 50 connections from
one address), and other programs and hosts count, too, so the limit is learned from the server's answers.
"""

from __future__ import annotations

import random
import re
import threading

from .findings.failure import Code
from .report.check import BEFORE_SIGNING_IN, EndpointReport, Stage
from .wire.clock import Clock

FIRST_PAUSE = 0.4  # seconds; each further pause is twice as long
_LONGEST_PAUSE = 4.0
_POLL = 1.0  # seconds

# What does not pass within seconds: blocks, limits per hour or day, and too many refused sign-ins.
_LASTS = re.compile(
    r"hour|\bday|daily|24 ?h|block|\bban|blacklist|listed|denied|not (allowed|permitted)|fail|attempt|password|aup#",
    re.I,
)
_ABOUT_SESSIONS = re.compile(r"connection|session|\[in-?use\]|in use|\block|busy", re.I)
_FOR_NOW = (Code.LIMITED, Code.UNAVAILABLE, Code.TURNED_AWAY)


def too_many_sessions(code: Code, answer: str) -> bool:
    """Whether a sign-in was refused only because of too many sessions of the mailbox or the address."""
    return code is Code.LIMITED and _ABOUT_SESSIONS.search(answer) is not None and _LASTS.search(answer) is None


def turned_away_for_now(report: EndpointReport) -> bool:
    """Whether the same session may succeed within seconds, once others have ended."""
    failed = report.failed
    if failed is None or failed.code is None:
        return False
    if failed.stage is Stage.AUTHENTICATION:
        return too_many_sessions(failed.code, failed.evidence)
    if failed.stage not in BEFORE_SIGNING_IN or failed.code not in _FOR_NOW:
        return False
    return not failed.evidence.startswith("5") and _LASTS.search(failed.evidence) is None


def jittered(pause: float) -> float:
    """A random duration from half a pause to the whole, so that hosts turned away together do not return together."""
    return pause * random.uniform(0.5, 1.0)


def longer(pause: float) -> float:
    """The next pause."""
    return min(pause * 2, _LONGEST_PAUSE)


class Sessions:
    """Limits how many sessions a server has at a time.

    Args:
        limit: the initial limit.
        clock: the clock for the pauses.
        patience: seconds without success after which waiting for the server ends.
    """

    def __init__(self, limit: int, clock: Clock, patience: float) -> None:
        self._limit = limit
        self._clock = clock
        self._patience = patience
        self._changed = threading.Condition()
        self._open = 0
        self._turned_away = False
        self._waiting_since: float | None = None

    @property
    def turned_away(self) -> bool:
        """Whether the server has turned a session away."""
        return self._turned_away

    def begin(self, cancelled: threading.Event) -> None:
        """Wait until the server may have one more session. ``end`` must follow."""
        with self._changed:
            while self._open >= self._limit and not cancelled.is_set():
                self._clock.wait(self._changed.wait, _POLL)
            self._open += 1

    def end(self, *, turned_away: bool) -> bool:
        """Record that a session has ended.

        Returns:
            Whether waiting may help: a session got further within the last ``patience`` seconds, or the wait has been
            shorter.
        """
        now = self._clock.monotonic()
        with self._changed:
            self._open -= 1
            self._changed.notify_all()
            if not turned_away:
                self._waiting_since = None
                return True
            self._turned_away = True
            self._limit = max(1, min(self._limit, self._open))
            if self._waiting_since is None:
                self._waiting_since = now
            return now - self._waiting_since < self._patience
