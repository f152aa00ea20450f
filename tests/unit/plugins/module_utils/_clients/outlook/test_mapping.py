# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers for security and for mail that stays on the server."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import mapping
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError

from .outlook_accounts import JO_POP3


@pytest.mark.parametrize(
    ("leave", "days", "number", "means"),
    [
        (None, None, 0x1, (True, 0)),
        (True, None, 0x1, (True, 0)),
        (True, 0, 0x1, (True, 0)),
        (False, None, 0x0, (False, 0)),
        (False, 0, 0x0, (False, 0)),
        (None, 14, 0xE0003, (True, 14)),
        (True, 14, 0xE0003, (True, 14)),
        (True, 1, 0x10003, (True, 1)),
        (True, 0x7FFF, 0x7FFF0003, (True, 0x7FFF)),
    ],
)
def test_mail_left_on_the_server(leave: bool | None, days: int | None, number: int, means: tuple[bool, int]) -> None:
    account = dataclasses.replace(JO_POP3, leave_on_server=leave, leave_on_server_days=days)
    assert mapping.leave_on_server(account) == number
    assert mapping.left_on_server(number) == means


@pytest.mark.parametrize(
    ("number", "means"), [(0xE0001, (True, 0)), (0xE0002, (False, 0)), (0x5, (True, 0)), (0xE0007, (True, 14))]
)
def test_what_users_set_themselves_is_read(number: int, means: tuple[bool, int]) -> None:
    assert mapping.left_on_server(number) == means


def test_more_days_than_fit_are_refused() -> None:
    with pytest.raises(OptionError, match=r"leave_on_server_days: 32768 days .* at most 32767"):
        mapping.leave_on_server(dataclasses.replace(JO_POP3, leave_on_server_days=0x8000))


def test_what_may_end_unencrypted_is_not_encrypted() -> None:
    found = [mapping.outgoing_security(number) for number in range(5)]
    assert found == [Security.NONE, Security.SSL, Security.STARTTLS, Security.NONE, Security.NONE]
