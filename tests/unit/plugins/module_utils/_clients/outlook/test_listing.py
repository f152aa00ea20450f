# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts in Outlook's profiles, listed with what an entry cannot say about them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.account_info import Gathered
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import request_of
from ansible_collections.charter.mail.plugins.module_utils._clients import engine
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import listing, locations
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.client import Outlook
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.staging_methods import METHODS
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import RegValue

from .office_pc import MARIO, OfficePc

EMAIL = "mario.rossi@charter.net"
ACCOUNT = "9375CFF0413111d3B88A00104B2A6676\\00000001"


def account(**options: t.Any) -> Account:
    return request_of({"email": EMAIL, "full_name": "Mario", "user": "mario", **options}, {}).account


def client(pc: OfficePc) -> Outlook:
    return Outlook(pc, pc.machine(), MARIO, METHODS)


def gather(pc: OfficePc) -> dict[str, t.Any]:
    gathered = Gathered()
    gathered.add("outlook", "mario", lambda: listing.accounts(client(pc)), pytest.fail)
    return gathered.as_result()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"provider": "spectrum"},
        {"protocol": "pop3", "leave_on_server": True, "leave_on_server_days": 14},
        {
            "incoming": {"host": "imap.example.org"},
            "outgoing": {"host": "smtp.example.org", "port": 465, "security": "ssl"},
        },
    ],
)
def test_an_entry_gives_the_account_again(options: dict[str, t.Any]) -> None:
    pc = OfficePc()
    wanted = account(**options)
    engine.reconcile(client(pc), [wanted])
    pc.start_outlook(MARIO)
    found = gather(pc)
    assert [one["not_expressed"] for one in found["accounts"]] == [[]]
    assert found["accounts"][0]["managed"]
    (entry,) = found["mail_accounts"]
    again = request_of(entry, {}).account
    for name in ("email", "protocol", "incoming", "outgoing", "username", "full_name"):
        assert getattr(again, name) == getattr(wanted, name)


def test_what_an_entry_cannot_say() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account())
    key = rf"{locations.outlook(MARIO.sid)}\Profiles\Outlook\{ACCOUNT}"
    for name, value, reason in (
        ("SMTP Use Auth", RegValue.dword(0), "no sign-in for sending"),
        ("SMTP Secure Connection", RegValue.dword(3), "its encryption for outgoing mail is auto"),
        ("IMAP Use SPA", RegValue.dword(1), "incoming.secure_password_authentication is True"),
    ):
        before = pc.everything.value(key, name)
        pc.set(key, name, value)
        found = gather(pc)
        assert found["mail_accounts"] == []
        assert reason in found["accounts"][0]["not_expressed"]
        pc.set(key, name, before)
    assert len(gather(pc)["mail_accounts"]) == 1


def test_somebody_who_is_not_logged_on() -> None:
    pc = OfficePc()
    pc.log_off(MARIO)
    found = gather(pc)
    assert found["accounts"] == []
    assert "not logged on" in found["unreadable"][0]["reason"]
