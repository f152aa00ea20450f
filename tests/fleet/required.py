# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test needs of the machine to start a fleet."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.missing import skip_or_fail

from .fleet import unavailable


def require(*, lab: bool = True) -> None:
    """Skip the test where no fleet can be started, with or without a mail lab; in CI, fail it."""
    reason = unavailable(lab)
    if reason is not None:
        skip_or_fail(reason)
