# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``when_running``: what to do if a user's client is open. No run closes a client."""

from __future__ import annotations

import time
import typing as t

from .._model.errors import ClientRunningError

FAIL, _SKIP, _WAIT = "fail", "skip", "wait"
OPTIONS: t.Mapping[str, t.Any] = {
    "when_running": {"type": "str", "choices": [FAIL, _SKIP, _WAIT], "default": FAIL},
    "wait_seconds": {"type": "int", "default": 60},
}

_POLL_SECONDS = 0.5


def seconds_to_wait(params: t.Mapping[str, t.Any]) -> int:
    """How long a run waits for a client to be closed; 0 for not at all.

    Args:
        params: the task's values for ``OPTIONS``.
    """
    return int(params["wait_seconds"]) if params["when_running"] == _WAIT else 0


def skips(when_running: str) -> bool:
    """Whether accounts are skipped with a warning if the client stays open. Otherwise they fail."""
    return when_running == _SKIP


def in_check_mode(client: str, when_running: str) -> str:
    """The warning in check mode that a client is open.

    Args:
        client: the client's name.
        when_running: the option's value.
    """
    return f"{client} is open now: outside check mode, when_running={when_running} would apply"


def once_closed(action: t.Callable[[], None], seconds: float) -> None:
    """Run an action that needs the client closed, as soon as it is.

    Args:
        action: raises ClientRunningError, with nothing done, while the client is open.
        seconds: the time to wait; 0 to try once.

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
