# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time, and all waits with a time limit."""

from __future__ import annotations

import time
import typing as t

_T = t.TypeVar("_T")


class Clock:
    """The machine's clock. Unit tests replace it with one whose time passes while nothing happens."""

    def monotonic(self) -> float:
        """Seconds that never go back, for time limits."""
        return time.monotonic()

    def wait(self, action: t.Callable[[float], _T], seconds: float) -> _T:
        """Call a function that waits, and return its result.

        Args:
            action: waits for at most the given seconds. On timeout, it returns None, False or an empty list, or raises
                ``socket.timeout`` or ``queue.Empty``, and may be called again.
            seconds: the time limit, more than 0.
        """
        return action(seconds)
