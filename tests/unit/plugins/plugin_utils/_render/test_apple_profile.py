# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles for Apple Mail, held against the table of keys in Apple's documentation (device-management, 2026-11)."""

from __future__ import annotations

import plistlib
import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security
from ansible_collections.charter.mail.plugins.plugin_utils._render import apple_profile

from .accounts import account, of_all_kinds

_AUTHENTICATION = {"EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM", "EmailAuthHTTPMD5"}
_COMMON: t.Mapping[str, tuple[type, bool, set[t.Any]]] = {
    "PayloadType": (str, True, set()),
    "PayloadVersion": (int, True, {1}),
    "PayloadIdentifier": (str, True, set()),
    "PayloadUUID": (str, True, set()),
    "PayloadDisplayName": (str, False, set()),
    "PayloadDescription": (str, False, set()),
    "PayloadOrganization": (str, False, set()),
}
# key: type, whether it is required, the values that it may have (empty: any)
_TOP = {**_COMMON, "PayloadType": (str, True, {"Configuration"}), "PayloadContent": (list, True, set())}
_MAIL: t.Mapping[str, tuple[type, bool, set[t.Any]]] = {
    **_COMMON,
    "PayloadType": (str, True, {"com.apple.mail.managed"}),
    "EmailAccountDescription": (str, False, set()),
    "EmailAccountName": (str, False, set()),
    "EmailAccountType": (str, True, {"EmailTypeIMAP", "EmailTypePOP"}),
    "EmailAddress": (str, False, set()),
    "IncomingMailServerAuthentication": (str, True, _AUTHENTICATION),
    "IncomingMailServerHostName": (str, True, set()),
    "IncomingMailServerPortNumber": (int, False, set()),
    "IncomingMailServerUseSSL": (bool, False, set()),
    "IncomingMailServerUsername": (str, False, set()),
    "OutgoingPasswordSameAsIncomingPassword": (bool, False, set()),
    "OutgoingMailServerAuthentication": (str, True, _AUTHENTICATION),
    "OutgoingMailServerHostName": (str, True, set()),
    "OutgoingMailServerPortNumber": (int, False, set()),
    "OutgoingMailServerUseSSL": (bool, False, set()),
    "OutgoingMailServerUsername": (str, False, set()),
}
_UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")


def rendered(*accounts: Account, **options: str) -> dict[str, t.Any]:
    given = {"identifier": "com.example", "organization": "Example", **options}
    found: dict[str, t.Any] = plistlib.loads(apple_profile.render(accounts, **given))
    return found


def problems(values: t.Mapping[str, t.Any], table: t.Mapping[str, tuple[type, bool, set[t.Any]]]) -> list[str]:
    """What is wrong with a dictionary of a profile."""
    found = [f"{key} is missing" for key, (_type, required, _values) in table.items() if required and key not in values]
    for key, value in values.items():
        if key not in table:
            found.append(f"{key} is no key")
        elif type(value) is not table[key][0] or (table[key][2] and value not in table[key][2]):
            found.append(f"{key} cannot be {value!r}")
    return found


def test_every_key_and_value_is_one_of_apples() -> None:
    profile = rendered(*of_all_kinds())
    assert problems(profile, _TOP) == []
    assert [problem for payload in profile["PayloadContent"] for problem in problems(payload, _MAIL)] == []


def test_the_table_finds_mistakes() -> None:
    payload = rendered(account())["PayloadContent"][0]
    wrong = {**payload, "IncomingMailServerPortNumber": "993", "EmailAccountType": "IMAP", "Secure": True}
    del wrong["PayloadUUID"]
    assert len(problems(wrong, _MAIL)) == 4


def test_an_account_as_the_device_gets_it() -> None:
    payload = rendered(account(full_name="Mario Rossi"))["PayloadContent"][0]
    assert payload["EmailAddress"] == payload["IncomingMailServerUsername"] == "mario.rossi@charter.net"
    assert payload["EmailAccountName"] == "Mario Rossi"
    incoming = [payload[f"IncomingMailServer{key}"] for key in ("HostName", "PortNumber", "UseSSL")]
    outgoing = [payload[f"OutgoingMailServer{key}"] for key in ("HostName", "PortNumber", "UseSSL")]
    assert incoming == ["imap.charter.net", 993, True]
    assert outgoing == ["smtp.charter.net", 587, True]


def test_a_new_profile_replaces_the_one_before() -> None:
    before, after = rendered(account()), rendered(account(full_name="Mario"), organization="")
    for key in ("PayloadIdentifier", "PayloadUUID"):
        assert before[key] == after[key]
        assert before["PayloadContent"][0][key] == after["PayloadContent"][0][key]
    assert apple_profile.render([account()], identifier="a", organization="") == apple_profile.render(
        [account()], identifier="a", organization=""
    )


def test_identifiers_are_unique() -> None:
    both = [account(), account(protocol=Protocol.POP3), account("mario-rossi@charter.net")]
    profiles = [rendered(*both), rendered(*both, identifier="org.example")]
    payloads = [payload for profile in profiles for payload in profile["PayloadContent"]]
    assert len({payload["PayloadUUID"] for payload in [*profiles, *payloads]}) == 8
    assert all(_UUID.fullmatch(payload["PayloadUUID"]) for payload in payloads)
    assert len({payload["PayloadIdentifier"] for payload in profiles[0]["PayloadContent"]}) == 3


def test_no_password_is_in_it() -> None:
    from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret

    assert b"geheim" not in apple_profile.render([account(password=Secret("geheim"))], identifier="a", organization="")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (account(), ()),
        (account(outgoing=(465, Security.SSL)), ()),
        (account(outgoing=(587, Security.SSL)), ("smtp.charter.net needs TLS from the first byte on port 587",)),
        (account(protocol=Protocol.POP3), ()),
        (account(protocol=Protocol.POP3, leave_on_server=False), ("How long mail stays on the server",)),
    ],
)
def test_what_a_profile_cannot_say(given: Account, words: tuple[str, ...]) -> None:
    found = apple_profile.not_expressed(given)
    assert len(found) == len(words)
    assert all(sentence.startswith(word) for sentence, word in zip(found, words))
