# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of a scenario know about its hosts: the users' files, and the run's passwords and results."""

from __future__ import annotations

import configparser
import fnmatch
import json
import os
import pathlib
import typing as t

import pytest
from testinfra.host import Host

_PREF = 'user_pref("'


@pytest.fixture(scope="session")
def project() -> pathlib.Path:
    """The clone."""
    return pathlib.Path(os.environ["MOLECULE_PROJECT_DIRECTORY"])


@pytest.fixture(scope="session")
def leaked(project: pathlib.Path) -> t.Callable[[bytes], list[str]]:
    """Returns whose passwords of this run are in some content, the wrong one of changes.yml among them."""
    inventory = json.loads((project / ".tree/fleet/inventory.json").read_text())
    passwords = {**inventory["all"]["vars"]["mail_passwords"], "wrong": "not-her-password"}
    return lambda content: [owner for owner, password in passwords.items() if password.encode() in content]


@pytest.fixture(scope="session")
def results(project: pathlib.Path) -> dict[tuple[str, str], dict[str, t.Any]]:
    """What each host's tasks returned in the run of side_effect.yml, by host and task."""
    lines = (project / ".tree/molecule-results.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return {(one["host"], one["task"]): {"status": one["status"], **one["result"]} for one in entries if "task" in one}


@pytest.fixture
def desk(host: Host) -> str:
    """The name of the host under test."""
    return str(host.backend.get_hostname())


@pytest.fixture
def mario(host: Host) -> dict[str, t.Any]:
    """Mario's preferences, in the profile that was made for him."""
    return _preferences(host, "/home/mario/.thunderbird/charter.default")


@pytest.fixture
def anna(host: Host) -> dict[str, t.Any]:
    """Anna's, in the profile that she had."""
    return _preferences(host, "/home/anna/.thunderbird/by-hand.default")


@pytest.fixture
def has_evolution(desk: str) -> bool:
    """Whether this host is to have accounts in Evolution: not where it is not installed, or not wanted."""
    return desk in ("desk-1", "desk-2")


Sources = dict[str, configparser.ConfigParser]


@pytest.fixture
def sources(host: Host) -> t.Callable[[str], Sources]:
    """A user's Evolution sources by file name; empty if there are none."""

    def read(user: str) -> Sources:
        folder = f"/home/{user}/.config/evolution/sources"
        if not host.file(folder).exists:
            return {}
        found = {}
        for name in fnmatch.filter(host.file(folder).listdir(), "*.source"):
            parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
            parser.optionxform = str  # type: ignore[assignment, method-assign]
            parser.read_string(host.file(f"{folder}/{name}").content_string)
            found[name] = parser
        return found

    return read


def _preferences(host: Host, profile: str) -> dict[str, t.Any]:
    lines = host.file(f"{profile}/prefs.js").content_string.splitlines()
    entries = [line[len(_PREF) - 1 : -2] for line in lines if line.startswith(_PREF)]
    return dict(json.loads(f"[{entry}]") for entry in entries)
