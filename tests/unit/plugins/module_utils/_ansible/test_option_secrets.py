# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options without their secrets, for any form of options."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.option_secrets import PLACEHOLDER, hidden
from ansible_collections.charter.mail.plugins.module_utils._model.secret import HIDDEN

SPEC = argument_spec(flag={"type": "bool"}, method={"type": "list", "elements": "str"})
EMAIL = "mario.rossi@charter.net"
MARK = "tombola"

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(MARK)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["email", "password", "passwort", "incoming", "host"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.text())
def test_valid_options_come_back_whole(password: str) -> None:
    raw = {"accounts": [{"email": EMAIL}, {"email": EMAIL, "password": password}], "password": password, "flag": True}
    options = hidden(raw, SPEC)
    assert options.faults == ()
    assert options.shown == {
        "accounts": [{"email": EMAIL}, {"email": EMAIL, "password": PLACEHOLDER}],
        "password": PLACEHOLDER,
        "flag": True,
    }
    assert options.with_secrets(options.shown) == raw


@given(st.sampled_from(["password", "passwort", "accounts", "incoming"]), ANYTHING)
def test_no_form_shows_what_is_secret(name: str, value: t.Any) -> None:
    options = hidden({"email": EMAIL, name: _without_known_text(value)}, SPEC)
    assert MARK not in repr(options.shown)
    assert MARK not in " ".join(options.faults)


def _without_known_text(value: t.Any) -> t.Any:
    """Without the mark where it is a host or an address, which are no secrets."""
    if isinstance(value, dict):
        return {
            name: EMAIL
            if name in ("email", "host") and not isinstance(inner, (dict, list))
            else _without_known_text(inner)
            for name, inner in value.items()
        }
    return [_without_known_text(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ({"passwort": MARK}, {"passwort": HIDDEN}),
        ({"pass-word": [MARK]}, {"pass-word": HIDDEN}),
        ({f"password:{MARK}": None}, {HIDDEN: HIDDEN}),
        ({f"password: {MARK}": 1}, {f"password{HIDDEN}": HIDDEN}),
        ({"incoming": {"passwort": MARK}}, {"incoming": {"passwort": HIDDEN}}),
        ({"incoming": f"host=a {MARK}=b"}, {"incoming": {"host": "a", HIDDEN: HIDDEN}}),
        ({"accounts": f"email={EMAIL} password={MARK}"}, {"accounts": [{"email": EMAIL, "password": PLACEHOLDER}]}),
        ({"_ansible_check_mode": True}, {"_ansible_check_mode": True}),
        ({"password": None, "accounts": None}, {"password": None, "accounts": None}),
        ({"password": 4711}, {"password": PLACEHOLDER}),
        ({"method": "prf,autodiscover"}, {"method": ["prf", "autodiscover"]}),
    ],
)
def test_what_is_shown(raw: dict[str, t.Any], shown: dict[str, t.Any]) -> None:
    options = hidden(raw, SPEC)
    assert options.shown == shown
    assert options.faults == ()


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ({"password": [MARK]}, "password: text was expected, not a list. Write it in quotes."),
        ({"password": True}, "password: text was expected, not true or false. Write it in quotes."),
        ({"password": 1.5}, "password: text was expected, not a number. Write it in quotes."),
        ({"accounts": [{"home": {"password": MARK}}]}, "accounts[0].home: text was expected, not a dictionary."),
        (
            {"accounts": [{"leave_on_server_days": [MARK]}]},
            "[0].leave_on_server_days: a whole number was expected, not a",
        ),
        ({"accounts": {"password": MARK}}, "accounts: a list was expected, not a dictionary."),
        ({"accounts": [MARK]}, "accounts[0]: a dictionary was expected, not text."),
        ({"accounts": ["{" + MARK]}, "accounts[0]: a dictionary was expected, not text."),
        ({"accounts": [[MARK]]}, "accounts[0]: a dictionary was expected, not a list."),
        ({"incoming": MARK}, "incoming: a dictionary was expected, not text."),
        ({"method": [{"password": MARK}]}, "method[0]: text was expected, not a dictionary."),
        ({"email": MARK, "password": EMAIL}, "the password looks like one. Make sure that the two are not swapped."),
    ],
)
def test_what_is_wrong(raw: dict[str, t.Any], fault: str) -> None:
    options = hidden(raw, SPEC)
    (found,) = options.faults
    assert fault in found
    assert MARK not in found
    assert MARK not in repr(options.shown)


@given(st.text(max_size=10), st.text(max_size=10))
def test_a_secret_is_found_in_text_that_is_written_another_way(before: str, after: str) -> None:
    password = before + MARK + after
    texts = sorted(hidden({"password": password}, SPEC).texts, key=len, reverse=True)
    for written in (password, repr([password]), repr([password, "'"]), str({"a": password + '"'})):
        for text in texts:
            written = written.replace(text, HIDDEN)
        assert MARK not in written
