# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes ``ansible_collections.charter.mail`` importable from a clone in any folder.

It is always this clone that is tested: an installed charter.mail elsewhere on the path does not get in.
Under ansible-test this clone is importable already, and nothing is done.

On a Python older than the controller's floor only the tests of what runs on targets are collected.
"""

from __future__ import annotations

import importlib.util
import pathlib
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "ansible_collections.charter.mail"
CONTROLLER_FLOOR = (3, 11)


def _is_this_clone() -> bool:
    try:
        spec = importlib.util.find_spec(NAME)
    except ModuleNotFoundError:
        return False
    return spec is not None and str(ROOT) in (spec.submodule_search_locations or ())


def _provide() -> None:
    namespace, company, collection = "ansible_collections", "ansible_collections.charter", NAME
    for name in (namespace, company):
        sys.modules.setdefault(name, _package(name, []))
    sys.modules[collection] = _package(collection, [str(ROOT)])


def _package(name: str, path: list[str]) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = path
    return module


def _runs_on_targets(path: pathlib.Path) -> bool:
    plugins = ROOT / "tests" / "unit" / "plugins"
    folders = (plugins / "modules", plugins / "module_utils")
    return any(path == folder or folder in path.parents or path in folder.parents for folder in folders)


def pytest_ignore_collect(collection_path: pathlib.Path) -> bool | None:
    if sys.version_info >= CONTROLLER_FLOOR or _runs_on_targets(collection_path):
        return None  # no opinion: pytest decides
    return True


if not _is_this_clone():
    _provide()
