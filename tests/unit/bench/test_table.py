# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of make bench, from made-up measurements."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.bench.table import Cost, Growth, Row, growth_table, number, table

OURS = [Cost(0.21, 0.04, 0.18), Cost(0.50, 0.05, 0.20), Cost(0.22, 0.04, 0.19)]
PING = [Cost(0.20, 0.04, 0.16), Cost(0.20, 0.04, 0.16), Cost(0.40, 0.04, 0.16)]


def test_a_row_compares_medians_and_shows_the_spread_of_neighbours() -> None:
    row = Row("ours / ping", OURS, PING, limit=1.15)
    assert row.ratio == pytest.approx(1.1)
    assert list(row.spread) == pytest.approx([0.55, 2.5])
    assert row.cpu_ratio == pytest.approx(0.23 / 0.20)
    assert row.result == "at most 1.15: met"


@pytest.mark.parametrize(
    ("row", "result"),
    [
        (Row("x", OURS, PING, limit=1.05), "at most 1.05: MISSED"),
        (Row("x", OURS, PING, least=1.05), "at least 1.05: met"),
        (Row("x", OURS, PING, least=4), "at least 4: MISSED"),
        (Row("x", OURS, PING), ""),
    ],
)
def test_a_goal_is_met_or_missed(row: Row, result: str) -> None:
    assert row.result == result


def test_measurements_without_a_neighbour_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        table([Row("x", OURS, PING[:2])])


def test_the_table() -> None:
    allowed = [Cost(4.0)] * 3
    text = table([Row("ours / ping", OURS, PING, limit=1.15), Row("holes / allowed", OURS, allowed, limit=1)])
    assert text.splitlines()[2:] == [
        (
            "| ours / ping | **1.10** | 0.55 - 2.50 | **1.15** | at most 1.15: met | 220 ms / 200 ms "
            "| 40 + 190 / 40 + 160 | 3 |"
        ),
        "| holes / allowed | **0.06** | 0.05 - 0.12 |  | at most 1: met | 220 ms / 4.0 s | 40 + 190 / 0 + 0 | 3 |",
    ]


@pytest.mark.parametrize(
    ("power", "result"), [(1.0, "at most 1.2: met"), (1.19, "at most 1.2: met"), (2.0, "at most 1.2: MISSED")]
)
def test_an_exponent_is_that_of_what_comes_above_one(power: float, result: str) -> None:
    one = [Cost(0, 0.3), Cost(0, 0.1, 0.4), Cost(0, 0.9)]
    costs = {count: [Cost(0, 0.5 + 0.001 * count**power)] * 3 for count in (50, 200, 2000)}
    growth = Growth("accounts", one, costs, 1.2)
    assert growth.exponent == pytest.approx(power)
    assert growth.result == result


def test_what_costs_no_more_than_one_does_not_grow() -> None:
    growth = Growth("accounts", [Cost(1, 1)] * 3, {50: [Cost(1, 0.9)] * 3, 100: [Cost(1, 1)] * 3}, 1.2)
    assert growth.exponent == 0
    assert growth_table([growth]).splitlines()[2] == (
        "| accounts | **0.00** | at most 1.2: met | 1: 1.0 s, 50: 900 ms, 100: 1.0 s | 3 |"
    )


@pytest.mark.parametrize(("value", "shown"), [(0.171, "0.17"), (1.1, "1.10"), (12.34, "12.3"), (123.4, "123")])
def test_numbers_are_short(value: float, shown: str) -> None:
    assert number(value) == shown
