# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much the unit tests try: a sample of what they could in the fast loop, and all of it in ``make test``.

This is the one place that decides it. A test that could try hundreds of cases passes them through here:

* ``examples`` for the number of generated examples,
* ``sample`` for kill points, sizes and rows that are alike,
* ``one_of_each`` for a table whose rows fall into kinds, such as the rows of one code,
* ``size`` for how large something is made that is expensive to make.

``sample`` and ``one_of_each`` return some of the cases unless ``CHARTER_MAIL_TESTS=full``, both where a test loops over
them and in ``pytest.mark.parametrize``.

``make unit`` sets ``CHARTER_MAIL_TESTS=fast``. Then conftest.py also runs a part of each table: of the cases of a
parametrised test, and of the tests with one of two marks, which are expensive and resemble each other:

* ``alike``: so many of those in a class or file, or of those in several files whose mark has the same name,
* ``one_in``: one in so many of those in a class or file, such as the scenarios of one feature on real files.

Of all others, each function runs with a row at least.

Another run takes other cases.
"""

from __future__ import annotations

import os
import random
import typing as t

VARIABLE = "CHARTER_MAIL_TESTS"  # tests/step_runner sets it
FULL = os.environ.get(VARIABLE) == "full"
FAST = os.environ.get(VARIABLE) == "fast"

_SHARE = 33  # the fast loop tries one in so many
_FEWEST = 2  # the first example that is generated is the simplest, and says little
_MOST = 2
_ROWS = 1  # at least, of a table in the fast loop; of a longer one, one row in so many
_ROW_SHARE = 8

_CHANCE = random.SystemRandom()  # Hypothesis seeds the usual one

_T = t.TypeVar("_T")


def examples(count: int) -> int:
    """How many generated examples to try, of so many in full."""
    return count if FULL else min(count, max(_FEWEST, count // _SHARE))


def sample(cases: t.Sequence[_T], most: int = _MOST) -> t.Sequence[_T]:
    """The cases to try, in their order: all of them, or so many in the fast loop, other ones in each run."""
    if FULL or len(cases) <= most:
        return cases
    return [cases[number] for number in sorted(_CHANCE.sample(range(len(cases)), most))]


def rows(table: t.Sequence[_T], most: int | None = None) -> t.Sequence[_T]:
    """The rows of a table that the fast loop tries, in their order: so many, or a share of them."""
    return sample(table, max(_ROWS, len(table) // _ROW_SHARE) if most is None else most)


def size(full: int, small: int) -> int:
    """How large to make something, such as a fleet whose limits grow with it."""
    return full if FULL else small


def one_of_each(cases: t.Sequence[_T], kind: t.Callable[[_T], t.Hashable]) -> t.Sequence[_T]:
    """The cases to try, in their order: all of them, or one of each kind in the fast loop."""
    if FULL:
        return cases
    numbers: dict[t.Hashable, list[int]] = {}
    for number, case in enumerate(cases):
        numbers.setdefault(kind(case), []).append(number)
    return [cases[number] for number in sorted(_CHANCE.choice(alike) for alike in numbers.values())]
