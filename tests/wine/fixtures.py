# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PC for pytest. A folder of tests gets it by importing these into its conftest.py."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.tests.missing import skip_or_fail

from .office_pc import OfficePC
from .prefix import Prefix, unavailable


def require() -> None:
    """Skip the test, or with CI in the environment fail it, on a machine that cannot run Wine."""
    reason = unavailable()
    if reason is not None:
        skip_or_fail(reason)


@pytest.fixture(scope="session")
def windows() -> t.Iterator[Prefix]:
    """One Windows for all tests."""
    require()
    with Prefix.start() as prefix:
        yield prefix


@pytest.fixture
def office_pc(windows: Prefix) -> t.Iterator[OfficePC]:
    """A PC of an office, new for each test."""
    pc = OfficePC(windows)
    try:
        pc.furnish()
        yield pc
    finally:
        pc.restore()
