# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task with many accounts returns grows with their number, and not with its square."""

from __future__ import annotations

import json
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.result import shortened
from ansible_collections.charter.mail.tests.unit.amount import size
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import by_module, options


@pytest.mark.parametrize("value", [None, 7, True, "", "account1,account2", "x" * 5000, "a b," * 500, "pass,word1" * 90])
def test_other_values_are_shown_whole(value: object) -> None:
    assert shortened(value) == value


def test_a_long_list_of_names_is_shown_by_its_ends() -> None:
    names = [f"account{number}" for number in range(1, 201)]
    text = shortened(",".join(names))
    assert text == "account1,account2,... 190 more ...," + ",".join(names[-8:])
    assert shortened(",".join(names[:-1])) != text


def test_the_result_of_many_new_accounts_grows_with_their_number(tmp_path: pathlib.Path) -> None:
    sizes = []
    for count in (size(30, 20), size(120, 80)):
        home = tmp_path / str(count)
        home.mkdir()
        accounts = [{"email": f"user{number}@charter.net"} for number in range(count)]
        done = by_module(home, {**options(accounts), "clients": ["thunderbird"]}, check_mode=False)
        result = done.as_result()
        assert {account["status"] for account in result["accounts"]} == {"created"}
        sizes.append(len(json.dumps(result["accounts"])))
    assert sizes[1] / sizes[0] < 5  # with whole lists: 6
