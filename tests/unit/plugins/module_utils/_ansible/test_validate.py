# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of tasks on the controller, and that no password is in what is said of them."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec, requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import (
    on_controller,
    presentable,
    valid_options,
    validated,
)
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError

SPEC = argument_spec(sid={"type": "str"}, flag={"type": "bool", "default": False})
EMAIL = "mario.rossi@charter.net"


def test_types_and_defaults() -> None:
    options = validated({"accounts": [{"email": EMAIL, "leave_on_server_days": "14"}], "flag": "yes"}, SPEC)
    assert options["accounts"][0]["leave_on_server_days"] == 14
    assert options["flag"] is True
    assert options["email"] is None


def test_entries_that_differ_in_texts_are_validated_as_if_each_were_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    entries: list[dict[str, t.Any]] = [
        {"email": f"m{number}@charter.net", "full_name": f"M{number}", **others}
        for number in range(6)
        for others in (
            {},
            {"leave_on_server_days": str(number % 2), "password": f"secret {number}"},
            {"protocol": "pop3", "incoming": {"host": "mail.example.com", "port": "995"}},
            {
                "organization": number,
                "user": None,
                "home": f"/home/{number}",
                "identities": [{"address": "a@b.example"}],
            },
        )
    ]
    alone = [validated({"accounts": [entry]}, SPEC)["accounts"][0] for entry in entries]
    seen: list[int] = []
    validate: t.Any = ArgumentSpecValidator.validate

    def counted(self: ArgumentSpecValidator, parameters: dict[str, t.Any]) -> t.Any:
        seen.append(len(parameters["accounts"]))
        return validate(self, parameters)

    monkeypatch.setattr(ArgumentSpecValidator, "validate", counted)
    assert validated({"accounts": entries}, SPEC)["accounts"] == alone
    assert seen == [1 + 2 + 1 + 6]


def test_the_options_are_shown_without_passwords_and_without_what_was_left_out() -> None:
    entries = [{"email": f"m{number}@charter.net", "password": f"tombola {number}"} for number in range(2)]
    shown = valid_options({"accounts": entries, "user": "mario"}, SPEC).shown()
    hidden = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert shown == {
        "accounts": [{"email": f"m{number}@charter.net", "password": hidden} for number in range(2)],
        "user": "mario",
        "flag": False,
    }


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({}, "email, accounts"),
        ({"email": EMAIL, "accounts": []}, "mutually exclusive"),
        ({"email": EMAIL, "user": "mario", "sid": "S-1"}, "user|sid"),
        ({"email": EMAIL, "colour": "red"}, "colour"),
        ({"email": EMAIL, "protocol": "x400"}, "imap, pop3"),
        ({"accounts": [{"user": "mario"}]}, "accounts[0]: missing required arguments: email"),
        ({"accounts": [{"email": EMAIL}, {"email": "b@charter.net", "pasword": "x"}]}, "accounts[1] (b@charter.net): "),
        ({"accounts": [{"email": EMAIL, "pasword": "x"}]}, "Unknown option pasword, did you mean password?"),
        ({"accounts": [{"email": EMAIL, "provider": "chartr"}]}, "value of provider must be one of"),
        ({"accounts": [{"email": EMAIL, "incoming": {"prot": 1}}]}, "Unknown option incoming.prot, did you mean port?"),
        ({"accounts": [{"email": EMAIL, "colour": "red"}]}, "Unknown option colour"),
        ({"accounts": [EMAIL]}, "accounts[0]: a dictionary was expected, not text."),
        ({"accounts": [None]}, "accounts[0]: a dictionary was expected, not an empty value."),
    ],
)
def test_what_is_wrong_is_told(raw: t.Mapping[str, t.Any], said: str) -> None:
    with pytest.raises(MailError) as caught:
        validated(raw, SPEC, mutually_exclusive=[("user", "sid")])
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"email": None}, "email: it is empty. Give an address, or a list in accounts."),
        ({"accounts": None}, "email: it is empty."),
        ({"accounts": [{"email": ""}]}, "accounts[0]: email: '' is not an e-mail address."),
        *(
            ({"accounts": [{"email": EMAIL, name: value}]}, f"accounts[0] ({EMAIL}): {name}: it is empty. Leave it out")
            for name in ("user", "home", "profile")
            for value in ("", " ")
        ),
    ],
)
def test_an_empty_value_is_no_omission(raw: t.Mapping[str, t.Any], said: str) -> None:
    with pytest.raises(MailError) as caught:
        requests(validated(raw, SPEC))
    assert str(caught.value).startswith(said)


def test_the_paths_of_a_host_are_not_expanded_on_the_controller() -> None:
    raw = {"accounts": [{"email": EMAIL, "home": "~mario"}], "home": "$HOME/mail"}
    options = validated(raw, on_controller(SPEC))
    assert (options["accounts"][0]["home"], options["home"]) == ("~mario", "$HOME/mail")


@pytest.mark.parametrize(
    "raw",
    [
        {"email": EMAIL, "password": "tombola", "protocol": "tombola"},
        {"accounts": "email: x, password: tombola"},
        {"accounts": ["password tombola"]},
        {"accounts": [{"email": EMAIL, "password": "tombola", "provider": "tombola"}]},
    ],
)
def test_no_password_is_told(raw: t.Mapping[str, t.Any]) -> None:
    with pytest.raises(MailError) as caught:
        validated(raw, SPEC)
    assert "tombola" not in str(caught.value)


def test_results_are_rid_of_passwords() -> None:
    result = {"accounts": [{"advice": "sign in with tombola"}], "changed": True}
    cleaned = presentable(result, {"accounts": [{"password": "tombola"}]}, SPEC)
    assert "tombola" not in repr(cleaned)
    assert cleaned["changed"] is True


def test_results_are_printable() -> None:
    found = {"before": "\ud800\udc80 \udcff", "setting": "\x1b[31m \x9b \u202e", "profile": b"x\xff"}
    cleaned = presentable({"accounts": [{"changes": [found]}], "changed": True}, {}, SPEC)
    (change,) = cleaned["accounts"][0]["changes"]
    assert change == {
        "before": "\ufffd\ufffd \ufffd",
        "setting": "\\x1b[31m \\x9b \\u202e",
        "profile": "x\ufffd",
    }
