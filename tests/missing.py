# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a test that needs what this machine does not have."""

from __future__ import annotations

import os
import typing as t

import pytest


def skip_or_fail(reason: str) -> t.NoReturn:
    """Skip the test, or fail it if CI is set in the environment: there, everything must be.

    Args:
        reason: what is missing.
    """
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
