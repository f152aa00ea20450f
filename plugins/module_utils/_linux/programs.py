# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs programs of this host."""

from __future__ import annotations


def run_program(command: list[str]) -> tuple[int, str, str]:
    """Run a program to its end, without input.

    Returns:
        Exit code, output and error output.

    Raises:
        OSError: it cannot be started.
    """
    import subprocess  # imported late: only desktops need programs

    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr
