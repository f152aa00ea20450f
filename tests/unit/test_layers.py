# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports in plugins/ point downwards, and few packages touch files, networks or processes.

``PLAN`` is the map of the layers. The tests read the imports of every file and compare.
"""

from __future__ import annotations

import ast
import graphlib

import pytest

from .amount import sample
from .imports import imports_alone, package_of, restrictions_of, uses, violations
from .layers import (
    ANSIBLE,
    CLIENTS,
    EVOLUTION_PASSWORDS,
    EXCEPTIONS,
    HOST,
    LINUX,
    MODEL,
    PLAN,
    PLUGINS,
    PROVIDERS,
    THUNDERBIRD,
    TOP,
    VERIFY,
    WIRE,
    plugin_files,
)


def test_the_plan_itself_points_one_way() -> None:
    packages = list(PLAN)
    for package, allowed in PLAN.items():
        below = packages[: packages.index(package)]
        assert set(allowed) <= set(below) or package in TOP
        assert not set(allowed) & set(TOP)


def test_every_client_has_its_package_in_the_plan() -> None:
    clients = {path.parent.relative_to(PLUGINS).as_posix() for path in PLUGINS.glob(f"{CLIENTS}/*/**/*.py")}
    assert clients == {package for package in PLAN if package.startswith(f"{CLIENTS}/")}


def test_every_package_of_the_plan_exists_and_every_arrow_is_used() -> None:
    used: dict[str, set[str]] = {package: set() for package in PLAN}
    for path in plugin_files():
        imports = (use for _line, use in uses(path, (PLUGINS / path).read_text()) if use.startswith("/"))
        home = path.rpartition("/")[0]
        used[home] |= {package_of(use) or "" for use in imports} - {home}
    assert {package: set(allowed) for package, allowed in PLAN.items()} == used


def test_no_files_import_each_other_in_a_circle() -> None:
    files = {f"/{path[: -len('.py')]}" for path in plugin_files()}
    imports = {}
    for path in plugin_files():
        used = [use for _line, use in uses(path, (PLUGINS / path).read_text()) if use.startswith("/")]
        imports[f"/{path[: -len('.py')]}"] = {
            target for use in used for target in (use, use.rpartition("/")[0]) if target in files
        }
    graphlib.TopologicalSorter(imports).prepare()  # raises CycleError, which names the files


def test_every_file_keeps_to_the_plan() -> None:
    assert [found for path in plugin_files() for found in violations(path, (PLUGINS / path).read_text())] == []


def test_imports_are_found_without_the_rest_of_a_file() -> None:
    def imports(source: str) -> list[tuple[int, str]]:
        found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
        return sorted((node.lineno, ast.unparse(node)) for node in found)

    for path in sample(plugin_files(), 10):
        source = (PLUGINS / path).read_text()
        assert imports(imports_alone(source)) == imports(source)


@pytest.mark.parametrize(
    "source",
    [
        "import os; import socket",
        "if x: import os",
        "from os import \\\n path",
        '"""A text.\n\nimport os\n"""; import os',
    ],
)
def test_a_file_with_other_imports_is_parsed_whole(source: str) -> None:
    assert imports_alone(source) == source


@pytest.mark.parametrize("path", EXCEPTIONS)
def test_every_exception_is_needed(path: str) -> None:
    used = {thing for _line, use in uses(path, (PLUGINS / path).read_text()) for thing in restrictions_of(use)}
    assert set(EXCEPTIONS[path]) <= used


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (f"{MODEL}/x.py", "from .._host import files"),
        (f"{MODEL}/x.py", "from ..._host.files import Files"),
        (f"{PROVIDERS}/x.py", "from .._host.files import Files"),
        (f"{HOST}/x.py", "from .._clients import engine"),
        (f"{CLIENTS}/x.py", "from .thunderbird.prefs import parse"),
        (f"{CLIENTS}/x.py", "from . import thunderbird"),
        (f"{THUNDERBIRD}/x.py", "from ..evolution.sources import Sources"),
        (f"{THUNDERBIRD}/x.py", "from ..._verify.check import Check"),
        (f"{VERIFY}/x.py", "from .._clients.engine import Step"),
        (f"{ANSIBLE}/x.py", "from ansible_collections.charter.mail.plugins.modules import mail_verify"),
        (f"{ANSIBLE}/x.py", "from ...plugin_utils.host import Host"),
        (f"{MODEL}/x.py", "import ansible_collections.charter.mail.plugins.module_utils._verify.check"),
        (f"{VERIFY}/x.py", "import typing\nif typing.TYPE_CHECKING:\n    from .._linux.files import LocalFiles"),
        (f"{WIRE}/x.py", "from ..endpoint_walk import EndpointWalk"),
        (f"{EVOLUTION_PASSWORDS}/x.py", "from ..location_choice import Location"),
        (f"{LINUX}/x.py", "from .._windows.registry import Registry"),
        (f"{VERIFY}/x.py", "import socket"),
        (f"{THUNDERBIRD}/x.py", "def f():\n    from ansible.module_utils.basic import AnsibleModule"),
        (f"{MODEL}/x.py", "import socket"),
        (f"{THUNDERBIRD}/x.py", "from urllib import request"),
        (f"{ANSIBLE}/x.py", "import ssl as s"),
        (f"{ANSIBLE}/x.py", "import subprocess"),
        ("modules/x.py", "from subprocess import run"),
        (f"{VERIFY}/x.py", "from os import path"),
        (f"{THUNDERBIRD}/x.py", "import os.path"),
        (f"{CLIENTS}/x.py", "def f(path):\n    with open(path) as file:\n        return file.read()"),
        ("modules/x.py", "import pathlib"),
        (f"{ANSIBLE}/x.py", "import requests"),
        ("module_utils/_unplanned/x.py", ""),
        ("module_utils/_ansible/deeper/x.py", ""),
    ],
)
def test_a_planted_violation_is_found(path: str, source: str) -> None:
    assert len(violations(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (f"{MODEL}/x.py", "import dataclasses\nimport typing as t\nfrom .secret import Secret\nfrom . import errors"),
        (f"{THUNDERBIRD}/x.py", "import posixpath, urllib.parse\nfrom ..engine import Step\nfrom . import profiles"),
        (f"{WIRE}/x.py", "import socket, ssl, select\nfrom ..._model.account import Account"),
        (f"{LINUX}/x.py", "import os\nopen('x')"),
        (f"{ANSIBLE}/x.py", "from ansible.module_utils.basic import AnsibleModule"),
        ("modules/x.py", "from ..module_utils._ansible import run\nfrom ..module_utils._clients import thunderbird"),
    ],
)
def test_what_the_plan_allows_is_let_through(path: str, source: str) -> None:
    assert violations(path, source) == []
