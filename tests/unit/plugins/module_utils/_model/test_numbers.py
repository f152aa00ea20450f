# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers from outside have a limit, and only ASCII digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model.numbers import INT32, MAIL_NUMBER, number_in


@given(st.integers(0, 2**33), st.integers(0, 5))
def test_numbers_up_to_the_limit(number: int, zeros: int) -> None:
    digits = "0" * zeros + str(number)
    wanted = number if number <= MAIL_NUMBER else None
    assert number_in(digits, MAIL_NUMBER) == wanted
    assert number_in(digits.encode(), MAIL_NUMBER) == wanted


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "-1", "+1", "1_0", "0x1", "1.0", "1e1", "\u00b2", "\u0664", "9" * 6000, str(INT32 + 1)]
)
def test_anything_else_is_no_number(text: str) -> None:
    assert number_in(text, INT32) is None
    assert number_in(text.encode(), INT32) is None


@given(st.text() | st.binary())
def test_no_text_raises_anything(text: str | bytes) -> None:
    assert number_in(text, INT32) is None or number_in(text, INT32) in range(INT32 + 1)


def test_any_count_of_zeros() -> None:
    assert number_in("0" * 6000 + "7", INT32) == 7
    assert number_in("0" * 6000, INT32) == 0
