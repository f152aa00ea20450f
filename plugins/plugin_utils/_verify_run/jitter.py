# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variable ``mail_jitter``: each host waits for a random part of it, so that not all tests start at once."""

from __future__ import annotations

import math
import random
import time
import typing as t

from ...module_utils._model.errors import OptionError

VARIABLE = "mail_jitter"  # seconds


def wait(wanted: t.Any) -> None:
    """Wait for a random part of the jitter.

    Args:
        wanted: the variable's value; None for none.

    Raises:
        OptionError: the variable's value is invalid.
    """
    time.sleep(random.uniform(0, _seconds(wanted)))


def _seconds(wanted: t.Any) -> float:
    wanted = wanted or 0
    try:
        seconds = float(wanted)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 <= seconds < math.inf:
        raise OptionError(VARIABLE, f"{wanted!r} is not a number of seconds", "write 0 or more")
    return seconds
