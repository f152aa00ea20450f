# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a question of client.py inside the lab."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

from .lab import MailLab

_CLIENT = pathlib.Path(__file__).with_name("client.py")


def ask(lab: MailLab, question: str, **arguments: object) -> dict[str, t.Any]:
    """The answer; a refusal is one, too: ``{"error": the exception's name, "text": ...}``."""
    done = subprocess.run(
        lab.command([sys.executable, str(_CLIENT)]),
        input=json.dumps([question, arguments]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{question} broke:\n{done.stderr}")
    answer: dict[str, t.Any] = json.loads(done.stdout)
    return answer
