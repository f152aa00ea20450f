# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRF files: the worked examples to the byte, every key with its property, and nothing that would be lost."""

from __future__ import annotations

import configparser
import dataclasses
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import prf
from ansible_collections.charter.mail.plugins.module_utils._model.account import (
    Account,
    Protocol,
    Security,
    Server,
)
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, OptionError

from .outlook_accounts import JO_IMAP, JO_POP3, accounts

FIXTURES = pathlib.Path(__file__).with_name("fixtures")
# What every letter of is in cp1252 and in cp1250, without what a PRF cannot keep.
names = st.text(st.sampled_from("abc XYZ.é@[]=;,#'\"\\"), min_size=1, max_size=12).filter(
    lambda name: name == name.strip() and name[0] not in "\"'"
)
some_accounts = st.lists(accounts(names, [Security.NONE, Security.SSL]), min_size=1, max_size=4)


def read_as_ini(content: bytes) -> configparser.RawConfigParser:
    """By a reader that is not ours."""
    parser = configparser.RawConfigParser(delimiters="=", comment_prefixes=(), strict=True, interpolation=None)
    setattr(parser, "optionxform", str)  # noqa: B010 - assigned, it is a type error; it keeps letter case
    parser.read_string(content.decode("cp1252"))
    return parser


@pytest.mark.parametrize(
    ("name", "account", "existing"),
    [
        ("charter-imap.prf", JO_IMAP, False),
        ("charter-imap-append.prf", JO_IMAP, True),
        ("charter-pop3.prf", JO_POP3, False),
        ("charter-pop3-append.prf", JO_POP3, True),
    ],
)
def test_the_worked_examples(name: str, account: Account, existing: bool) -> None:
    content = (FIXTURES / name).read_bytes()
    assert prf.render("Outlook", [account], existing_profile=existing) == content
    assert prf.parse(content) == prf.Prf("Outlook", (account,))


@pytest.mark.alike(4, "generated settings")
@given(names, some_accounts, st.booleans(), st.sampled_from(["cp1252", "cp1250", "cp65001"]))
def test_what_is_rendered_is_parsed_again(profile: str, wanted: list[Account], existing: bool, page: str) -> None:
    content = prf.render(profile, wanted, existing_profile=existing, code_page=page)
    assert prf.parse(content, page) == prf.Prf(profile, tuple(wanted))


@pytest.mark.alike(4, "generated settings")
@given(some_accounts, st.booleans())
def test_every_value_has_its_property(wanted: list[Account], existing: bool) -> None:
    content = prf.render("Outlook", wanted, existing_profile=existing)
    assert content.replace(b"\r\n", b"").count(b"\n") == content.replace(b"\r\n", b"").count(b"\r") == 0
    assert content.endswith(b"\r\n")
    assert content.startswith(b"[General]\r\nCustom=1\r\n")
    ini = read_as_ini(content)
    listed = dict(ini["Internet Account List"])
    assert list(listed) == [f"Account{number}" for number in range(1, len(wanted) + 1)]
    for (section, mapped_by), account in zip(listed.items(), wanted):
        assert mapped_by == {Protocol.IMAP: "IMAP_I_Mail", Protocol.POP3: "I_Mail"}[account.protocol]
        assert set(ini[section]) - {"UniqueService"} <= set(ini[mapped_by]) - {"AccountType"}
        assert not [key for key in ini[section] if "password" in key.lower()]


@pytest.mark.parametrize(("security", "number"), [(Security.NONE, "0"), (Security.SSL, "1"), (Security.STARTTLS, "2")])
def test_outgoing_security(security: Security, number: str) -> None:
    account = dataclasses.replace(JO_IMAP, outgoing=Server("smtp.charter.net", 587, security))
    ini = read_as_ini(prf.render("Outlook", [account], existing_profile=True))
    assert ini["Account1"]["SMTPSecureConnection"] == number
    assert ini["IMAP_I_Mail"]["SMTPSecureConnection"] == "PT_LONG,0x020A"


