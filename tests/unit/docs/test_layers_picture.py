# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of the layers shows the plan that test_layers.py enforces."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.docs.layers import PAGE, arrows, picture, reached, updated
from ansible_collections.charter.mail.tests.unit.layers import PLAN

SMALL = {
    "base": (),
    "base/files": ("base",),
    "verify": ("base", "base/files"),
    "modules": ("base", "verify"),
}


def test_the_committed_picture_is_the_one_of_the_plan() -> None:
    page = PAGE.read_text()
    assert page == updated(page), "run: .venv/bin/python tests/docs"


def test_an_old_picture_is_replaced_and_the_text_around_it_stays() -> None:
    page = PAGE.read_text()
    changed = updated(page, SMALL)
    assert picture(SMALL) in changed
    assert picture(PLAN) not in changed
    assert updated(changed) == page


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="must have the lines"):
        updated("# Architecture\n")


def test_an_arrow_is_left_out_where_others_lead_there_anyway() -> None:
    assert arrows("verify", SMALL) == ["base/files"]
    assert arrows("modules", SMALL) == ["verify"]


@pytest.mark.parametrize("package", PLAN)
def test_the_arrows_lead_to_all_that_may_be_imported(package: str) -> None:
    drawn = {name: arrows(name, PLAN) for name in PLAN}
    assert set(PLAN[package]) <= reached(package, drawn)


def test_packages_are_drawn_in_the_frame_of_the_one_above() -> None:
    assert picture(SMALL).splitlines() == [
        "flowchart TD",
        '    subgraph base_all["base"]',
        '        base["base"]',
        '        base_files["files"]',
        "    end",
        '    verify["verify"]',
        '    modules["modules"]',
        "    base_files --> base",
        "    verify --> base_files",
        "    modules --> verify",
    ]
