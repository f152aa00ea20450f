# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts in Outlook's profiles, as 2013 and as 2016 and later keep them."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import reading
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server
from ansible_collections.charter.mail.plugins.module_utils._windows import reg_file
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
)

from .outlook_accounts import JO_IMAP, JO_POP3

ROOT = r"HKEY_USERS\S-1-5-21-1-2-3-1001\Software\Microsoft\Office\16.0\Outlook"
ACCOUNTS = ROOT + r"\Profiles\Outlook\9375CFF0413111d3B88A00104B2A6676"
POP3, IMAP, SERVICE = (f"{{ED47541{number}-B0D6-11D2-8C3B-00104B2A6676}}" for number in (1, 2, 4))


def new_text(text: str) -> RegValue:
    return RegValue.sz(text)


def old_text(text: str) -> RegValue:
    return RegValue.binary(text.encode("utf-16-le") + b"\0\0")


Texts = t.Callable[[str], RegValue]


def imap(text: Texts) -> dict[str, RegValue]:
    return {
        "clsid": RegValue.sz(IMAP),
        "Account Name": text("jo.user@charter.net"),
        "Display Name": text("Jo User"),
        "Email": text("jo.user@charter.net"),
        "IMAP Server": text("imap.charter.net"),
        "IMAP User": text("jo.user@charter.net"),
        "IMAP Port": RegValue.dword(993),
        "IMAP Use SSL": RegValue.dword(1),
        "SMTP Server": text("smtp.charter.net"),
        "SMTP Port": RegValue.dword(587),
        "SMTP Use Auth": RegValue.dword(1),
        "SMTP Secure Connection": RegValue.dword(2),
        "IMAP Store EID": RegValue.binary(b"\0" * 24),
    }


def pop3(text: Texts) -> dict[str, RegValue]:
    return {
        "clsid": RegValue.sz(POP3),
        "Display Name": text("Jo User"),
        "Email": text("jo.user@charter.net"),
        "POP3 Server": text("pop.charter.net"),
        "POP3 User": text("jo.user@charter.net"),
        "POP3 Port": RegValue.dword(995),
        "POP3 Use SSL": RegValue.dword(1),
        "SMTP Server": text("smtp.charter.net"),
        "SMTP Port": RegValue.dword(587),
        "SMTP Use Auth": RegValue.dword(1),
        "SMTP Secure Connection": RegValue.dword(2),
        "Leave on Server": RegValue.dword(0xE0003),
    }


def read(*writes: KeyWrite) -> tuple[reading.ProfileAccount, ...]:
    """By way of an export, as it is on a real PC."""
    return reading.accounts(reg_file.parse(reg_file.render(writes)), ROOT)


@pytest.mark.parametrize("text", [new_text, old_text])
def test_both_forms_of_texts_mean_the_same(text: Texts) -> None:
    found = read(
        KeyWrite(ACCOUNTS + r"\00000001", {"clsid": RegValue.sz(SERVICE), "Email": text("jo.user@charter.net")}),
        KeyWrite(ACCOUNTS + r"\00000002", imap(text)),
        KeyWrite(ACCOUNTS + r"\00000003", pop3(text)),
    )
    login = "jo.user@charter.net"
    assert found == (
        reading.ProfileAccount("Outlook", ACCOUNTS + r"\00000002", JO_IMAP, True, login),
        reading.ProfileAccount("Outlook", ACCOUNTS + r"\00000003", JO_POP3, True, login),
    )


def test_letter_case_does_not_count() -> None:
    values = {name.upper(): value for name, value in imap(new_text).items()}
    values["CLSID"] = RegValue.sz(IMAP.lower())
    (found,) = read(KeyWrite(ACCOUNTS.upper() + r"\00000002", values))
    assert found.account == JO_IMAP


def test_what_is_missing_has_its_default() -> None:
    bare = {"clsid": RegValue.sz(IMAP)}, {"clsid": RegValue.sz(POP3)}
    (first, second) = read(*(KeyWrite(f"{ACCOUNTS}\\0000000{n}", values) for n, values in enumerate(bare)))
    assert first.account.incoming == Server("", 143, Security.NONE)
    assert second.account.incoming == Server("", 110, Security.NONE)
    assert first.account.outgoing == second.account.outgoing == Server("", 25, Security.NONE)
    assert (first.account.leave_on_server, first.account.leave_on_server_days) == (None, None)
    assert (second.account.leave_on_server, second.account.leave_on_server_days) == (False, 0)
    assert (first.account.email, first.account.username, first.account.full_name) == ("", "", None)
    assert (first.authenticates, first.outgoing_username) == (False, "")


