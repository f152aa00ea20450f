# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports in plugins/ point downwards, and few packages touch files, networks or processes.

A package is a folder of plugins/. ``PLAN`` is the map of the layers; the rest reads the imports of every file (those
for type checking included) and compares. docs/architecture.md shows the same map as a picture.
"""

from __future__ import annotations

import ast
import functools
import graphlib
import pathlib
import re
import sys
import typing as t

import pytest

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"

MODEL = "module_utils/_model"
HOST = "module_utils/_host"
PROVIDERS = "module_utils/_providers"
FORMATS = "module_utils/_formats"
LINUX = "module_utils/_linux"
DBUS = "module_utils/_linux/dbus"
WINDOWS = "module_utils/_windows"
CLIENTS = "module_utils/_clients"
THUNDERBIRD = "module_utils/_clients/thunderbird"
THUNDERBIRD_PASSWORDS = "module_utils/_clients/thunderbird/password_store"
EVOLUTION = "module_utils/_clients/evolution"
EVOLUTION_PASSWORDS = "module_utils/_clients/evolution/password_store"
OUTLOOK = "module_utils/_clients/outlook"
VERIFY = "module_utils/_verify"
FINDINGS = "module_utils/_verify/findings"
WIRE = "module_utils/_verify/wire"
PROTOCOLS = "module_utils/_verify/protocols"
REPORT = "module_utils/_verify/report"
UPLOAD = "module_utils/_upload"
ANSIBLE = "module_utils/_ansible"
INTERNAL = "modules/__internal"
FILTERS = "plugin_utils/_filters"
RENDER = "plugin_utils/_render"
INVENTORY = "plugin_utils/_inventory"
PC = "plugin_utils/_windows"
FROM_PC = "plugin_utils/_verify_from_pc"
RUN = "plugin_utils/_verify_run"
OUTLOOK_TASK = "plugin_utils/_outlook"
ACCOUNTS = "plugin_utils/_accounts"
LOOK = "plugin_utils/_look"
FLEET = "plugin_utils/_fleet"
FLEET_PAGE = "plugin_utils/_fleet/page"
FLEET_FILES = "plugin_utils/_fleet/files"
FLEET_RUN = "plugin_utils/_fleet_run"

TOP = ("modules", "action", "filter")
LONGEST = 400  # lines of one file
NAMED_BY_ANSIBLE = ("ActionModule", "FilterModule", "ModuleDocFragment")  # classes that it looks for by their names

# package: the packages that it may import from, besides itself. Each stands below those that it may import.
PLAN: t.Mapping[str, tuple[str, ...]] = {
    MODEL: (),
    HOST: (),
    PROVIDERS: (MODEL,),
    FORMATS: (MODEL,),
    DBUS: (HOST,),
    LINUX: (MODEL, HOST, DBUS),
    WINDOWS: (MODEL,),
    CLIENTS: (MODEL, HOST),  # what all clients share; knows none of them
    THUNDERBIRD_PASSWORDS: (MODEL, HOST, FORMATS),
    THUNDERBIRD: (MODEL, HOST, FORMATS, CLIENTS, THUNDERBIRD_PASSWORDS),
    EVOLUTION_PASSWORDS: (MODEL, HOST, FORMATS),
    EVOLUTION: (MODEL, HOST, FORMATS, CLIENTS, EVOLUTION_PASSWORDS),
    OUTLOOK: (MODEL, CLIENTS, WINDOWS),
    FINDINGS: (MODEL,),
    WIRE: (MODEL, FORMATS, FINDINGS),
    PROTOCOLS: (MODEL, FINDINGS, WIRE),
    REPORT: (MODEL, PROVIDERS, FINDINGS),
    VERIFY: (MODEL, PROVIDERS, FINDINGS, WIRE, PROTOCOLS, REPORT),
    UPLOAD: (FORMATS, VERIFY, FINDINGS, WIRE, PROTOCOLS),
    # What knows Ansible: it joins machines, clients and the verification.
    ANSIBLE: (
        *(MODEL, HOST, PROVIDERS, LINUX, CLIENTS, THUNDERBIRD, EVOLUTION, OUTLOOK),
        *(VERIFY, FINDINGS, REPORT, UPLOAD),
    ),
    FILTERS: (MODEL,),
    RENDER: (MODEL, EVOLUTION, OUTLOOK, ANSIBLE),
    INVENTORY: (MODEL,),
    PC: (MODEL, CLIENTS, OUTLOOK, WINDOWS),
    FROM_PC: (MODEL, VERIFY, FINDINGS, REPORT, PC),
    RUN: (VERIFY, FINDINGS, ANSIBLE),
    OUTLOOK_TASK: (MODEL, WINDOWS, CLIENTS, OUTLOOK, ANSIBLE, PC),
    ACCOUNTS: (MODEL, ANSIBLE),
    FLEET: (MODEL, PROVIDERS, FINDINGS),
    FLEET_PAGE: (MODEL, FLEET),
    FLEET_FILES: (FLEET, FLEET_PAGE),
    FLEET_RUN: (MODEL, FLEET, ANSIBLE),
    LOOK: (
        *(MODEL, HOST, LINUX, CLIENTS, THUNDERBIRD, EVOLUTION, EVOLUTION_PASSWORDS),
        *(ANSIBLE, ACCOUNTS, FLEET_RUN),
    ),
    "doc_fragments": (ANSIBLE,),
    INTERNAL: (ANSIBLE,),  # what actions run in the place of a module, without the files that the task does not need
    "modules": (CLIENTS, THUNDERBIRD, EVOLUTION, ANSIBLE),
    "action": (
        MODEL,
        WINDOWS,
        CLIENTS,
        OUTLOOK,
        VERIFY,
        REPORT,
        ANSIBLE,
        PC,
        FROM_PC,
        RUN,
        OUTLOOK_TASK,
        ACCOUNTS,
        RENDER,
        INVENTORY,
        LOOK,
        FLEET,
        FLEET_FILES,
        FLEET_RUN,
    ),
    "filter": (MODEL, WINDOWS, OUTLOOK, ANSIBLE, FILTERS, RENDER, FLEET),
}

# What touches the machine or the network: the packages that may use it.
RESTRICTED: t.Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("ansible",), (ANSIBLE, ACCOUNTS, FILTERS, PC, FROM_PC, OUTLOOK_TASK, LOOK, FLEET_RUN, *TOP)),
    # The controller has them: Ansible needs all but the last, too.
    **dict.fromkeys(("jinja2", "markupsafe"), (FLEET_PAGE, RENDER)),
    **dict.fromkeys(("yaml",), (INVENTORY,)),
    **dict.fromkeys(("segno",), (RENDER,)),
    **dict.fromkeys(("asyncio", "http", "select", "selectors", "socket", "socketserver", "ssl"), (WIRE,)),
    **dict.fromkeys(("ftplib", "imaplib", "poplib", "smtplib", "urllib.request", "xmlrpc"), ()),
    **dict.fromkeys(("fcntl", "glob", "mmap", "open()", "os", "pathlib"), (LINUX, PC, RUN, FLEET_RUN, FLEET_FILES)),
    **dict.fromkeys(("shutil", "sqlite3", "tempfile"), (LINUX, PC, FLEET_RUN)),
    **dict.fromkeys(("multiprocessing", "pty", "subprocess"), ()),
    **dict.fromkeys(("ctypes", "importlib", "__import__()", "eval()", "exec()"), ()),
}

# What a file has that calls one of them, and few other files have.
_CALL = re.compile(rf"\b(?:{'|'.join(name[:-2] for name in RESTRICTED if name.endswith('()'))})\s*\(")

# file: what it may use against the table above, with the reason
EXCEPTIONS: t.Mapping[str, tuple[str, ...]] = {
    # Python's SQLite opens no database from bytes before 3.11, hence a private copy in a scratch folder.
    f"{THUNDERBIRD_PASSWORDS}/key_database.py": ("open()", "os", "sqlite3", "tempfile"),
    # OpenSSL's library, which every host has, does what the standard library cannot: the ciphers of the password store.
    f"{THUNDERBIRD_PASSWORDS}/libcrypto.py": ("ctypes",),
    f"{THUNDERBIRD_PASSWORDS}/aes_gcm.py": ("ctypes",),
    # The name servers of this machine are in a file, and are asked only where a name took long.
    f"{WIRE}/name_servers.py": ("open()",),
    # The message bus of a user of this machine is a socket in the file system, not in a network.
    f"{DBUS}/session_bus.py": ("os", "socket"),
    # The folder that an administrator gets is written on the controller.
    f"{RENDER}/text_files.py": ("os", "pathlib", "tempfile"),
    # Files with signatures, and their images, are on the controller.
    f"{ACCOUNTS}/signature_files.py": ("open()", "os"),
    # The template of a page is a file beside it.
    f"{RENDER}/pages.py": ("pathlib",),
    f"{INVENTORY}/new_file.py": ("os",),
    "action/mail_inventory.py": ("os",),
    # The template, the style and the scripts of the page are files beside it.
    f"{FLEET_PAGE}/page.py": ("pathlib",),
    # Joins the path of the payload with the names in it, and reads nothing.
    f"{ANSIBLE}/quick_imports.py": ("os",),
}

# file: values that stand in no other file, since a second one would have its rule again
ONE_HOME: t.Mapping[str, tuple[str | int, ...]] = {
    f"{MODEL}/standard_ports.py": (
        465,
    ),  # the other ports are facts about providers, too, or numbers of something else
    f"{CLIENTS}/when_running.py": ("skip",),
    f"{CLIENTS}/seal.py": ("charter-mail.seal",),
    f"{EVOLUTION_PASSWORDS}/keyring_item.py": ("e-source-uid", "xdg:schema"),
    f"{OUTLOOK}/registry_values.py": ("ImportPRF", "FirstRun", "PreferLocalXML"),
    f"{OUTLOOK}/status.py": ("pending_logon",),
    f"{PROTOCOLS}/sign_in_order.py": ("AUTH PLAIN",),
    f"{PROTOCOLS}/sasl.py": ("SCRAM-SHA-256",),
    f"{ANSIBLE}/run_id_option.py": ("_run",),
    f"{ANSIBLE}/shared_limit_option.py": ("_sign_ins",),
    f"{PC}/host_system.py": ("mail_system", "powershell"),
    f"{FLEET_RUN}/recorder.py": ("mail_records", "mail_site"),
    f"{FLEET_RUN}/unreached.py": ("charter_mail_unreachable_later",),
}


@functools.cache
def uses(path: str, source: str) -> tuple[tuple[int, str], ...]:
    """What a file imports and calls, each with its line.

    Args:
        path: the file below plugins/.
        source: its text.

    Returns:
        ``module.name`` for the standard library and packages, ``/package/module/name`` for ours, ``name()`` for a
        call of a plain name, as far as the file has calls that are restricted.
    """
    return tuple(_uses(path, source))


def _uses(path: str, source: str) -> t.Iterator[tuple[int, str]]:
    tree = ast.parse(source, path)
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, _absolute(alias.name)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node.module or "") if node.level == 0 else _relative(path, node.level, node.module)
            mark = "/" if base.startswith("/") else "."
            yield from ((node.lineno, f"{base}{mark}{alias.name}") for alias in node.names)
    if not _CALL.search(source):
        return  # the expressions are most of the tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, f"{node.func.id}()"


def _statements(tree: ast.AST) -> t.Iterator[ast.AST]:
    """The statements of a tree, which imports are, in whatever they are nested."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            nested = getattr(node, name, ())
            nodes.extend(nested if isinstance(nested, list) else ())


