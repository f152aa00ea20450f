# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts somebody's fake Outlook on a PC that runs: ``.venv/bin/python tests/wine DIRECTORY mario``.

DIRECTORY is that of the prefix; a fleet's inventory of the PC tells it.
"""

from __future__ import annotations

import pathlib
import runpy
import sys

# tests/conftest.py makes the collection importable; this folder, which Python puts on the path, must not be on it.
_TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[0] = str(_TESTS)
runpy.run_path(str(_TESTS / "conftest.py"))
runpy.run_module("ansible_collections.charter.mail.tests.wine.command_line", run_name="__main__", alter_sys=True)
