# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a fleet interactively or for Molecule: ``sudo .venv/bin/python tests/fleet up /run/my-fleet``.

It needs no packages, only Python and the files of this clone.
"""

from __future__ import annotations

import pathlib
import runpy
import sys

# tests/conftest.py makes the collection importable. This directory, which Python put on the path, must not be on it.
_TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[0] = str(_TESTS)
runpy.run_path(str(_TESTS / "conftest.py"))
runpy.run_module("ansible_collections.charter.mail.tests.fleet.command_line", run_name="__main__", alter_sys=True)