@pytest.mark.parametrize(
    ("stored", "security"),
    [
        ({}, Security.NONE),
        ({"SMTP Use SSL": 1}, Security.SSL),
        ({"SMTP Use SSL": 1, "SMTP Secure Connection": 2}, Security.STARTTLS),
        ({"SMTP Use SSL": 1, "SMTP Secure Connection": 0}, Security.NONE),
        ({"SMTP Secure Connection": 1}, Security.SSL),
        ({"SMTP Secure Connection": 3}, Security.NONE),
    ],
)
def test_outgoing_security(stored: t.Mapping[str, int], security: Security) -> None:
    values = {name: value for name, value in imap(new_text).items() if name != "SMTP Secure Connection"}
    values.update((name, RegValue.dword(number)) for name, number in stored.items())
    (found,) = read(KeyWrite(ACCOUNTS + r"\00000002", values))
    assert found.account.outgoing == Server("smtp.charter.net", 587, security)


@pytest.mark.parametrize(
    ("stored", "login"),
    [
        ({"SMTP Use Auth": RegValue.dword(0)}, ""),
        ({"SMTP Auth Method": RegValue.dword(1), "SMTP User": old_text("other")}, "other"),
        ({"SMTP Auth Method": RegValue.dword(0), "SMTP User": old_text("other")}, "jo.user@charter.net"),
    ],
)
def test_the_login_for_sending(stored: t.Mapping[str, RegValue], login: str) -> None:
    (found,) = read(KeyWrite(ACCOUNTS + r"\00000002", {**imap(new_text), **stored}))
    assert found.outgoing_username == login
    assert found.authenticates == (login != "")


def test_the_first_of_the_mail_order_is_the_default() -> None:
    order = {"{ED475418-B0D6-11D2-8C3B-00104B2A6676}": RegValue.binary(b"\x0a\0\0\0\2\0\0\0")}
    found = read(
        KeyWrite(ACCOUNTS, order),
        KeyWrite(ACCOUNTS + r"\00000002", imap(new_text)),
        KeyWrite(ACCOUNTS + r"\0000000A", pop3(new_text)),
    )
    assert [one.account for one in found] == [JO_IMAP, dataclasses.replace(JO_POP3, default=True)]


@pytest.mark.parametrize("order", [RegValue.binary(b"\2"), RegValue.sz("\2\2"), RegValue.binary(b"")])
def test_a_broken_mail_order_names_no_default(order: RegValue) -> None:
    (found,) = read(
        KeyWrite(ACCOUNTS, {"{ED475418-B0D6-11D2-8C3B-00104B2A6676}": order}),
        KeyWrite(ACCOUNTS + r"\00000002", imap(new_text)),
    )
    assert not found.account.default


def test_values_of_the_wrong_type_break_nothing() -> None:
    values = {name: RegValue.qword(7) if name != "clsid" else value for name, value in imap(new_text).items()}
    (found,) = read(KeyWrite(ACCOUNTS + r"\00000002", {**values, "IMAP Port": RegValue.sz("993")}))
    assert found.account.incoming.port == 143
    assert found.account.email == ""


def test_all_profiles_are_read() -> None:
    others = ('Mój profil "x"]', "Ünï")
    found = read(
        *(KeyWrite(ACCOUNTS.replace("Outlook\\9", f"{name}\\9") + r"\00000002", imap(old_text)) for name in others),
        KeyWrite(ROOT, {"DefaultProfile": RegValue.sz(others[0])}),
        KeyWrite(ROOT + r"\Profiles\Empty"),
        KeyWrite(ROOT + r"\Profiles\Other\0a0d020000000000c000000000000046\00000002", imap(new_text)),
    )
    assert [one.profile for one in found] == list(others)


def test_profiles_and_the_default_one() -> None:
    registry = Registry().written(
        [
            KeyWrite(ROOT, {"DefaultProfile": RegValue.sz("Work")}),
            KeyWrite(ROOT + r"\Profiles\Work"),
            KeyWrite(ACCOUNTS),
        ]
    )
    assert reading.profiles(registry, ROOT.lower()) == ("Work", "Outlook")
    assert reading.default_profile(registry, ROOT) == "Work"
    assert reading.default_profile(Registry(), ROOT) is None
    assert reading.accounts(Registry(), ROOT) == ()
