# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what is generated in the documentation: ``.venv/bin/python tests/docs``.

That is the screenshot in the README, the picture of the layers in docs/architecture.md, and, where it has changed, that
of a run's page in docs/report.md, which needs a browser (tests/setup/packages.sh). Tests compare all with the committed
files.
"""

from __future__ import annotations

import pathlib
import runpy
import sys

# tests/conftest.py makes the collection importable; this folder, which Python puts on the path, must not be on it.
_TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[0] = str(_TESTS)
runpy.run_path(str(_TESTS / "conftest.py"))
runpy.run_module("ansible_collections.charter.mail.tests.docs.generate", run_name="__main__", alter_sys=True)
runpy.run_module("ansible_collections.charter.mail.tests.docs.role_arguments", run_name="__main__", alter_sys=True)
