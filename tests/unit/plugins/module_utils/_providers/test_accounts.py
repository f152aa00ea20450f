# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets, what follows from explicit options, and settings that cannot work."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError
from ansible_collections.charter.mail.plugins.module_utils._providers.catalog import for_domain, of_host


def account(**options: t.Any) -> Account:
    found: Account = request(**options).account
    return found


def request(**options: t.Any) -> t.Any:
    (found,) = requests({"email": "mario.rossi@charter.net", "accounts": None, **options})
    return found


def endpoints(found: Account) -> tuple[tuple[str, int, str], ...]:
    return tuple((server.host, server.port, server.security.value) for server in (found.incoming, found.outgoing))


def test_the_default_is_the_contract() -> None:
    found = account()
    assert endpoints(found) == (("imap.charter.net", 993, "ssl"), ("smtp.charter.net", 587, "starttls"))
    assert found.username == "mario.rossi@charter.net"
    assert found.protocol.value == "imap"
    assert endpoints(account(protocol="pop3"))[0] == ("pop.charter.net", 995, "ssl")


@pytest.mark.parametrize(
    ("provider", "protocol", "expected"),
    [
        ("spectrum", "imap", (("mobile.charter.net", 993, "ssl"), ("mobile.charter.net", 587, "ssl"))),
        ("spectrum", "pop3", (("mobile.charter.net", 995, "ssl"), ("mobile.charter.net", 587, "ssl"))),
        ("twc", "imap", (("mail.twc.com", 993, "ssl"), ("mail.twc.com", 587, "starttls"))),
        ("brighthouse", "pop3", (("mail.brighthouse.com", 995, "ssl"), ("mail.brighthouse.com", 587, "starttls"))),
        ("auto", "imap", (("mobile.charter.net", 993, "ssl"), ("mobile.charter.net", 587, "ssl"))),
    ],
)
def test_presets(provider: str, protocol: str, expected: t.Any) -> None:
    assert endpoints(account(provider=provider, protocol=protocol)) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("charter.net", "spectrum"),
        ("bresnan.net", "spectrum"),
        ("twc.com", "twc"),
        ("rr.com", "twc"),
        ("nyc.rr.com", "twc"),
        ("tampabay.rr.com", "brighthouse"),
        ("brighthouse.com", "brighthouse"),
        ("notrr.com", None),
        ("example.com", None),
    ],
)
def test_the_domain_map(domain: str, expected: str | None) -> None:
    found = for_domain(domain)
    assert (found.name if found else None) == expected


def test_auto_without_a_provider_needs_both_hosts() -> None:
    with pytest.raises(MailError, match=r"^provider: auto knows no provider for example.com. .*incoming.host"):
        account(email="mario@example.com", provider="auto")
    hosts = {"incoming": {"host": "in.example.com"}, "outgoing": {"host": "out.example.com"}}
    found = account(email="mario@example.com", provider="auto", **hosts)
    assert endpoints(found) == (("in.example.com", 993, "ssl"), ("out.example.com", 587, "starttls"))


@pytest.mark.parametrize(
    ("outgoing", "expected"),
    [
        ({"port": 465}, ("smtp.charter.net", 465, "ssl")),
        ({"security": "ssl"}, ("smtp.charter.net", 465, "ssl")),
        ({"security": "starttls"}, ("smtp.charter.net", 587, "starttls")),
        ({"port": 2525}, ("smtp.charter.net", 2525, "starttls")),
        ({"port": 587, "security": "ssl"}, ("smtp.charter.net", 587, "ssl")),
        ({"host": "Relay.Example"}, ("relay.example", 587, "starttls")),
    ],
)
def test_what_is_said_wins_and_the_rest_follows(outgoing: t.Any, expected: t.Any) -> None:
    assert endpoints(account(outgoing=outgoing))[1] == expected


def test_spectrum_on_587_stays_implicit_tls() -> None:
    found = request(provider="spectrum", outgoing={"port": 587})
    assert endpoints(found.account)[1] == ("mobile.charter.net", 587, "ssl")
    assert found.warnings == ()
    assert "unusual, and right" in found.notices[0]


def test_of_host() -> None:
    known = of_host("IMAP.charter.net")
    assert known is not None
    assert known.name == "charter"
    assert of_host("imap.example.com") is None


