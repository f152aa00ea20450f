# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts in Outlook's profiles, as 2013 and as 2016 and later keep them."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import reading, values_to_read
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


NUMBERS = {
    "IMAP Use SPA": ("incoming.secure_password_authentication", "1"),
    "SMTP Use SPA": ("outgoing.secure_password_authentication", "1"),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [RegValue.dword(1), RegValue.dword(2), RegValue.sz("1"), RegValue.binary(b"\1")])
def test_secure_password_authentication(name: str, value: RegValue) -> None:
    (found,) = read(KeyWrite(ACCOUNTS + r"\00000002", {**imap(new_text), name: value}))
    assert [one.setting for one in found.sign_in] == [NUMBERS[name][0]]
    (plain,) = read(KeyWrite(ACCOUNTS + r"\00000002", {**imap(new_text), name: RegValue.dword(0)}))
    assert plain.sign_in == ()
    (other,) = read(KeyWrite(ACCOUNTS + r"\00000003", {**pop3(new_text), "POP3 Use SPA": value}))
    assert [one.setting for one in other.sign_in] == ["incoming.secure_password_authentication"]


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("SMTP Auth Method", RegValue.dword(0), None),
        ("SMTP Auth Method", RegValue.dword(1), None),  # the login is compared
        ("SMTP Auth Method", RegValue.dword(2), "only at the incoming server, before sending"),
        ("SMTP Auth Method", RegValue.dword(3), "unknown (3)"),
        ("SMTP Auth Method", RegValue.sz("0"), "unknown (0)"),
        ("SMTP Use Auth", RegValue.dword(0), None),  # the login is compared
        ("SMTP Use Auth", RegValue.dword(2), "unknown (2)"),
        ("SMTP Use Auth", RegValue.binary(b"\1"), "unknown (01)"),
    ],
)
def test_ways_of_signing_in_for_sending(name: str, value: RegValue, stored: str | None) -> None:
    (found,) = read(KeyWrite(ACCOUNTS + r"\00000002", {**imap(new_text), name: value}))
    assert [(one.setting, one.stored) for one in found.sign_in] == ([("outgoing.sign_in", stored)] if stored else [])


@pytest.mark.parametrize(
    ("stored", "incoming", "names"),
    [
        ({"SMTP Secure Connection": RegValue.dword(3)}, Security.SSL, {"outgoing": "auto"}),
        ({"SMTP Secure Connection": RegValue.dword(9)}, Security.SSL, {"outgoing": "unknown (9)"}),
        ({"IMAP Use SSL": RegValue.dword(7)}, Security.NONE, {"incoming": "unknown (7)"}),
        ({"IMAP Use SSL": RegValue.sz("1")}, Security.NONE, {"incoming": "unknown (1)"}),
        ({"IMAP Use SSL": RegValue.dword(1), "IMAP Secure Connection": RegValue.dword(3)}, Security.SSL, {}),
        ({"IMAP Use SSL": None, "IMAP Secure Connection": RegValue.dword(1)}, Security.SSL, {}),
        ({"IMAP Use SSL": None, "IMAP Secure Connection": RegValue.dword(2)}, Security.STARTTLS, {}),
        ({"IMAP Use SSL": None, "IMAP Secure Connection": RegValue.dword(3)}, Security.NONE, {"incoming": "auto"}),
        ({"IMAP Use SSL": None}, Security.NONE, {}),
    ],
)
def test_what_outlook_calls_its_security(
    stored: t.Mapping[str, RegValue | None], incoming: Security, names: t.Mapping[str, str]
) -> None:
    values = {name: value for name, value in {**imap(new_text), **stored}.items() if value is not None}
    (found,) = read(KeyWrite(ACCOUNTS + r"\00000002", values))
    assert found.account.incoming.security is incoming
    assert found.security_names == names


@pytest.mark.parametrize(
    "texts",
    [
        {"Email": "jo.user@charter.net \t"},
        {"Email": ""},
        {"Email": "Jo User"},
        {"Email": "", "Account Name": "Charter"},
        {"Email": "", "Account Name": "Jo @ home"},
        {"Email": "jo.user@charter.net\N{NO-BREAK SPACE}"},
        {"Email": "", "Account Name": "jo.user@charter.net (2)"},
    ],
)
def test_an_address_that_is_padded_or_elsewhere(texts: t.Mapping[str, str]) -> None:
    (found,) = read(
        KeyWrite(ACCOUNTS + r"\00000002", {**imap(new_text), **{name: new_text(text) for name, text in texts.items()}})
    )
    assert found.account.email == "jo.user@charter.net"


def test_the_exchange_accounts_of_a_profile() -> None:
    service = {"clsid": RegValue.sz(SERVICE.lower()), "Account Name": old_text("jo@corp.example")}
    registry = Registry().written(
        [
            KeyWrite(ACCOUNTS + r"\00000001", {**service, "Service Name": old_text("MSEMS")}),
            KeyWrite(ACCOUNTS + r"\00000002", {**service, "Service Name": old_text("CONTAB")}),
            KeyWrite(ACCOUNTS + r"\00000003", imap(new_text)),
            KeyWrite(ACCOUNTS + r"\00000004", {"clsid": RegValue.sz(SERVICE), "Service Name": RegValue.sz("msems")}),
        ]
    )
    assert reading.exchange_accounts(registry, ROOT, "Outlook") == ("jo@corp.example", "Exchange")
    assert reading.exchange_accounts(registry, ROOT, "Other") == ()


def test_all_that_is_read_of_an_account_is_needed_and_no_password() -> None:
    key = ACCOUNTS.lower() + r"\00000002"
    for name in {**imap(new_text), **pop3(new_text)}:
        assert values_to_read.is_needed(key, name) == (not name.endswith("EID"))
    for name in ("IMAP Password", "POP3 Password", "SMTP Password", "pop3 password", "EAS Password", "Password"):
        assert not values_to_read.is_needed(key, name)
    assert values_to_read.is_needed(ACCOUNTS, "{ED475418-B0D6-11D2-8C3B-00104B2A6676}")
    assert values_to_read.is_needed(ROOT + r"\Setup", "ImportPRF")
    assert values_to_read.is_needed(ROOT + r"\AutoDiscover", "charter.net")
    assert not values_to_read.is_needed(ROOT + r"\Profiles\Outlook\0a0d020000000000c000000000000046", "Email")
    assert not values_to_read.is_needed(ROOT + r"\Search", "x")


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
    assert reading.default_profile(Registry(), ROOT) == ""
    assert reading.accounts(Registry(), ROOT) == ()
