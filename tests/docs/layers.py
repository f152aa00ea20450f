# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of the layers in docs/architecture.md, made from the plan of tests/unit/layers.py.

GitHub draws Mermaid's flowcharts. Packages below one package are drawn in its frame. An arrow leads to a package
that may be imported from; it is left out where other arrows lead there anyway, or the picture could not be read.
"""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.tests.unit.layers import PLAN

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
_BEGIN = "<!-- Generated from tests/unit/layers.py by: python tests/docs -->\n"
_END = "<!-- End of the generated part -->\n"

Plan = t.Mapping[str, t.Collection[str]]


def updated(page: str, plan: Plan = PLAN) -> str:
    """The page with the picture of the plan between its two marks.

    Raises:
        ValueError: the page lacks a mark.
    """
    before, begin, rest = page.partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"the page must have the lines {_BEGIN.strip()} and {_END.strip()}")
    return "".join([before, begin, "```mermaid\n", picture(plan), "```\n", end, after])


def picture(plan: Plan) -> str:
    """A plan as one of Mermaid's flowcharts.

    Args:
        plan: for each package those that it may import from, all of which are packages of the plan, too.
    """
    lines = ["flowchart TD"]
    frames: dict[str, list[str]] = {}
    for package in plan:
        frames.setdefault(_frame(package, plan), []).append(package)
    for frame, packages in frames.items():
        nodes = [f'{_identifier(package)}["{_label(package, frame)}"]' for package in packages]
        if frame:
            lines += [f'    subgraph {_identifier(frame)}_all["{frame}"]', *(f"        {node}" for node in nodes)]
            lines.append("    end")
        else:
            lines += [f"    {node}" for node in nodes]
    for package in plan:
        lines += [f"    {_identifier(package)} --> {_identifier(other)}" for other in arrows(package, plan)]
    return "".join(f"{line}\n" for line in lines)


def arrows(package: str, plan: Plan) -> list[str]:
    """The packages that it may import from, without those that these lead to, in the order of the plan."""
    further = set().union(*(reached(other, plan) for other in plan[package]))
    return [other for other in plan if other in plan[package] and other not in further]


def reached(package: str, plan: Plan) -> set[str]:
    """All packages that arrows lead to from it, directly or not."""
    found: set[str] = set()
    waiting = [package]
    while waiting:
        news = set(plan[waiting.pop()]) - found
        found |= news
        waiting += news
    return found


def _frame(package: str, plan: Plan) -> str:
    """The outermost package of the plan that has others below it and is or holds this one; empty for none."""
    parts = package.split("/")
    folders = ("/".join(parts[: count + 1]) for count in range(len(parts)))
    return next(
        (folder for folder in folders if folder in plan and any(other.startswith(f"{folder}/") for other in plan)), ""
    )


def _label(package: str, frame: str) -> str:
    """The package's path below plugins/, or below its frame; a package with a frame is named like that."""
    return package.removeprefix(f"{frame}/") if package != frame else package.rpartition("/")[2]


def _identifier(package: str) -> str:
    return package.replace("/", "_")
