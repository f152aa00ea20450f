# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab for pytest. A folder of tests gets it by importing these two fixtures into its conftest.py."""

from __future__ import annotations

import os
import secrets
import typing as t

import pytest

from .lab import MailLab, unavailable
from .site import MailUser


def require() -> None:
    """Skip the test, or with CI in the environment fail it, on a machine that cannot run a lab."""
    reason = unavailable()
    if reason is not None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def mail_lab() -> t.Iterator[MailLab]:
    """One lab with everything the provider publishes, for all tests."""
    require()
    with MailLab.start() as lab:
        yield lab


@pytest.fixture
def mail_user(mail_lab: MailLab) -> MailUser:
    """A user with an empty mailbox, for this test alone."""
    return mail_lab.add_user(f"user.{secrets.token_hex(4)}@charter.net")
