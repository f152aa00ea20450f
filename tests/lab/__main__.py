# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the lab interactively: ``sudo .venv/bin/python tests/lab``, or ``python -m lab`` in ``tests``."""

from __future__ import annotations

import pathlib
import runpy
import sys

# The lab is a package: its parent directory must be on the path instead of its own, which Python put there.
_HERE = pathlib.Path(__file__).resolve().parent
sys.path[0] = str(_HERE.parent)
runpy.run_module(f"{_HERE.name}.serve", run_name="__main__", alter_sys=True)
