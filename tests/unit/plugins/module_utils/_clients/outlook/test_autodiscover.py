# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Autodiscover files: the worked examples to the byte, nothing left to a default, one account a domain."""

from __future__ import annotations

import dataclasses
import pathlib
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import autodiscover, one_per_domain
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, OptionError

from .outlook_accounts import JO_IMAP, JO_POP3, accounts

FIXTURES = pathlib.Path(__file__).with_name("fixtures")
OUTLOOK = "{http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a}"
names = st.text(
    st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"], blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=20,
)
any_account = accounts(names, list(Security))


def as_told(account: Account) -> Account:
    """Without what the file has no word for."""
    return dataclasses.replace(account, leave_on_server=None, leave_on_server_days=None)


@pytest.mark.parametrize(
    ("name", "account"), [("charter-imap-autodiscover.xml", JO_IMAP), ("charter-pop3-autodiscover.xml", JO_POP3)]
)
def test_the_worked_examples(name: str, account: Account) -> None:
    content = (FIXTURES / name).read_bytes()
    assert autodiscover.render(account) == content
    assert autodiscover.parse(content, account.email) == as_told(account)


@pytest.mark.alike(4, "generated settings")
@given(any_account)
def test_what_is_rendered_is_parsed_again(account: Account) -> None:
    assert autodiscover.parse(autodiscover.render(account), account.email) == as_told(account)


@given(any_account)
def test_nothing_is_left_to_a_default(account: Account) -> None:
    root = ET.fromstring(autodiscover.render(account))
    protocols = list(root.iter(f"{OUTLOOK}Protocol"))
    assert len(protocols) == 2
    for protocol, server in zip(protocols, (account.incoming, account.outgoing)):
        said = {child.tag[len(OUTLOOK) :]: child.text for child in protocol}
        assert said["LoginName"] == account.username
        assert said["Server"] == server.host
        assert said["Port"] == str(server.port)
        assert (said["SPA"], said["DomainRequired"], said["AuthRequired"], said["TTL"]) == ("off", "off", "on", "0")
        encryptions = {Security.NONE: "None", Security.SSL: "SSL", Security.STARTTLS: "TLS"}
        assert said["Encryption"] == encryptions[server.security]
        assert said["SSL"] == ("on" if server.security is Security.SSL else "off")
    assert "assword" not in autodiscover.render(account).decode().replace(account.username, "")


def test_incoming_starttls_can_be_said() -> None:
    account = dataclasses.replace(JO_IMAP, incoming=Server("imap.charter.net", 143, Security.STARTTLS))
    assert b"<SSL>off</SSL>\n        <Encryption>TLS</Encryption>" in autodiscover.render(account)


def test_markup_in_names_stays_text() -> None:
    account = dataclasses.replace(JO_IMAP, full_name='Jo </DisplayName><Server>evil & "co"')
    content = autodiscover.render(account)
    assert content.count(b"<Server>") == 2
    assert autodiscover.parse(content, account.email) == account


def test_an_account_without_a_name_has_no_user() -> None:
    assert b"User>" not in autodiscover.render(dataclasses.replace(JO_IMAP, full_name=None))


@pytest.mark.parametrize("text", ["a\nb", "\0", "\x7f", "\ud800", "a\ufffe", "\uffff"])
def test_a_text_that_xml_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="full_name: "):
        autodiscover.render(dataclasses.replace(JO_IMAP, full_name=text))
    with pytest.raises(OptionError, match="username: "):
        autodiscover.render(dataclasses.replace(JO_IMAP, username=text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Autodiscover", b""),
        (b"outlook/responseschema/2006a", b"other"),
        (b"<Type>IMAP</Type>", b"<Type>EXCH</Type>"),
        (b"<Type>SMTP</Type>", b"<Type>WEB</Type>"),
        (b"<Port>993</Port>", b"<Port>x</Port>"),
        (b"<Encryption>SSL</Encryption>", b"<Encryption>Auto</Encryption>"),
        (b"<LoginName>jo.user@charter.net</LoginName>", b""),
        (b"?>\n<Auto", b'?>\n<!DOCTYPE x [<!ENTITY a "b">]>\n<Auto'),
    ],
)
def test_a_foreign_file_is_told_apart(old: bytes, new: bytes) -> None:
    content = (FIXTURES / "charter-imap-autodiscover.xml").read_bytes().replace(old, new)
    with pytest.raises(DamagedFileError, match=r"charter\.xml: this file was not made by this collection"):
        autodiscover.parse(content, JO_IMAP.email, "charter.xml")


def test_two_accounts_of_one_domain_are_refused() -> None:
    anna = dataclasses.replace(JO_IMAP, email="anna@charter.net")
    elsewhere = dataclasses.replace(JO_IMAP, email="jo@twc.com")
    one_per_domain.refuse_shared_domains([JO_IMAP, elsewhere])
    assert one_per_domain.shared_domains([JO_IMAP, elsewhere, anna]) == {"charter.net": (JO_IMAP, anna)}
    with pytest.raises(
        OptionError, match=r"charter\.net .* jo\.user@charter\.net \(imap\), anna@charter\.net \(imap\)"
    ):
        one_per_domain.refuse_shared_domains([JO_IMAP, elsewhere, anna])
    with pytest.raises(OptionError, match="there are 2"):
        one_per_domain.refuse_shared_domains([JO_IMAP, JO_POP3])