REFUSED: list[tuple[dict[str, t.Any], str]] = [
    ({"incoming": {"port": 995}}, "^incoming.port: 995 is a port of POP3.*Write 993"),
    ({"incoming": {"port": 110, "security": "starttls"}}, "^incoming.port: 110 is a port of POP3"),
    ({"protocol": "pop3", "incoming": {"port": 143, "security": "starttls"}}, "^incoming.port: 143 is a port of IMAP"),
    (
        {"incoming": {"port": 143, "security": "ssl"}},
        "^incoming.security: .*clear text.*Write starttls, or use port 993",
    ),
    ({"protocol": "pop3", "incoming": {"port": 110, "security": "ssl"}}, "^incoming.security: .*or use port 995"),
    ({"incoming": {"port": 993, "security": "starttls"}}, "^incoming.security: .*first byte.*Write ssl"),
    ({"outgoing": {"port": 465, "security": "starttls"}}, "^outgoing.security: .*first byte"),
    ({"username": "mario.rossi"}, "^username: 'mario.rossi' is only a part .*mario.rossi@charter.net"),
    ({"incoming": {"security": "none"}}, "^incoming.security: none sends the password.*allow_plaintext"),
    ({"outgoing": {"security": "none"}}, "^outgoing.security: none sends the password"),
    ({"incoming": {"port": 0}}, "^incoming.port: 0 is not a port"),
    ({"outgoing": {"port": 65536}}, "^outgoing.port: 65536 is not a port"),
    ({"full_name": "Mario\tRossi"}, "^full_name: character 6 is the control character U\\+0009"),
    ({"password": ""}, "^password: it is empty"),
    ({"password": "a\nb"}, "^password: it contains a line break"),
    ({"email": "mario@charter"}, "^email: the domain 'charter' is not complete"),
    ({"incoming": {"host": "imap charter net"}}, "^incoming.host: 'imap charter net' is not a host name"),
    ({"protocol": "pop3", "leave_on_server_days": -1}, "^leave_on_server_days"),
    ({"protocol": "pop3", "leave_on_server": False, "leave_on_server_days": 3}, "^leave_on_server_days"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_cannot_work_is_refused(options: dict[str, t.Any], message: str) -> None:
    with pytest.raises(MailError, match=message):
        account(**options)


WARNED: list[tuple[dict[str, t.Any], str]] = [
    (
        {"protocol": "pop3", "incoming": {"port": 993, "security": "ssl"}},
        "993 is the port of IMAP.*POP3 over TLS is 995",
    ),
    ({"outgoing": {"host": "mail.example.com", "port": 587, "security": "ssl"}}, "587 is unusual"),
    ({"incoming": {"security": "none"}, "allow_plaintext": True}, "unencrypted"),
    ({"username": "other@charter.net"}, "AUP#Out-1500"),
    ({"identities": [{"address": "info@rossi.example"}]}, "not the login .AUP#Out-1500., such as info@rossi.example"),
]


@pytest.mark.parametrize(("options", "message"), WARNED)
def test_what_looks_wrong_is_warned_of(options: dict[str, t.Any], message: str) -> None:
    (warning,) = request(**options).warnings
    assert re.search(message, warning)


def test_a_short_login_is_only_warned_of_elsewhere() -> None:
    hosts = {"incoming": {"host": "in.example.com"}, "outgoing": {"host": "out.example.com"}}
    (warning,) = request(username="mario", **hosts).warnings
    assert "unless this server really wants the short form" in warning


def test_other_senders_are_only_warned_of_at_the_provider() -> None:
    other = {"identities": [{"address": "info@rossi.example"}]}
    assert request(**other, outgoing={"host": "out.example.com"}).warnings == ()
    assert request(identities=[{"address": "info@rossi.example", "state": "absent"}]).warnings == ()


def test_no_rule_holds_for_an_account_to_remove() -> None:
    assert request(state="absent", incoming={"port": 995}).findings == ()


def many(*entries: dict[str, t.Any], **task: t.Any) -> t.Any:
    return requests({"email": None, "accounts": list(entries), **task})


def test_entries_take_from_the_task_what_they_do_not_say() -> None:
    first, second = many(
        {"email": "a@charter.net"}, {"email": "b@charter.net", "protocol": "imap"}, protocol="pop3", provider="spectrum"
    )
    assert endpoints(first.account)[0] == ("mobile.charter.net", 995, "ssl")
    assert endpoints(second.account)[0] == ("mobile.charter.net", 993, "ssl")


def test_an_error_in_the_list_names_the_entry() -> None:
    with pytest.raises(MailError, match=r"^accounts\[1\] \(b@charter\): email: "):
        many({"email": "a@charter.net"}, {"email": "b@charter"})


def test_one_account_twice_is_refused() -> None:
    with pytest.raises(MailError, match=r"twice"):
        many({"email": "a@charter.net"}, {"email": "A@charter.net"})
    assert len(many({"email": "a@charter.net"}, {"email": "a@charter.net", "protocol": "pop3"})) == 2
    assert len(many({"email": "a@charter.net", "user": "x"}, {"email": "a@charter.net", "user": "y"})) == 2


def test_two_defaults_of_one_user_are_refused() -> None:
    with pytest.raises(MailError, match=r"of the same user is already the default"):
        many({"email": "a@charter.net", "default": True}, {"email": "b@charter.net", "default": True})


def test_a_client_without_profiles_takes_the_list_of_thunderbird() -> None:
    entries: list[dict[str, t.Any]] = [
        {"email": "jo@charter.net", "profile": "work", "default": True},
        {"email": "jo@charter.net", "profile": "home", "default": True},
        {"email": "ann@charter.net", "profile": "home"},
    ]
    found = requests({"accounts": entries}, profiles=False)
    assert [request.profile for request in found] == [None] * 3
    assert [request.account.default for request in found] == [True, True, False]
    assert found[0].account == found[1].account
    entries[1]["provider"] = "spectrum"
    with pytest.raises(MailError, match=r"accounts\[1\]: jo@charter.net \(imap\) is in the list with different"):
        requests({"accounts": entries}, profiles=False)
    assert len(requests({"accounts": entries})) == 3
