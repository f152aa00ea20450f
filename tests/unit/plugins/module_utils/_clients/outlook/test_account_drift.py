# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts as public exports of registries show them: what is drift, and what is only stored another way."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses

from .office_pc import MARIO, OfficePc
from .outlook_runs import OUTLOOK_KEY, account, client, inspect, push, standing, verdict, warnings


def with_values(pc: OfficePc, wanted: Account, **values: RegValue | None) -> None:
    pc.make_account(MARIO, wanted)
    key = client(pc).read().made[-1].key
    pc.everything = pc.everything.written([KeyWrite(key, {n.replace("_", " "): v for n, v in values.items()})])


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize(
    ("name", "stored", "clause"),
    [
        ("{}_Use_SPA", RegValue.dword(1), "incoming.secure_password_authentication: no wanted, yes in Outlook"),
        ("SMTP_Use_SPA", RegValue.dword(1), "outgoing.secure_password_authentication: no wanted, yes in Outlook"),
        ("SMTP_Auth_Method", RegValue.dword(2), "outgoing.sign_in: as for receiving wanted, only at the incoming"),
        ("SMTP_Secure_Connection", RegValue.dword(3), "smtp.charter.net 587 auto in Outlook"),
    ],
)
def test_an_account_that_signs_in_otherwise_has_drifted(
    protocol: str, name: str, stored: RegValue, clause: str
) -> None:
    pc, wanted = OfficePc(), account(protocol=protocol)
    with_values(pc, wanted, **{name.format(protocol.upper()): stored})
    found, check = verdict(pc, wanted), inspect(pc, protocol=protocol)
    assert found.standing is OutlookStatus.DRIFTED
    assert clause in found.advice
    assert check.status is not CheckStatus.OK
    assert clause in check.evidence
    assert "DPAPI" not in found.advice


@pytest.mark.parametrize("email", [None, RegValue.sz("Mario.Rossi@Charter.Net "), RegValue.sz("")])
def test_an_address_that_is_missing_or_padded_is_recognised(email: RegValue | None) -> None:
    pc = OfficePc()
    with_values(pc, account(), Email=email)
    assert standing(pc, account()) is OutlookStatus.CONFIGURED
    assert statuses(push(pc, account())) == [Status.UNCHANGED]


@pytest.mark.parametrize(
    ("values", "clause"),
    [
        (
            {"IMAP_User": "mario.rossi@charter.net "},
            "username: mario.rossi@charter.net wanted, 'mario.rossi@charter.net '",
        ),
        (
            {"IMAP_User": "\N{NO-BREAK SPACE}mario"},
            "username: mario.rossi@charter.net wanted, ' mario'",
        ),
        ({"Display_Name": " Mario"}, "full_name: Mario wanted, ' Mario' in Outlook"),
    ],
)
def test_a_space_that_makes_the_difference_is_seen(values: t.Mapping[str, str], clause: str) -> None:
    pc, wanted = OfficePc(), account(full_name="Mario")
    with_values(pc, wanted, **{name: RegValue.sz(text) for name, text in values.items()})
    assert clause in verdict(pc, wanted).advice


@pytest.mark.parametrize(
    "values",
    [
        {"IMAP_Server": RegValue.sz("IMAP.Charter.NET. ")},
        {"Email": RegValue.expand_sz("mario.rossi@charter.net")},
        {"Email": RegValue(1, "mario.rossi@charter.net\0junk".encode("utf-16-le"))},
        {"IMAP_Port": RegValue.qword(993)},
        {"IMAP_Use_SSL": None, "IMAP_Secure_Connection": RegValue.dword(1)},
        {"SMTP_Auth_Method": RegValue.dword(1), "SMTP_User": RegValue.sz("mario.rossi@charter.net")},
        {"SMTP_Use_SSL": RegValue.dword(1)},
    ],
)
def test_other_ways_to_store_the_same_are_no_drift(values: t.Mapping[str, RegValue | None]) -> None:
    pc = OfficePc()
    with_values(pc, account(), **values)
    assert standing(pc, account()) is OutlookStatus.CONFIGURED


@pytest.mark.parametrize(
    "values",
    [
        {"IMAP_Port": RegValue.sz("993")},
        {"IMAP_Use_SSL": None, "IMAP_Secure_Connection": RegValue.dword(3)},
        {"IMAP_Use_SPA": RegValue.sz("1")},
        {"SMTP_Secure_Connection": RegValue.dword(4)},
        {"SMTP_Secure_Connection": RegValue.binary(b"\2\0\0\0")},
        {"SMTP_Auth_Method": RegValue.dword(1)},
        {"SMTP_Use_Auth": RegValue.dword(0xFFFFFFFF)},
    ],
)
def test_what_is_none_of_the_expected_values_is_drift(values: t.Mapping[str, RegValue | None]) -> None:
    pc = OfficePc()
    with_values(pc, account(), **values)
    assert standing(pc, account()) is OutlookStatus.DRIFTED


def test_servers_are_compared_as_before() -> None:
    pc = OfficePc()
    with_values(pc, dataclasses.replace(account(), outgoing=Server("smtp.charter.net", 465, Security.SSL)))
    assert "smtp.charter.net 465 ssl in Outlook" in verdict(pc, account()).advice


def test_an_account_in_a_profile_that_outlook_does_not_open() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account("mario@twc.com", provider="auto"), profile="Work")
    pc.make_account(MARIO, account(), profile="Old")
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.CONFIGURED
    assert "in Outlook's profile Old, but Outlook opens the profile Work" in found.advice
    assert "opens the profile Work" in warnings(pc, account())
    pc.set(OUTLOOK_KEY, "DefaultProfile", RegValue.sz("OLD"))
    assert verdict(pc, account()).advice == ""
    pc.set(OUTLOOK_KEY, "DefaultProfile", None)  # Outlook asks
    assert verdict(pc, account()).advice == ""


def test_right_in_one_profile_and_wrong_in_the_one_that_outlook_opens() -> None:
    pc, wrong = OfficePc(), account(provider="spectrum")
    pc.make_account(MARIO, wrong, profile="Work")
    pc.make_account(MARIO, account(), profile="Old")
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.DRIFTED
    assert "profile Work" in found.advice
    assert "mobile.charter.net" in found.advice
    assert client(pc).view(client(pc).read(), account()).profile == "Work"


def test_right_and_wrong_in_one_profile() -> None:
    for first, second in ((account(), account(provider="spectrum")), (account(provider="spectrum"), account())):
        pc = OfficePc()
        pc.make_account(MARIO, first)
        pc.make_account(MARIO, second)
        assert standing(pc, account()) is OutlookStatus.DRIFTED
