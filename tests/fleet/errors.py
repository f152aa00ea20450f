# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of a fleet."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.lab.errors import LabError


class FleetError(LabError):
    """The fleet cannot be started or stopped. The message says why."""
