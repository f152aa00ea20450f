# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of accounts that no task has checked."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.account_list import of_one_user
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError

JO = {"user": "jo", "email": "jo.user@charter.net"}


class Vault(t.Dict[str, t.Any]):
    """An account whose password cannot be had."""

    def __getitem__(self, name: str) -> t.Any:
        if name == "password":
            raise AssertionError("the password was looked at")
        return super().__getitem__(name)


def present(*entries: t.Any, **options: t.Any) -> list[str]:
    found, _options = of_one_user(list(entries), {"number": {"type": "int", "default": 7}}, options)
    return [str(request.account) for request in found]


def test_those_that_shall_be_there_in_their_order() -> None:
    gone = {"user": "jo", "email": "old@charter.net", "state": "absent"}
    second = {**JO, "protocol": "pop3"}
    assert present(second, gone, JO) == ["jo.user@charter.net (pop3)", "jo.user@charter.net (imap)"]


def test_options_have_types_and_defaults() -> None:
    spec = {"number": {"type": "int", "default": 7}}
    assert of_one_user([JO], spec, {"number": "5"})[1] == {"number": 5}
    assert of_one_user([JO], spec, {"number": None})[1] == {"number": 7}


def test_a_password_is_not_even_looked_at() -> None:
    ((request,), _options) = of_one_user([Vault(JO, password="geheim")], {}, {})
    assert request.account.password is None


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ("jo.user@charter.net", "a list of accounts was expected"),
        (JO, "a list of accounts was expected"),
        (["jo.user@charter.net"], "a list of accounts was expected"),
        ([], "no account has state=present"),
        ([{**JO, "state": "absent"}], "no account has state=present"),
        ([{"user": "jo"}], "email"),
        ([{**JO, "pass": "geheim"}], "Unknown option pass, did you mean password"),
        ([{**JO, "incoming": {"port": 995}}], "995 is a port of POP3"),
        ([JO, JO], "in the list twice"),
        ([JO, {"email": "ann@charter.net"}], "several users: 'jo', no user"),
    ],
)
def test_what_cannot_be_used(entries: t.Any, reason: str) -> None:
    with pytest.raises(MailError, match=reason) as caught:
        of_one_user(entries, {}, {})
    assert "geheim" not in str(caught.value)


def test_an_option_of_a_wrong_type() -> None:
    with pytest.raises(MailError, match="number"):
        present(JO, number="many")
