# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report of a run to files. They contain a company's addresses, so only their owner can read them."""

from __future__ import annotations

import contextlib
import os
import secrets

from ..fleet_report import FleetReport
from ..junit import junit
from ..page.page import page
from ..report_json import report_json


def write_page(report: FleetReport, path: str) -> None:
    """Write the page (HTML).

    Args:
        report: the run.
        path: the file, in an existing folder. An existing file is replaced atomically.

    Raises:
        OSError: it cannot be written.
    """
    _replace(path, page(report).encode())


def write_json(report: FleetReport, path: str) -> None:
    """Write the run as JSON; otherwise as ``write_page``."""
    _replace(path, report_json(report).encode() + b"\n")


def write_junit(report: FleetReport, path: str) -> None:
    """Write the run as JUnit XML; otherwise as ``write_page``."""
    _replace(path, junit(report) + b"\n")


def _replace(path: str, content: bytes) -> None:
    folder, name = os.path.split(os.path.abspath(path))
    beside = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
