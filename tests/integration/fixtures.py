# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for tests that run the collection with Ansible. A test directory imports them in its conftest.py."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.missing import skip_or_fail

from .ansible_runs import Ansible
from .local_users import LocalUser, temporary_user


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    """Ansible on this machine."""
    return Ansible(tmp_path)


@pytest.fixture
def mario() -> t.Iterator[LocalUser]:
    """A local user who never started Thunderbird."""
    _require_root()
    with temporary_user() as user:
        yield user


@pytest.fixture
def anna() -> t.Iterator[LocalUser]:
    """Another local user."""
    _require_root()
    with temporary_user() as user:
        yield user


def _require_root() -> None:
    if os.geteuid() != 0:
        skip_or_fail("creating local users needs root")
