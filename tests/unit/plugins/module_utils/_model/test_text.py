# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and host names: what is accepted, in which form, and what is refused with which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model import text
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._model.settings import Change, changes


@pytest.mark.parametrize(
    ("given_address", "expected"),
    [
        ("mario.rossi@charter.net", "mario.rossi@charter.net"),
        (" Mario.Rossi@Charter.NET ", "Mario.Rossi@charter.net"),
        ("mario@bücher.example", "mario@xn--bcher-kva.example"),
        ("o'neil+tag@mi.rr.com", "o'neil+tag@mi.rr.com"),
    ],
)
def test_addresses(given_address: str, expected: str) -> None:
    assert text.address(given_address, "email") == expected


@pytest.mark.parametrize(
    ("given_address", "reason"),
    [
        ("mario", "not an e-mail address"),
        ("@charter.net", "not an e-mail address"),
        ("mario@", "not an e-mail address"),
        ("mario@charter", "not complete"),
        ("mario rossi@charter.net", "is not valid before the @"),
        ("mario..rossi@charter.net", "is not valid before the @"),
        ("a" * 65 + "@charter.net", "is not valid before the @"),
        ("märio@charter.net", "outside ASCII"),
        ("mario@char_ter!.net", "not a host name"),
        ("mario@" + "a" * 64 + ".net", "not a host name"),
        ("mario\n@charter.net", "control character U\\+000A"),
    ],
)
def test_impossible_addresses_name_the_option_and_the_fix(given_address: str, reason: str) -> None:
    with pytest.raises(OptionError, match=f"^accounts: .*{reason}.*\\. [A-Z].*\\.$"):
        text.address(given_address, "accounts")


@pytest.mark.parametrize(
    ("given_host", "expected"),
    [("IMAP.Charter.net.", "imap.charter.net"), ("192.0.2.7", "192.0.2.7"), ("2001:db8::0:1", "2001:db8::1")],
)
def test_host_names(given_host: str, expected: str) -> None:
    assert text.host_name(given_host, "incoming.host") == expected


@given(st.text())
def test_any_text_is_an_address_or_an_option_error(anything: str) -> None:
    try:
        address = text.address(anything, "email")
    except OptionError:
        return
    assert address.isascii()
    assert text.address(address, "email") == address


def test_a_secret_does_not_show() -> None:
    secret = Secret("hunter2")
    for shown in (repr(secret), str(secret), f"{secret}", f"{[secret]}"):
        assert "hunter2" not in shown
    assert secret == Secret("hunter2")
    assert secret.reveal() == "hunter2"


def test_changes_tell_types_apart() -> None:
    assert changes({"a": 1, "b": True, "c": "x"}, {"a": "1", "b": 1, "c": "x", "d": 2}) == (
        Change("a", 1, "1"),
        Change("b", True, 1),
        Change("d", None, 2),
    )
