# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of measurements: medians, ratios with their spread, and the table."""

from __future__ import annotations

import dataclasses
import math
import statistics
import typing as t

_NOTHING = 0.001  # CPU seconds; less cannot be told from nothing


@dataclasses.dataclass(frozen=True)
class Cost:
    """What something cost once.

    Attributes:
        seconds: wall time.
        controller: CPU seconds of Ansible and what it started.
        hosts: CPU seconds of the hosts.
    """

    seconds: float
    controller: float = 0.0
    hosts: float = 0.0

    @property
    def cpu(self) -> float:
        """All CPU seconds."""
        return self.controller + self.hosts

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.controller + other.controller, self.hosts + other.hosts)


@dataclasses.dataclass(frozen=True)
class Row:
    """A comparison.

    Attributes:
        name: what is compared with what.
        ours: the costs of the one, in the order of the repetitions.
        base: the costs of the other.
        goal: for readers: ``<= 1.15``.
        limit: the greatest ratio that meets the goal; None where the goal is a least ratio or there is none.
        least: the least ratio that meets the goal; None likewise.
    """

    name: str
    ours: t.Sequence[Cost]
    base: t.Sequence[Cost]
    limit: float | None = None
    least: float | None = None

    @property
    def ratio(self) -> float:
        """Of the medians of the wall times."""
        return _seconds(self.ours) / _seconds(self.base)

    @property
    def cpu_ratio(self) -> float | None:
        """Of the medians of the CPU seconds; None where there is nothing to compare with."""
        base = median(cost.cpu for cost in self.base)
        return median(cost.cpu for cost in self.ours) / base if base else None

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the greatest ratio of measurements that were made side by side."""
        ratios = [one.seconds / other.seconds for one, other in zip(self.ours, self.base, strict=True)]
        return min(ratios), max(ratios)

    @property
    def result(self) -> str:
        """The goal, and whether it is met."""
        if self.limit is not None:
            return f"at most {self.limit:g}: {'met' if self.ratio <= self.limit else 'MISSED'}"
        if self.least is not None:
            return f"at least {self.least:g}: {'met' if self.ratio >= self.least else 'MISSED'}"
        return ""


@dataclasses.dataclass(frozen=True)
class Growth:
    """How the CPU seconds of a task grow with a number: as its first power, its square, or something between.

    Attributes:
        name: what grows with what.
        one: the costs of one, which are taken off the others.
        costs: for each larger number the costs.
        limit: the greatest exponent that meets the goal.
    """

    name: str
    one: t.Sequence[Cost]
    costs: t.Mapping[int, t.Sequence[Cost]]
    limit: float

    @property
    def exponent(self) -> float:
        """The slope of the best line through the logarithms."""
        least = median(cost.cpu for cost in self.one)
        points = [
            (math.log(count), math.log(max(median(cost.cpu for cost in costs) - least, _NOTHING)))
            for count, costs in self.costs.items()
        ]
        middle = [sum(values) / len(points) for values in zip(*points, strict=True)]
        slope: float = sum((x - middle[0]) * (y - middle[1]) for x, y in points)
        return slope / math.fsum((x - middle[0]) ** 2 for x, _ in points)

    @property
    def result(self) -> str:
        """The goal, and whether it is met."""
        return f"at most {self.limit:g}: {'met' if self.exponent <= self.limit else 'MISSED'}"


def growth_table(growths: t.Sequence[Growth]) -> str:
    """The exponents in Markdown, with the CPU seconds that they are made of."""
    lines = ["| what grows | exponent | goal | CPU, medians | runs |", "|---|---|---|---|---|"]
    for growth in growths:
        sizes = {1: growth.one, **growth.costs}
        cpu = ", ".join(f"{count}: {duration(median(cost.cpu for cost in sizes[count]))}" for count in sizes)
        lines.append(f"| {growth.name} | **{growth.exponent:.2f}** | {growth.result} | {cpu} | {len(growth.one)} |")
    return "\n".join(lines)


def table(rows: t.Sequence[Row]) -> str:
    """The rows in Markdown; CPU is that of controller and hosts, in milliseconds."""
    lines = [
        "| what | wall | spread | CPU | goal | wall, medians | CPU controller + hosts, medians | runs |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cpu_ratio = "" if row.cpu_ratio is None else f"**{number(row.cpu_ratio)}**"
        low, high = row.spread
        lines.append(
            f"| {row.name} | **{number(row.ratio)}** | {number(low)} - {number(high)} | {cpu_ratio} | {row.result} "
            f"| {duration(_seconds(row.ours))} / {duration(_seconds(row.base))} "
            f"| {_cpu(row.ours)} / {_cpu(row.base)} | {len(row.ours)} |"
        )
    return "\n".join(lines)


def number(value: float) -> str:
    """With three digits where there are less than four: 0.17, 1.08, 12.3, 123."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def duration(seconds: float) -> str:
    """A duration for readers."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def median(values: t.Iterable[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def _seconds(costs: t.Sequence[Cost]) -> float:
    return median(cost.seconds for cost in costs)


def _cpu(costs: t.Sequence[Cost]) -> str:
    controller, hosts = (median(one) for one in ([c.controller for c in costs], [c.hosts for c in costs]))
    return f"{controller * 1000:.0f} + {hosts * 1000:.0f}"
