# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interrupts runs at every point where they change something: ``make soak``, or some scenarios by name.

.venv/bin/python tests/soak thunderbird_purge evolution_absent
"""

from __future__ import annotations

import pathlib
import runpy
import sys

# tests/conftest.py makes the collection importable; this folder, which Python puts on the path, must not be on it.
_TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[0] = str(_TESTS)
runpy.run_path(str(_TESTS / "conftest.py"))
runpy.run_module("ansible_collections.charter.mail.tests.soak.soak", run_name="__main__", alter_sys=True)
