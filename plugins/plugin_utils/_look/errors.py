# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error for what a look at a host cannot show."""

from __future__ import annotations


class UnseenError(Exception):
    """Only the host can answer this: the module must run.

    The text is for tests and has no file content.
    """
