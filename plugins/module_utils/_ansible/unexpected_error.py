# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An unexpected error: the message for users, and its trace.

Neither contains the error's own message or any value: they could hold a password.
"""

from __future__ import annotations

import traceback
import typing as t

ISSUES = "https://github.com/charter-mail/charter.mail/issues"

_OURS = "ansible_collections/"
_SHOWS_TRACES = 3  # -vvv
_LONGEST = 40  # frames shown of one error, the innermost ones


def sentence(error: Exception, *, writing: bool = False) -> str:
    """The error and its remedy, as sentences.

    Args:
        error: the caught error.
        writing: whether something may have been changed before.
    """
    left = " What was changed before is not known; the next run corrects it." if writing else ""
    if isinstance(error, MemoryError):
        return f"there is not enough memory on this host.{left} Free memory and run again."
    kind = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        kind = f"{kind} ({error.strerror})"
    frames = _frames(error)
    where = f" in {frames[-1]}" if frames else ""
    return f"an unexpected {kind}{where}.{left} Report it at {ISSUES}, with the trace that -vvv shows."


def trace(error: BaseException) -> str:
    """The frames of an error and its causes, the outermost error last, without messages and values."""
    parts = []
    seen: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in seen:
        seen.append(found)
        parts.append("\n".join([f"{type(found).__name__}:", *(f"  {frame}" for frame in _frames(found))]))
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\n".join(reversed(parts))


def in_result(traces: t.Sequence[str], verbosity: int) -> dict[str, t.Any]:
    """The result's part with traces: at -vvv only.

    ``exception`` is meant for this, but depends on another setting since ansible-core 2.19.
    """
    return {"trace": list(traces)} if traces and verbosity >= _SHOWS_TRACES else {}


def _frames(error: BaseException) -> list[str]:
    walked = traceback.walk_tb(error.__traceback__)
    found = traceback.StackSummary.extract(walked, limit=-_LONGEST, lookup_lines=False)
    return [f"{frame.filename.rpartition(_OURS)[2]}, line {frame.lineno}, {frame.name}" for frame in found]
