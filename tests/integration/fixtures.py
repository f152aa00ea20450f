# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests that run the collection by Ansible. A folder of tests gets these by importing them into its conftest.py."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

from .ansible_runs import Ansible
from .people import Person, person


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    """Ansible on this machine."""
    return Ansible(tmp_path)


@pytest.fixture
def mario() -> t.Iterator[Person]:
    """A local user who never started Thunderbird."""
    _require_root()
    with person() as somebody:
        yield somebody


@pytest.fixture
def anna() -> t.Iterator[Person]:
    """Another one."""
    _require_root()
    with person() as somebody:
        yield somebody


def _require_root() -> None:
    if os.geteuid() != 0:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("only root makes local users")
