# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of folders in all the forms in which preferences and files name them."""

from __future__ import annotations

import json
import urllib.parse

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.folder_references import (
    References,
    left,
    moved,
)

OLD = "imap://mario.rossi%40charter.net@imap.charter.net"
NEW = "imap://mario.rossi%40charter.net@mobile.charter.net"
OLD_MESSAGES = OLD.replace("imap:", "imap-message:")

MOVED = [
    OLD,
    f"{OLD}/A",
    f"{OLD}/A|{OLD}/B",
    f"{OLD}/A,{OLD}/B;{OLD}",
    f"{OLD}/A {OLD_MESSAGES}/A#12",
    json.dumps([{"name": "Bills", "uri": f"{OLD}/Bills"}, {"uri": OLD}]),
    json.dumps({"a": json.dumps({"uri": f"{OLD}/A"})}),
    json.dumps({"uri": f"{OLD}/A"}).replace("/", "\\/"),
    urllib.parse.quote(f'"{OLD}/A"', safe=""),
    f"({OLD})",
]
LEFT = [
    f"{OLD}/A|imap://mario.rossi@charter.net@imap.charter.net/B",
    f"{OLD}/A|{OLD.upper()}/B",
    f"{OLD}/A|x{OLD}:143/B",
    f"{OLD_MESSAGES}/A|{OLD.replace('%40', '%2540')}:143",
]
OTHERS = [
    "imap://mario.rossi%40charter.net@imap.charter.net.example/A",
    "imap://anna%40charter.net@imap.charter.net/A",
    "mailbox://mario.rossi%40charter.net@imap.charter.net/A",
    "imap.charter.net",
    "mario.rossi@charter.net at imap.charter.net",
]


@pytest.mark.parametrize("value", MOVED)
def test_all_addresses_in_a_value_are_moved(value: str) -> None:
    references = References.between(OLD, NEW)
    after = references.moved(value)
    assert "imap.charter.net" not in after
    assert after.replace("mobile.charter.net", "imap.charter.net") == value
    assert not references.left_in(after)
    assert left({"x": after}, {}, OLD, NEW) == []


@pytest.mark.parametrize("value", LEFT)
def test_a_value_with_an_address_of_an_unknown_form_is_left_and_named(value: str) -> None:
    assert References.between(OLD, NEW).moved(value) == value
    assert left({"x": value, "y": f"{NEW}/A", "z": 1}, {}, OLD, NEW) == ["x"]


def test_a_login_may_change_only_the_case_of_its_letters() -> None:
    new = OLD.replace("mario", "Mario")
    assert new != OLD
    for value in (f"{OLD}/Drafts", f"{OLD}/A|{new}/B"):
        after = References.between(OLD, new).moved(value)
        assert after == value.replace(OLD, new)
        assert left({"x": after}, {}, OLD, new) == []
        assert left({"x": value}, {}, OLD, new) == ["x"]


@pytest.mark.parametrize("value", OTHERS)
def test_other_values_are_not_meant(value: str) -> None:
    assert References.between(OLD, NEW).moved(value) == value
    assert left({"x": value}, {}, OLD, NEW) == []


def test_each_line_of_a_file_is_moved_as_a_whole_or_left_and_the_file_named() -> None:
    lines = [f'actionValue="{OLD}/A"\r\n', f"scope={OLD}/A|{OLD}/B\n", f"scope={LEFT[0]}\n", "name=\udcff\u2028\n"]
    content = "".join(lines).encode("utf-8", "surrogateescape")
    after = moved({"/p/virtualFolders.dat": content, "/p/x": b"\xff"}, OLD, NEW)
    expected = [line.replace("@imap.", "@mobile.") for line in lines[:2]] + lines[2:]
    assert after["/p/virtualFolders.dat"] == "".join(expected).encode("utf-8", "surrogateescape")
    assert after["/p/x"] == b"\xff"
    assert left({}, after, OLD, NEW) == ["/p/virtualFolders.dat"]