def test_several_accounts_stand_in_one_file() -> None:
    content = prf.render("Outlook", [JO_POP3, JO_IMAP, JO_POP3], existing_profile=False)
    ini = read_as_ini(content)
    assert dict(ini["Internet Account List"]) == {"Account1": "I_Mail", "Account2": "IMAP_I_Mail", "Account3": "I_Mail"}
    assert ini["I_Mail"]["LeaveOnServer"] == "PT_LONG,0x1000"
    assert content.count(b"[I_Mail]") == 1


def test_an_account_without_a_name_gets_its_address_for_one() -> None:
    nameless = dataclasses.replace(JO_IMAP, full_name=None)
    content = prf.render("Outlook", [nameless], existing_profile=True)
    assert b"\r\nDisplayName=jo.user@charter.net\r\n" in content
    assert prf.parse(content).accounts == (nameless,)


def test_names_stand_in_the_code_page_of_the_pc() -> None:
    polish = dataclasses.replace(JO_IMAP, full_name="Żółw")
    content = prf.render("Mój profil", [polish], existing_profile=True, code_page="cp1250")
    assert b"\r\nDisplayName=\xaf\xf3\xb3w\r\n" in content
    assert b"\r\nProfileName=M\xf3j profil\r\n" in content
    with pytest.raises(OptionError, match=r"full_name: 'Żółw' contains 'Ż'.* code page cp1252"):
        prf.render("Outlook", [polish], existing_profile=True)
    with pytest.raises(OptionError, match=r"profile: 'Żółw' contains 'Ż'"):
        prf.render("Żółw", [JO_IMAP], existing_profile=True)


@pytest.mark.parametrize("page", ["utf-16", "cp", "cp99999", "rot13", "", "1252", "cp1252 "])
def test_what_is_no_code_page_is_refused(page: str) -> None:
    with pytest.raises(OptionError, match="code_page"):
        prf.render("Outlook", [JO_IMAP], existing_profile=True, code_page=page)
    with pytest.raises(OptionError, match="code_page"):
        prf.parse(b"", page)


@pytest.mark.parametrize(
    "name", ["", " ", " Jo", "Jo ", '"Jo"', "'Jo'", "Jo\r\nSMTPServer=evil", "J\0", "%USERNAME% x"]
)
def test_a_text_that_would_arrive_otherwise_is_refused(name: str) -> None:
    account = dataclasses.replace(JO_IMAP, username=name)
    with pytest.raises(OptionError, match="username: "):
        prf.render("Outlook", [account], existing_profile=True)
    with pytest.raises(OptionError, match="profile: "):
        prf.render(name, [JO_IMAP], existing_profile=True)


def test_starttls_for_incoming_mail_cannot_be_said() -> None:
    account = dataclasses.replace(JO_IMAP, incoming=Server("imap.charter.net", 143, Security.STARTTLS))
    with pytest.raises(OptionError, match=r"incoming.security: jo.user.* STARTTLS .* Write ssl"):
        prf.render("Outlook", [account], existing_profile=True)


def test_a_prf_without_accounts_is_refused() -> None:
    with pytest.raises(OptionError, match="accounts"):
        prf.render("Outlook", [], existing_profile=True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[General]\r\nProfileName=x\r\n",
        b"nonsense",
        b"\x81",
        (FIXTURES / "charter-imap.prf").read_bytes().replace(b"IMAPPort=993", b"IMAPPort=x"),
        (FIXTURES / "charter-imap.prf").read_bytes().replace(b"Account1=IMAP_I_Mail", b"Account1=Exchange"),
        (FIXTURES / "charter-pop3.prf").read_bytes().replace(b"LeaveOnServer=0xE0003\r\n", b""),
    ],
)
def test_a_foreign_prf_is_told_apart(content: bytes) -> None:
    with pytest.raises(DamagedFileError, match=r"found\.prf: this PRF was not made by this collection"):
        prf.parse(content, source="found.prf")