def _absolute(module: str) -> str:
    prefix = "ansible_collections.charter.mail.plugins."
    return "/" + module[len(prefix) :].replace(".", "/") if module.startswith(prefix) else module


def _relative(path: str, level: int, module: str | None) -> str:
    folders = path.split("/")[:-level]
    return "/" + "/".join(folders + (module.split(".") if module else []))


@functools.cache
def package_of(target: str) -> str | None:
    """The package that ``/package``, ``/package/module`` or ``/package/module/name`` lies in; None if PLAN has none."""
    parts = target[1:].split("/")
    for length in range(len(parts), len(parts) - 3, -1):
        package = "/".join(parts[:length])
        if package in PLAN:
            return package
    return None


def violations(path: str, source: str) -> list[str]:
    """What a file does against the plan, one sentence each; empty for a file that keeps to it."""
    home = path.rpartition("/")[0]
    if home not in PLAN:
        return [f"{path}: the plan has no package {home}"]
    found = []
    for line, use in uses(path, source):
        if use.startswith("/"):
            package = package_of(use)
            if package != home and package not in PLAN[home]:
                found.append(f"{path}:{line}: {home} may not import {use[1:]}")
            continue
        for thing in restrictions_of(use):
            if home not in RESTRICTED[thing] and thing not in EXCEPTIONS.get(path, ()):
                found.append(f"{path}:{line}: {home} may not use {thing}")
        if not use.endswith("()") and use.partition(".")[0] not in {*sys.stdlib_module_names, *RESTRICTED}:
            found.append(f"{path}:{line}: {use} is neither ours nor in the standard library")
    return found


