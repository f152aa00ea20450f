# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks get no look."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec, requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.plain_values import plain
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated
from ansible_collections.charter.mail.plugins.plugin_utils._look.tasks_without_look import needs_module

CLIENTS = ("thunderbird", "evolution")


def of_accounts(*accounts: dict[str, t.Any], **options: t.Any) -> bool:
    params = plain(validated({"accounts": list(accounts)}, argument_spec()))
    return needs_module(
        requests(params), options.get("clients") or CLIENTS, {"seal_key": None, "clients": None, **options}
    )


def of_users(number: int) -> bool:
    return of_accounts(*({"user": f"user{one}", "email": f"user{one}@charter.net"} for one in range(number)))


def test_many_users_are_left_to_the_module() -> None:
    assert not of_users(32)
    assert of_users(33)


@pytest.mark.parametrize(
    ("account", "options", "expected"),
    [
        ({}, {}, False),
        ({"home": "/home/mario"}, {}, True),
        ({"password": "correct horse"}, {}, True),
        ({"password": "correct horse"}, {"seal_key": "k" * 64}, False),
        ({"password": "correct horse"}, {"clients": ["evolution"]}, False),
        ({"password": "correct horse", "state": "absent"}, {}, False),
        ({"default": True}, {"clients": ["evolution"]}, True),
        ({"default": True}, {"clients": ["thunderbird"]}, False),
        ({"default": True}, {}, False),
    ],
)
def test_one_account(account: dict[str, t.Any], options: dict[str, t.Any], expected: bool) -> None:
    where = {} if "home" in account else {"user": "mario"}
    assert of_accounts({"email": "mario@charter.net", **where, **account}, **options) is expected
