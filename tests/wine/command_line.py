# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts somebody's fake Outlook, for tests that are not in this process."""

from __future__ import annotations

import argparse
import pathlib

from .fake_outlook import FakeOutlook
from .office_pc import OfficePC
from .prefix import Prefix


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tests/wine", description=__doc__)
    parser.add_argument("directory", type=pathlib.Path, help="of the prefix")
    parser.add_argument("user", choices=["mario", "anna"], help="whose Outlook")
    options = parser.parse_args()
    pc = OfficePC(Prefix(options.directory))
    FakeOutlook(pc, {"mario": pc.mario, "anna": pc.anna}[options.user]).start()


if __name__ == "__main__":
    main()
