# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's screenshot shows the current output of the command."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.docs import screenshot


def test_the_committed_picture_is_up_to_date() -> None:
    output = screenshot.terminal()
    assert "Set provider to spectrum: tested from here without a password" in output
    assert screenshot.FILE.read_text() == screenshot.render(output), "run: .venv/bin/python tests/docs"


def test_the_picture_loads_nothing_and_shows_no_password() -> None:
    picture = screenshot.FILE.read_text()
    assert picture.count("://") == picture.count('xmlns="http://www.w3.org/2000/svg"')
    assert screenshot.PASSWORD not in picture
    assert "/tmp" not in picture
