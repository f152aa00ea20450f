# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A time limit shared by several waits."""

from __future__ import annotations

import contextlib
import time
import typing as t


class TimeLimit:
    """A number of seconds that several waits share.

    Args:
        seconds: the total of all waits.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._left = seconds

    @property
    def reached(self) -> bool:
        """Whether no time is left."""
        return self._left <= 0

    @contextlib.contextmanager
    def wait(self, longest: float) -> t.Iterator[float]:
        """Count the time until the context is left.

        Args:
            longest: the most seconds that this wait may take.

        Yields:
            The deadline, on the clock of ``time.monotonic``.
        """
        start = time.monotonic()
        try:
            yield start + max(0.0, min(longest, self._left))
        finally:
            self._left -= time.monotonic() - start
