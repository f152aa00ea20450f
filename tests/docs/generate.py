# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated parts of the documentation, written to their files."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.docs import layers, report_page, screenshot


def main() -> None:
    """Write them all."""
    layers.PAGE.write_text(layers.updated(layers.PAGE.read_text()))
    screenshot.FILE.write_text(screenshot.render(screenshot.terminal()))
    if report_page.named(report_page.FILE.read_bytes()) != report_page.digest(report_page.shown()):
        report_page.FILE.write_bytes(report_page.picture())


if __name__ == "__main__":
    main()
