# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requirements of tests and demo pin every package to a version and to the hashes of its files."""

from __future__ import annotations

import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[2]
LOCKS = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("requirements*.txt"))

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[A-Za-z0-9.]+)(?: ; [^\\]+?)?")
_HASHES = re.compile(r"(?: --hash=sha256:[0-9a-f]{64})+")


def entries(path: pathlib.Path) -> list[str]:
    """What a requirements file asks for, each on one line."""
    lines = path.read_text().replace(" \\\n   ", "").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pins(path: pathlib.Path) -> dict[str, str]:
    """Package to version; the names as PEP 503 has them."""
    found = [match for match in map(_PIN.match, entries(path)) if match is not None]
    return {re.sub(r"[-_.]+", "-", match["name"]).lower(): match["version"] for match in found}


def test_these_are_all_requirements_files() -> None:
    assert LOCKS == [
        "demo/requirements.txt",
        "requirements.txt",
        "setup/requirements-3.8.txt",
        "setup/requirements-newest-core.txt",
        "setup/requirements-oldest-core.txt",
        "setup/requirements-pip-23.1.2.txt",
        "setup/requirements-pip-24.2.txt",
        "setup/requirements-pip-25.2.txt",
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_version_and_hashes(lock: str) -> None:
    found = entries(TESTS / lock)
    assert found
    for entry in found:
        pin, mark, hashes = entry.partition(" --hash=")
        assert _PIN.fullmatch(pin), entry[:80]
        assert _HASHES.fullmatch(mark + hashes), entry[:80]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_file_names_a_package_index(lock: str) -> None:
    text = (TESTS / lock).read_text()
    assert not re.search(r"^\s*(--(index|extra|find|trusted)|-[if] )|://", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_asked_for_is_what_is_pinned(lock: str) -> None:
    asked = pins((TESTS / lock).with_suffix(".in"))
    assert asked
    assert asked.items() <= pins(TESTS / lock).items()


def test_the_tools_include_what_the_demo_needs() -> None:
    assert pins(TESTS / "demo/requirements.txt").items() <= pins(TESTS / "requirements.txt").items()
