# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an action of client.py inside the lab."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

from .lab import MailLab

_CLIENT = pathlib.Path(__file__).with_name("client.py")


def run_client(lab: MailLab, action: str, **arguments: object) -> dict[str, t.Any]:
    """Run an action and return its result; if the server refuses, ``{"error": exception name, "text": ...}``."""
    done = subprocess.run(
        lab.command([sys.executable, str(_CLIENT)]),
        input=json.dumps([action, arguments]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{action} failed:\n{done.stderr}")
    result: dict[str, t.Any] = json.loads(done.stdout)
    return result
