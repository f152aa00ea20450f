# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports from a zip file, in a process of their own: they find the same as Python's own, and compile once."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t
import zipfile

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import quick_imports

# A file in the package counts how often it is compiled: zipimport asks this function for each time.
PROGRAM = """
import importlib.util, json, sys, zipimport
archive, room, how = sys.argv[1:]
compiled = []
genuine = zipimport._compile_source
def counting(path, source):
    compiled.append(path)
    return genuine(path, source)
sys.path.insert(0, archive)
import first
if how == "quick":
    spec = importlib.util.spec_from_file_location("quick_imports", room)
    quick_imports = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(quick_imports)
    quick_imports.install()
zipimport._compile_source = counting
import house.room.chair, house.table
found = {name: [module.__file__, module.__spec__.origin, bool(getattr(module, "__path__", None))]
         for name, module in sys.modules.items() if name.startswith("house")}
try:
    import house.nothing
except ModuleNotFoundError as error:
    missing = error.name
print(json.dumps([found, house.room.chair.LEGS, missing, len(compiled), len(set(compiled))]))
"""


@pytest.fixture
def archive(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "payload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("first.py", "house/__init__.py", "house/room/__init__.py", "house/table.py"):
            file.writestr(name, "")
        file.writestr("house/room/chair.py", "from .. import table\nLEGS = 4\n")
    return path


def run(archive: pathlib.Path, how: str) -> list[t.Any]:
    command = [sys.executable, "-c", PROGRAM, str(archive), quick_imports.__file__, how]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: list[t.Any] = json.loads(done.stdout)
    return found


def test_the_same_is_found_and_compiled_once(archive: pathlib.Path) -> None:
    found, legs, missing, compiled, files = run(archive, "quick")
    assert [found, legs, missing] == run(archive, "plain")[:3]
    assert (legs, missing) == (4, "house.nothing")
    assert found["house.room"] == [f"{archive}/house/room/__init__.py"] * 2 + [True]
    assert found["house.room.chair"] == [f"{archive}/house/room/chair.py"] * 2 + [False]
    assert compiled == files == 4
