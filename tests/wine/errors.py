# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with the PC."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.lab.errors import LabError


class WineError(LabError):
    """Wine cannot run here, does not start, or a program in it failed; ``str(error)`` is one sentence."""
