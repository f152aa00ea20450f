# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time, and every wait that time limits."""

from __future__ import annotations

import time
import typing as t

_T = t.TypeVar("_T")


class Clock:
    """The machine's clock. Tests replace it by one whose time passes while nothing happens."""

    def monotonic(self) -> float:
        """Seconds that never jump back, for time limits."""
        return time.monotonic()

    def wait(self, action: t.Callable[[float], _T], seconds: float) -> _T:
        """Call something that waits, and return what it returns.

        Args:
            action: waits for at most the seconds that it is given. In vain, it returns None, False or an empty list,
                or raises ``socket.timeout`` or ``queue.Empty``; then it may be called again.
            seconds: the time limit, more than 0.
        """
        return action(seconds)
