# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the lab."""

from __future__ import annotations


class LabError(Exception):
    """The lab cannot be started or used. The message says why and quotes the output of the program that failed."""
