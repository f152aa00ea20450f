# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a host without accounts."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._accounts.no_accounts import warning, without_accounts


@pytest.mark.parametrize(
    ("args", "none"),
    [
        ({}, True),
        ({"accounts": None}, True),
        ({"accounts": ""}, True),
        ({"accounts": []}, True),
        ({"accounts": [{"email": "a@charter.net"}]}, False),
        ({"accounts": "nonsense"}, False),
        ({"email": "a@charter.net"}, False),
        ({"email": None}, False),
    ],
)
def test_when_there_are_none(args: dict[str, t.Any], none: bool) -> None:
    assert without_accounts(args) is none


ACCOUNTS = [{"user": "mario", "email": "a@charter.net"}]


@pytest.mark.parametrize(
    "name",
    [
        *("mail_acounts", "mail_account", "mail_acccounts", "mailaccounts", "MAIL_ACCOUNTS", "Mail_Accounts"),
        *("Mail_Acounts", "mail_ACCOUNT"),
    ],
)
def test_a_likely_typing_error_is_named(name: str) -> None:
    variables = {"ansible_host": "desk.example", "mail_clients": [], "mail_accounts": [], name: "anything"}
    assert warning("desk", variables).endswith(f"Its variable {name} is not read: rename it to mail_accounts.")


@pytest.mark.parametrize("name", ["accounts", "mail_acct", "mail_accounts_list", "thunderbird_accounts", "MailAccs"])
def test_a_variable_that_holds_accounts_is_named(name: str) -> None:
    assert f"Its variable {name} is not read" in warning("desk", {"mail_clients": [], name: ACCOUNTS})
    others: list[t.Any] = ["text", [], ["text"], [{}], [*ACCOUNTS, {"name": "x"}], {"email": "a@charter.net"}, None, 5]
    for other in others:
        assert "is not read" not in warning("desk", {name: other})


def test_a_template_is_no_variable_that_is_not_set() -> None:
    said = "the variable mail_accounts is empty, or its value refers to a variable that is not set. It was left alone."
    assert warning("desk", {"mail_accounts": "{{ accounts_of_the_office }}"}).endswith(said)
    assert "is not set for it" in warning("desk", {"mail_accounts": ""})


def test_other_variables_are_no_typing_errors() -> None:
    names = ["mail_accounts", "mail_clients", "mail_ca_path", "mail_thunderbird", "email_accounts_of_others"]
    variables = {**dict.fromkeys(names), "staff": ACCOUNTS, "mail_removed_accounts": ACCOUNTS}
    assert warning("desk", variables).startswith("desk has no mail accounts: the variable mail_accounts is not set")
