# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Config files for curl, read back by the rules of its manual page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import (
    Endpoint,
    MailService,
    Role,
)
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc import curl_config
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc.curl_config import CurlTest

IMAP = Endpoint(Role.INCOMING, MailService.IMAP, Server("imap.charter.net", 993, Security.SSL))
POP3 = Endpoint(Role.INCOMING, MailService.POP3, Server("2001:db8::1", 110, Security.STARTTLS))
SMTP = Endpoint(Role.OUTGOING, MailService.SMTP, Server("smtp.charter.net", 587, Security.STARTTLS))
PLAIN = Endpoint(Role.OUTGOING, MailService.SMTP, Server("smtp.charter.net", 25, Security.NONE))

_LINE = re.compile(r'([a-z-]+)(?: = (?:"((?:[^"\\]|\\.)*)"|([\w.]+)))?')
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "v": "\v"}


def read(config: bytes) -> list[dict[str, str]]:
    """The sections of a config file. Everything in it must be a line of the one form there is."""
    sections: list[dict[str, str]] = [{}]
    for line in config.decode().removesuffix("\n").split("\n"):
        match = _LINE.fullmatch(line)
        assert match is not None, line
        name, text, plain = match.groups()
        if name == "next":
            sections.append({})
            continue
        value = re.sub(r"\\(.)", lambda found: _MEANT.get(found[1], found[1]), text or "")
        sections[-1][name] = plain or value
    return sections


def test_tests_without_a_password() -> None:
    imap, pop3, smtp, plain = read(
        curl_config.render([CurlTest(end) for end in (IMAP, POP3, SMTP, PLAIN)], "mark", 2.5)
    )
    assert (imap["url"], imap["request"]) == ("imaps://imap.charter.net:993/", "CAPABILITY")
    assert (pop3["url"], pop3["request"]) == ("pop3://[2001:db8::1]:110/", "CAPA")
    assert (smtp["url"], smtp["request"]) == ("smtp://smtp.charter.net:587/", "EHLO charter.mail")
    assert [imap["output"], smtp["output"]] == [curl_config.body(0), curl_config.body(2)]
    for number, section in enumerate((imap, pop3, smtp, plain)):
        assert section["write-out"].startswith(f"mark {number} ")
        assert section["write-out"].endswith("\n")
        assert {"user", "verbose", "trace", "insecure"} & set(section) == set()
        assert (section["connect-timeout"], section["max-time"]) == ("2.5", "2.5")
    assert ["ssl-reqd" in section for section in (imap, pop3, smtp, plain)] == [True, True, True, False]
    assert "parallel" in imap


def test_tests_with_a_password() -> None:
    tests = [CurlTest(end, "mario@charter.net", "mario", Secret("pass:word")) for end in (IMAP, POP3, SMTP)]
    imap, pop3, smtp = read(curl_config.render(tests, "mark", 10))
    assert {section["user"] for section in (imap, pop3, smtp)} == {"mario:pass:word"}
    assert (imap["request"], pop3["request"], smtp["request"]) == (
        "EXAMINE INBOX",
        "STAT",
        "MAIL FROM:<mario@charter.net>",
    )
    assert "ssl-reqd" in smtp


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_no_password_is_more_than_a_value(text: str) -> None:
    tests = [CurlTest(IMAP, "m@charter.net", "m", Secret(text)), CurlTest(SMTP)]
    first, second = read(curl_config.render(tests, "mark", 10))
    assert first["user"] == f"m:{text}"
    assert "user" not in second


@pytest.mark.parametrize(
    ("username", "password", "fits"),
    [("mario", 'p"\\:\n', True), ("mario:rossi", "p", False), ("mario", "p\0", False), ("mario\0", "p", False)],
)
def test_what_curl_cannot_be_given(username: str, password: str, fits: bool) -> None:
    assert (curl_config.unfit(username, Secret(password)) == "") is fits
