# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture in docs/report.md shows the page as it is."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.docs import report_page


def test_the_committed_picture_is_up_to_date_and_small() -> None:
    picture = report_page.FILE.read_bytes()
    assert report_page.named(picture) == report_page.digest(report_page.shown()), "run: .venv/bin/python tests/docs"
    assert len(picture) <= 200_000
    assert "(images/report.png)" in (report_page.FILE.parents[1] / "report.md").read_text()


def test_a_picture_without_a_digest_is_told() -> None:
    png = report_page.FILE.read_bytes()
    assert report_page.named(png[:33]) == ""
