# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's log: its own messages, and only the type and location of unexpected errors.

Client input, Twisted's messages and exception texts are never logged, since they may contain a password.
"""

# Twisted is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import typing as t

from twisted.logger import LogEvent, formatEvent, formatTime
from twisted.python.failure import Failure

OURS = "charter.mail."  # prefix of our loggers' names


def write(stream: t.TextIO, event: LogEvent) -> None:
    """Write an event as a line with its time, if it is to be logged."""
    failure = event.get("log_failure")
    if failure is not None:
        text = _describe(failure)
    elif event.get("log_namespace", "").startswith(OURS):
        text = formatEvent(event)
    else:
        return
    print(formatTime(event["log_time"]), text, file=stream, flush=True)


def _describe(failure: Failure) -> str:
    kind = type(failure.value).__name__
    traceback = failure.getTracebackObject()
    if traceback is None:
        return f"unexpected {kind}"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"unexpected {kind} at {traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"
