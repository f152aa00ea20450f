# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's fixtures for pytest. A test directory imports them in its conftest.py."""

from __future__ import annotations

import secrets
import typing as t

import pytest

from ansible_collections.charter.mail.tests.missing import skip_or_fail

from .lab import MailLab, unavailable
from .site import MailUser


def require() -> None:
    """On a machine that cannot run a lab, skip the test, or fail it if CI is set in the environment."""
    reason = unavailable()
    if reason is not None:
        skip_or_fail(reason)


@pytest.fixture(scope="session")
def mail_lab() -> t.Iterator[MailLab]:
    """A lab with all servers that the provider publishes, shared by all tests."""
    require()
    with MailLab.start() as lab:
        yield lab


@pytest.fixture
def mail_user(mail_lab: MailLab) -> MailUser:
    """A user with an empty mailbox, for this test only."""
    return mail_lab.add_user(f"user.{secrets.token_hex(4)}@charter.net")
