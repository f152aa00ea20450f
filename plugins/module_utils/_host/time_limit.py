# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long something may take in all, however it is divided."""

from __future__ import annotations

import contextlib
import time
import typing as t


class TimeLimit:
    """Seconds that several waits share.

    Args:
        seconds: for all of them.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._left = seconds

    @property
    def reached(self) -> bool:
        """Whether nothing is left."""
        return self._left <= 0

    @contextlib.contextmanager
    def wait(self, longest: float) -> t.Iterator[float]:
        """Counts the time until the context is left.

        Args:
            longest: seconds that this wait may take.

        Yields:
            When it must end, as ``time.monotonic`` has it.
        """
        start = time.monotonic()
        try:
            yield start + max(0.0, min(longest, self._left))
        finally:
            self._left -= time.monotonic() - start