@functools.cache
def restrictions_of(use: str) -> list[str]:
    """The lines of the table that speak of it."""
    return [thing for thing in RESTRICTED if f"{use}.".startswith(f"{thing}.")]


def _files() -> list[str]:
    return sorted(path.relative_to(PLUGINS).as_posix() for path in PLUGINS.rglob("*.py"))


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
    for path in _files():
        imports = (use for _line, use in uses(path, (PLUGINS / path).read_text()) if use.startswith("/"))
        home = path.rpartition("/")[0]
        used[home] |= {package_of(use) or "" for use in imports} - {home}
    assert {package: set(allowed) for package, allowed in PLAN.items()} == used


def test_no_files_import_each_other_in_a_circle() -> None:
    files = {f"/{path[: -len('.py')]}" for path in _files()}
    imports = {}
    for path in _files():
        used = [use for _line, use in uses(path, (PLUGINS / path).read_text()) if use.startswith("/")]
        imports[f"/{path[: -len('.py')]}"] = {
            target for use in used for target in (use, use.rpartition("/")[0]) if target in files
        }
    graphlib.TopologicalSorter(imports).prepare()  # raises CycleError, which names the files


def test_no_file_is_long() -> None:
    lengths = {path: (PLUGINS / path).read_text().count("\n") for path in _files()}
    assert len(lengths) > 200
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_no_two_classes_have_one_name() -> None:
    homes: dict[str, list[str]] = {}
    for path in _files():
        for name in re.findall(r"^class ([a-zA-Z]\w*)", (PLUGINS / path).read_text(), re.MULTILINE):
            homes.setdefault(name, []).append(path)
    assert {name: found for name, found in homes.items() if len(found) > 1 and name not in NAMED_BY_ANSIBLE} == {}


def test_a_rule_has_one_home() -> None:
    wanted = {value: home for home, values in ONE_HOME.items() for value in values}
    found: dict[str | int, set[str]] = {value: set() for value in wanted}
    whole = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(str(value)) for value in wanted)})(?!\w)")
    for path in _files():
        source = (PLUGINS / path).read_text()
        if not whole.search(source):
            continue  # to parse it takes longer
        for node in ast.walk(ast.parse(source, path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, (str, int)) and node.value in found:
                found[node.value].add(path)
    assert found == {value: {home} for value, home in wanted.items()}


def test_every_file_keeps_to_the_plan() -> None:
    assert [found for path in _files() for found in violations(path, (PLUGINS / path).read_text())] == []


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
