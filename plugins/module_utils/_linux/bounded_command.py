# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program as a user, with limited time and output.

The user's other programs can stop it, and can write to its output.
"""

from __future__ import annotations

import typing as t

from .._model.errors import HostError
from .._model.numbers import number_in
from . import local_user
from .os_errors import host_error

RunCommand = t.Callable[[t.List[str]], t.Tuple[int, str, str]]
"""Runs a program to its end; returns exit code, output and error output."""

SECONDS = 30  # more than a call on the message bus can take
GRACE = 5  # seconds to terminate before it is killed
OUTPUT = 4000  # bytes

# The shell and both timeout(1) run as the process's own user. The exit code goes to the shell's output, and the start
# of the program's output to its error output. Nothing else has these open, so nothing can keep them open.
_SCRIPT = (
    'end=$1 kill=$2 bytes=$3; shift 3; { { timeout -k "$kill" "$end" "$@" </dev/null 2>&1 3>&-; echo "$?" >&3; } | '
    'timeout "$((end + 2 * kill))" dd bs=1 "count=$bytes" >&2 2>/dev/null 3>&-; } 3>&1 || :'
)
_TIMED_OUT = (124, 137)  # timeout(1), EXIT STATUS


def run(run_command: RunCommand, name: str, command: t.Sequence[str], seconds: int = SECONDS) -> tuple[int, str]:
    """Run a command that becomes the user.

    Args:
        run_command: starts the command.
        name: the program, for messages.
        command: switches to the user by itself if the process is not already the user's.
        seconds: the time limit.

    Returns:
        The exit code, and the start of its output on one line.

    Raises:
        HostError: it could not be started, or did not end in time.
    """
    words = ["/bin/sh", "-c", _SCRIPT, "sh", str(seconds), str(GRACE), str(OUTPUT), *command]
    try:
        with local_user.acting_as_ourselves():
            code, output, printed = run_command(words)
    except OSError as error:
        raise host_error(name, error) from error
    if code == 0:  # the shell's exit code
        ended = number_in(output.strip(), 255)
        code = _TIMED_OUT[-1] if ended is None else ended
    if code in _TIMED_OUT:
        raise HostError(
            name,
            f"it did not end within {seconds} seconds",
            "make sure that the user's session responds, or have the user log out, and run again",
        )
    return code, " ".join(printed.split())
