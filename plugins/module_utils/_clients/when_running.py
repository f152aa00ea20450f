# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``when_running: wait``: waiting until the user has closed a client."""

from __future__ import annotations

import time
import typing as t

from .._model.errors import ClientRunningError

_POLL_SECONDS = 0.5


def once_closed(action: t.Callable[[], None], seconds: float) -> None:
    """Do what needs the client closed, as soon as it is.

    Args:
        action: raises ClientRunningError as long as the client is open, with nothing done.
        seconds: how long to wait; 0 to try once.

    Raises:
        ClientRunningError: the client is still open.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            action()
            return
        except ClientRunningError:
            if time.monotonic() >= give_up:
                raise
        time.sleep(_POLL_SECONDS)
