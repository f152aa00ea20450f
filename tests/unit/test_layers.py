# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports in plugins/ point one way, and what touches the world has its own rooms.

A room is a folder of plugins/. The tables below are the house's plan; the rest reads the imports of every file (those
for type checking included) and compares.
"""

from __future__ import annotations

import ast
import pathlib
import sys
import typing as t

import pytest

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"

MODEL = "module_utils/_model"
PROVIDERS = "module_utils/_providers"
HOST = "module_utils/_host"
CLIENTS = "module_utils/_clients"
THUNDERBIRD = "module_utils/_clients/thunderbird"
EVOLUTION = "module_utils/_clients/evolution"
OUTLOOK = "module_utils/_clients/outlook"
VERIFY = "module_utils/_verify"
ANSIBLE = "module_utils/_ansible"
CONTROLLER = "plugin_utils/_outlook"

BASEMENT = (MODEL, PROVIDERS, HOST)
WORKROOMS = (*BASEMENT, CLIENTS, THUNDERBIRD, EVOLUTION, OUTLOOK, VERIFY)
EVERYTHING = (*WORKROOMS, ANSIBLE, CONTROLLER)
TOP = ("modules", "action", "callback", "filter", "inventory", "lookup")

# room: the rooms that it may import from, besides itself
PLAN: t.Mapping[str, tuple[str, ...]] = {
    MODEL: (),
    PROVIDERS: (MODEL,),
    HOST: (MODEL,),
    CLIENTS: BASEMENT,  # what all clients share; knows none of them
    THUNDERBIRD: (*BASEMENT, CLIENTS),
    EVOLUTION: (*BASEMENT, CLIENTS),
    OUTLOOK: (*BASEMENT, CLIENTS),
    VERIFY: BASEMENT,
    ANSIBLE: WORKROOMS,
    CONTROLLER: WORKROOMS,
    "doc_fragments": (),
    **dict.fromkeys(TOP, EVERYTHING),
}

# what touches the world: the rooms that may use it
WORLD: t.Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("ansible",), (ANSIBLE, CONTROLLER, *TOP)),
    **dict.fromkeys(("asyncio", "http", "select", "selectors", "socket", "socketserver", "ssl"), (VERIFY,)),
    **dict.fromkeys(("ftplib", "imaplib", "poplib", "smtplib", "urllib.request", "xmlrpc"), (VERIFY,)),
    **dict.fromkeys(("fcntl", "glob", "mmap", "open()", "os", "pathlib"), (ANSIBLE, CONTROLLER)),
    **dict.fromkeys(("shutil", "sqlite3", "tempfile"), (ANSIBLE, CONTROLLER)),
    **dict.fromkeys(("multiprocessing", "pty", "subprocess"), ()),
    **dict.fromkeys(("ctypes", "importlib", "__import__()", "eval()", "exec()"), ()),
}

# file: what it may use against the table above, with the reason
EXCEPTIONS: t.Mapping[str, tuple[str, ...]] = {
    # Python's SQLite opens no database from bytes before 3.11, hence a private copy in a scratch folder.
    "module_utils/_clients/thunderbird/key_database.py": ("open()", "os", "sqlite3", "tempfile"),
    # OpenSSL's library, which every host has, does what the standard library cannot: the ciphers of the password store.
    "module_utils/_clients/thunderbird/libcrypto.py": ("ctypes",),
    # The message bus of a user of this machine is a socket in the file system, not in a network.
    "module_utils/_ansible/session_bus.py": ("socket",),
}


def uses(path: str, source: str) -> t.Iterator[tuple[int, str]]:
    """What a file imports and calls, each with its line.

    Args:
        path: the file below plugins/.
        source: its text.

    Yields:
        ``module.name`` for the standard library and packages, ``/room/module/name`` for what is ours, ``name()`` for a
        call of a plain name.
    """
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, _absolute(alias.name)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node.module or "") if node.level == 0 else _relative(path, node.level, node.module)
            mark = "/" if base.startswith("/") else "."
            yield from ((node.lineno, f"{base}{mark}{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, f"{node.func.id}()"


def _absolute(module: str) -> str:
    prefix = "ansible_collections.charter.mail.plugins."
    return "/" + module[len(prefix) :].replace(".", "/") if module.startswith(prefix) else module


def _relative(path: str, level: int, module: str | None) -> str:
    folder = pathlib.PurePosixPath("/", path).parents[level - 1]
    return str(folder.joinpath(*(module or "").split(".")))


def room_of(target: str) -> str | None:
    """The planned room that ``/room``, ``/room/module`` or ``/room/module/name`` lies in; None for no such room."""
    path = pathlib.PurePosixPath(target)
    for folder in (path, *path.parents[:2]):
        room = str(folder.relative_to("/"))
        if room in PLAN:
            return room
    return None


def violations(path: str, source: str) -> list[str]:
    """What a file does against the plan, one sentence each; empty for a file that keeps to it."""
    home = str(pathlib.PurePosixPath(path).parent)
    if home not in PLAN:
        return [f"{path}: the plan has no room {home}"]
    found = []
    for line, use in uses(path, source):
        if use.startswith("/"):
            room = room_of(use)
            if room != home and room not in PLAN[home]:
                found.append(f"{path}:{line}: {home} may not import {use[1:]}")
            continue
        for thing in world_of(use):
            if home not in WORLD[thing] and thing not in EXCEPTIONS.get(path, ()):
                found.append(f"{path}:{line}: {home} may not use {thing}")
        if not use.endswith("()") and use.partition(".")[0] not in {*sys.stdlib_module_names, "ansible"}:
            found.append(f"{path}:{line}: {use} is neither ours nor in the standard library")
    return found


def world_of(use: str) -> list[str]:
    """The lines of the table that speak of it."""
    return [thing for thing in WORLD if f"{use}.".startswith(f"{thing}.")]


def _files() -> list[str]:
    return sorted(path.relative_to(PLUGINS).as_posix() for path in PLUGINS.rglob("*.py"))


def test_the_plan_itself_points_one_way() -> None:
    rooms = list(PLAN)
    for room, allowed in PLAN.items():
        below = rooms[: rooms.index(room)]
        assert set(allowed) <= set(below) or room in TOP
        assert not set(allowed) & set(TOP)


def test_every_client_has_its_room_in_the_plan() -> None:
    clients = {path.parent.relative_to(PLUGINS).as_posix() for path in PLUGINS.glob(f"{CLIENTS}/*/*.py")}
    assert clients == {room for room in PLAN if room.startswith(f"{CLIENTS}/")}


@pytest.mark.parametrize("path", _files())
def test_the_house_keeps_to_the_plan(path: str) -> None:
    assert violations(path, (PLUGINS / path).read_text()) == []


@pytest.mark.parametrize("path", EXCEPTIONS)
def test_every_exception_is_needed(path: str) -> None:
    used = {thing for _line, use in uses(path, (PLUGINS / path).read_text()) for thing in world_of(use)}
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
        (f"{THUNDERBIRD}/x.py", "from ..evolution.keyfile import parse"),
        (f"{THUNDERBIRD}/x.py", "from ..._verify.check import Check"),
        (f"{VERIFY}/x.py", "from .._clients.engine import Step"),
        (f"{ANSIBLE}/x.py", "from ansible_collections.charter.mail.plugins.modules import mail_verify"),
        (f"{ANSIBLE}/x.py", "from ...plugin_utils.host import Host"),
        (f"{MODEL}/x.py", "import ansible_collections.charter.mail.plugins.module_utils._verify.check"),
        (f"{VERIFY}/x.py", "import typing\nif typing.TYPE_CHECKING:\n    from .._ansible.files import LocalFiles"),
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
        (f"{VERIFY}/x.py", "import socket, ssl, select\nfrom .._model.account import Account"),
        (f"{ANSIBLE}/x.py", "import os\nfrom ansible.module_utils.basic import AnsibleModule\nopen('x')"),
        ("modules/x.py", "from ..module_utils._ansible import run\nfrom ..module_utils._clients import thunderbird"),
    ],
)
def test_what_the_plan_allows_is_let_through(path: str, source: str) -> None:
    assert violations(path, source) == []
