# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much the unit tests try: a sample of what they could in the fast loop, and all of it in ``make test``."""

from __future__ import annotations

import os
import random
import typing as t

VARIABLE = "CHARTER_MAIL_TESTS"  # tests/run_tests.py sets it to "full" for every step but the fast one
FULL = os.environ.get(VARIABLE) == "full"

_SHARE = 20  # the fast loop tries one in so many
_MOST = 4

_T = t.TypeVar("_T")


def examples(count: int) -> int:
    """How many generated examples to try, of so many in full."""
    return count if FULL else max(1, count // _SHARE)


def sample(cases: t.Sequence[_T], most: int = _MOST) -> t.Sequence[_T]:
    """The cases to try, in their order: all of them, or so many in the fast loop, other ones in each run."""
    if FULL or len(cases) <= most:
        return cases
    return [cases[number] for number in sorted(random.sample(range(len(cases)), most))]
