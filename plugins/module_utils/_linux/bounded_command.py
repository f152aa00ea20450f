# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that runs as a user, within a limited time and with a limited output.

Whatever runs as a user, that user's other programs can stop, and they can write to what it writes to.
"""

from __future__ import annotations

import typing as t

from .._model.errors import HostError
from . import local_user
from .os_errors import host_error

RunCommand = t.Callable[[t.List[str]], t.Tuple[int, str, str]]
"""Runs a program to its end: the exit code, what it printed, what it complained about."""

SECONDS = 30  # more than a call to the message bus can take
OUTPUT = 4000  # bytes

# The shell and both timeout(1) stay the process's own. The exit code goes to the shell's output, and the beginning of
# what the program prints to its error output; nothing else has these open, so that nothing keeps them open.
_SCRIPT = (
    'seconds=$1 bytes=$2; shift 2; { { timeout -k 5 "$seconds" "$@" </dev/null 2>&1 3>&-; echo "$?" >&3; } | '
    'timeout -k 5 "$seconds" head -c "$bytes" >&2 3>&-; } 3>&1'
)
_TIMED_OUT = (124, 137)  # timeout(1), EXIT STATUS


def run(run_command: RunCommand, name: str, command: t.Sequence[str], seconds: int = SECONDS) -> tuple[int, str]:
    """Run a command that becomes the user.

    Args:
        run_command: starts it.
        name: the program, for messages.
        command: becomes the user by itself, where the process is not the user's own.
        seconds: after which it is ended.

    Returns:
        The exit code, and the beginning of what it printed on one line.

    Raises:
        HostError: it cannot be started, or did not end in time.
    """
    words = ["/bin/sh", "-c", _SCRIPT, "sh", str(seconds), str(OUTPUT), *command]
    try:
        with local_user.acting_as_ourselves():
            code, output, printed = run_command(words)
    except OSError as error:
        raise host_error(name, error) from error
    code = int(output) if code == 0 and output.strip().isdecimal() else code
    if code in _TIMED_OUT:
        raise HostError(
            name,
            f"it did not end within {seconds} seconds",
            "see that the user's session answers, or have the user log out, and run again",
        )
    return code, " ".join(printed.split())
