# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values the policy Preferences gives, and of which type."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.effective_preferences import (
    Given,
    PreferenceSources,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.policy_preferences import (
    BUILT_IN_NUMBERS,
    PolicyPreferences,
)

from .policy_cases import CASES

PATH = "/etc/thunderbird/policies/policies.json"


def seen(
    defaults: dict[str, Given], stored: dict[str, t.Any], policies: t.Mapping[str, t.Any]
) -> t.Mapping[str, t.Any]:
    overrides: dict[str, Given] = {}
    policy = PolicyPreferences(PATH, defaults, overrides, stored)
    for name, entry in policies.items():
        if not policy.add(name, entry):
            break
    overrides.update({name: given for name, given in defaults.items() if given.locked})
    return PreferenceSources(defaults, overrides).seen(stored)


def test_all_cases_are_as_measured() -> None:
    found = seen(
        {name: Given(case.default, "/x.js") for name, case in CASES.items() if case.default is not None},
        {name: case.stored for name, case in CASES.items() if case.stored is not None},
        {name: case.policy for name, case in CASES.items()},
    )
    expected = {name: repr(case.seen) for name, case in CASES.items() if case.seen is not None}
    assert {name: repr(value) for name, value in found.items()} == expected


@pytest.mark.parametrize("name", ["mail.server.default.authMethod", "mail.smtpserver.default.try_ssl"])
def test_a_number_that_is_built_in_stays_one(name: str) -> None:
    assert name in BUILT_IN_NUMBERS
    assert repr(seen({}, {}, {name: {"Value": 1}})[name]) == "1"
    assert seen({}, {}, {name: {"Value": "x", "Status": "user"}}) == {}


def test_a_bare_value_that_does_not_fit_takes_the_lock_away() -> None:
    given = {"mail.server.x": Given(1, "/x.js", 3, locked=True)}
    assert seen(given, {"mail.server.x": 2}, {"mail.server.x": "text"}) == {"mail.server.x": 2}


def test_a_lock_of_what_does_not_exist_stops_the_policy() -> None:
    policies = {"mail.server.x": {"Status": "locked"}, "mail.server.y": {"Value": "y"}}
    assert seen({}, {}, policies) == {}
    assert seen({}, {"mail.server.x": 1}, policies) == {"mail.server.y": "y"}


def test_messages_name_the_policy() -> None:
    given = {"mail.server.x": Given(1, "/x.js", 3)}
    policy = PolicyPreferences(PATH, given, {}, {})
    assert policy.add("mail.server.x", {"Status": "locked"})
    assert given["mail.server.x"] == Given(1, PATH, None, locked=True)
