# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look at a host cannot tell."""

from __future__ import annotations


class UnseenError(Exception):
    """The answer needs the host itself: the module finds it.

    Its text is for tests and has no content of a file.
    """
