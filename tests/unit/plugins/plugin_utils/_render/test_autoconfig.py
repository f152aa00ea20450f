# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Autoconfig files, held against the rules of the validator of Thunderbird's own database."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Protocol, Security
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.plugin_utils._render import autoconfig

from .accounts import account, of_all_kinds

_PLACEHOLDERS = {"%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%", "%REALNAME%"}
_SERVER = ["hostname", "port", "socketType", "username", "authentication"]


def problems(text: str) -> list[str]:
    """What the validator of thunderbird/autoconfig (tools/validation) would find."""
    root = ET.fromstring(text.encode())
    found = [] if root.tag == "clientConfig" and root.get("version") == "1.1" else ["version"]
    provider = root.find("emailProvider")
    if provider is None or not provider.get("id"):
        return [*found, "emailProvider"]
    found += [name for name in ("domain", "displayName", "displayShortName") if not provider.findtext(name)]
    kinds = {"incomingServer": {"imap", "pop3"}, "outgoingServer": {"smtp"}}
    for element, types in kinds.items():
        servers = provider.findall(element)
        found += [] if servers else [element]
        for server in servers:
            values = {child.tag: child.text or "" for child in server}
            extra = ["pop3"] if server.get("type") == "pop3" else []
            found += [] if [*values] == [*_SERVER, *extra] else ["children"]
            found += [] if server.get("type") in types else ["type"]
            found += [] if 0 < int(values["port"]) < 65536 else ["port"]
            found += [] if values["socketType"] in {"plain", "SSL", "STARTTLS"} else ["socketType"]
            found += [] if values["authentication"] == "password-cleartext" else ["authentication"]
            found += [] if set(re.findall("%[^%]*%", values["username"])) <= _PLACEHOLDERS else ["username"]
    return found


def test_the_file_of_charter() -> None:
    text = autoconfig.render("charter.net", [account()], display_name="Charter")
    assert problems(text) == []
    servers = [[child.text for child in server] for server in ET.fromstring(text.encode())[0] if len(server)]
    assert servers == [
        ["imap.charter.net", "993", "SSL", "%EMAILADDRESS%", "password-cleartext"],
        ["smtp.charter.net", "587", "STARTTLS", "%EMAILADDRESS%", "password-cleartext"],
    ]


@pytest.mark.parametrize("wrong", [("SSL", "Ssl"), ("993", "99300"), ("%EMAILADDRESS%", "%MAIL%"), ("1.1", "1.0")])
def test_the_rules_find_mistakes(wrong: tuple[str, str]) -> None:
    assert problems(autoconfig.render("charter.net", [account()]).replace(*wrong)) != []


def test_every_kind_of_account() -> None:
    text = autoconfig.render("charter.net", of_all_kinds(), display_name="O'Brien & <Söhne>")
    assert problems(text) == []
    provider = ET.fromstring(text.encode())[0]
    assert len(provider.findall("incomingServer")) == len({(one.protocol, one.incoming) for one in of_all_kinds()})
    assert provider.findtext("displayName") == "O'Brien & <Söhne>"


def test_those_with_the_same_servers_count_once_in_their_order() -> None:
    people = [account("a@charter.net", Protocol.POP3), account("b@charter.net"), account("c@charter.net")]
    provider = ET.fromstring(autoconfig.render("charter.net", people).encode())[0]
    assert [server.get("type") for server in provider.findall("incomingServer")] == ["pop3", "imap"]
    assert len(provider.findall("outgoingServer")) == 1


def test_mail_stays_on_the_server_unless_it_is_to_go() -> None:
    for given, wanted in ((None, "true"), (True, "true"), (False, "false")):
        text = autoconfig.render("charter.net", [account(protocol=Protocol.POP3, leave_on_server=given)])
        assert ET.fromstring(text.encode()).findtext(".//pop3/leaveMessagesOnServer") == wanted


def test_a_login_for_everybody() -> None:
    text = autoconfig.render("charter.net", [account(username="mario.rossi")])
    assert text.count("%EMAILLOCALPART%") == 2
    with pytest.raises(OptionError, match=r"username.*mr17"):
        autoconfig.render("charter.net", [account(username="mr17")])


def test_days_on_the_server_cannot_be_said() -> None:
    assert autoconfig.not_expressed(account(protocol=Protocol.POP3, leave_on_server_days=7))
    assert not autoconfig.not_expressed(account(incoming=Security.STARTTLS))
