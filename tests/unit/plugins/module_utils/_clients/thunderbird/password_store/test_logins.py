# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""logins.json: what Thunderbird wrote is reproduced, what is not ours is kept, and damage is said in words."""

from __future__ import annotations

import json
import re
import typing as t
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.logins import (
    LoginEntry,
    LoginsFile,
    parse,
)
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError

from .samples import IMAP, SMTP, logins

PATH = "/home/anna/.thunderbird/x.default/logins.json"
NOW = 1795380000000
EMPTY = b'{"nextId":1,"logins":[],"potentiallyVulnerablePasswords":[],"version":3}'

# What JSON.stringify writes of a number is what Python writes of an integer; Thunderbird writes no others here.
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=12),
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
entries = st.dictionaries(
    st.sampled_from(["id", "hostname", "httpRealm", "encryptedUsername", "encryptedPassword", "syncCounter", "x", "ü"]),
    anything,
    max_size=6,
)
documents = st.fixed_dictionaries(
    {"nextId": anything, "logins": st.lists(entries, max_size=4)},
    optional={"version": anything, "sync": anything, "potentiallyVulnerablePasswords": anything},
)


def compact(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def document_of(stored: LoginsFile) -> t.Any:
    return json.loads(stored.render())


def stored(*more: t.Mapping[str, object], **beside: object) -> LoginsFile:
    return parse(compact({"nextId": 9, **beside, "logins": list(more)}), PATH)


def entry(origin: str = IMAP, **more: object) -> dict[str, object]:
    return {
        "id": 4,
        "hostname": origin,
        "httpRealm": origin,
        "encryptedUsername": "U",
        "encryptedPassword": "P",
        **more,
    }


def test_a_file_that_thunderbird_wrote_is_reproduced() -> None:
    content = logins("thunderbird-153")
    assert len(parse(content, PATH).entries) == 4
    assert parse(content, PATH).render() == content
    assert "\u2028".encode() in content  # as it is ...
    assert b"\\ud800" in content  # ... and as JavaScript escapes half a character


def test_no_file_is_an_empty_one_as_thunderbird_writes_it() -> None:
    assert parse(None, PATH).render() == EMPTY
    assert parse(EMPTY, PATH) == parse(None, PATH)


@given(documents)
def test_every_document_is_reproduced(document: t.Mapping[str, object]) -> None:
    content = compact(document)
    assert parse(content, PATH).render() == content


@given(documents)
def test_what_is_not_ours_is_kept(document: t.Mapping[str, t.Any]) -> None:
    before = parse(compact(document), PATH)
    positions = [login.position for login in before.at(IMAP)]
    for after in (
        before.with_added(SMTP, "U", "P", NOW),
        before.with_password(positions, "P", NOW),
        before.with_origin(positions, SMTP),
        before.without(positions),
    ):
        result = document_of(after)
        kept = [one for i, one in enumerate(document["logins"]) if i not in positions]
        assert [one for one in result["logins"] if one in kept] == kept
        assert {k: v for k, v in result.items() if k not in ("logins", "nextId")} == {
            k: v for k, v in document.items() if k not in ("logins", "nextId")
        }
        assert list(result)[: len(document)] == list(document)
        assert before.render() == compact(document)


def test_thunderbirds_entries_are_found_by_their_origin() -> None:
    found = parse(logins("thunderbird-153"), PATH)
    assert [login.position for login in found.at(IMAP)] == [0]
    assert [login.position for login in found.at(SMTP)] == [1]
    assert found.at("imap://imap.example.com:993") == ()
    assert found.at("https://example.com") == ()  # its realm is another


@pytest.mark.parametrize(
    "other",
    [
        entry("imap://other.example.com"),
        entry(httpRealm="another realm"),
        entry(httpRealm=None),
        entry(hostname="imap://IMAP.example.com"),
        entry(encryptedUsername=None),
        entry(encryptedPassword=7),
        {"id": 3, "guid": "{x}", "deleted": True},
        {},
    ],
)
def test_other_entries_are_not_found(other: t.Mapping[str, object]) -> None:
    assert stored(other, entry()).at(IMAP) == (LoginEntry(1, "U", "P"),)


def test_an_entry_is_added_as_thunderbird_adds_it() -> None:
    after = parse(logins("thunderbird-153"), PATH).with_added("imap://new.example.com", "U", "P", NOW)
    result = document_of(after)
    assert result["nextId"] == 6
    theirs, ours = result["logins"][0], result["logins"][-1]
    assert [key for key in theirs if key in ours] == list(ours)
    assert {key: type(value) for key, value in ours.items()} == {key: type(theirs[key]) for key in ours}
    assert {
        "id": 5,
        "hostname": "imap://new.example.com",
        "httpRealm": "imap://new.example.com",
    }.items() <= ours.items()
    assert {"encryptedUsername": "U", "encryptedPassword": "P", "encType": 1, "timesUsed": 1}.items() <= ours.items()
    assert {ours[key] for key in ours if key.startswith("time") and key != "timesUsed"} == {NOW}
    assert str(uuid.UUID(ours["guid"])) == ours["guid"].strip("{}")
    assert re.fullmatch(r"\{[-0-9a-f]{36}\}", ours["guid"])


def test_two_entries_have_two_ids() -> None:
    result = document_of(parse(None, PATH).with_added(IMAP, "U", "P", NOW).with_added(SMTP, "U", "P", NOW))
    first, second = result["logins"]
    assert (first["id"], second["id"], result["nextId"]) == (1, 2, 3)
    assert first["guid"] != second["guid"]


@pytest.mark.parametrize("next_id", [None, 0, 2, "9", 1.5])
def test_an_id_that_is_taken_is_not_given_again(next_id: object) -> None:
    result = document_of(stored(entry(id=7), {"id": "x"}, nextId=next_id).with_added(SMTP, "U", "P", NOW))
    assert (result["logins"][-1]["id"], result["nextId"]) == (8, 9)


def test_a_changed_password_changes_nothing_else() -> None:
    before = entry(timeCreated=1, timeLastUsed=2, timePasswordChanged=3, timesUsed=4, encType=1, x=[1])
    result = document_of(stored(before, entry()).with_password([0], "Q", NOW))
    assert result["logins"] == [{**before, "encryptedPassword": "Q", "timePasswordChanged": NOW}, entry()]
    assert list(result["logins"][0]) == list(before)


def test_a_moved_entry_keeps_all_but_its_origin() -> None:
    result = document_of(stored(entry(x=[1]), entry(id=5)).with_origin([0], SMTP))
    assert result["logins"] == [entry(SMTP, x=[1]), entry(id=5)]


def test_entries_are_removed() -> None:
    result = document_of(stored(entry(id=1), entry(id=2), entry(id=3)).without([0, 2]))
    assert result["logins"] == [entry(id=2)]
    assert result["nextId"] == 9


def test_sync_is_told_of_changes() -> None:
    """As the client counts them (storage-json.sys.mjs), so that a Sync server does not bring back what was removed."""
    synced = entry(guid="{g}", syncCounter=2, everSynced=True, timePasswordChanged=3, timesUsed=4, encType=1)
    assert document_of(stored(synced).with_password([0], "Q", NOW))["logins"][0]["syncCounter"] == 3
    assert document_of(stored(synced).with_origin([0], SMTP))["logins"][0]["syncCounter"] == 3
    tomb = {"id": 4, "guid": "{g}", "syncCounter": 3, "everSynced": True, "timePasswordChanged": 3, "deleted": True}
    removed = stored(entry(id=1, everSynced=False, syncCounter=1), synced).without([0, 1])
    assert document_of(removed)["logins"] == [tomb]
    assert removed.at(IMAP) == ()


@pytest.mark.parametrize("content", [b"{}", b'{"logins":null}', b' \r\n{"logins" : []}\n'])
def test_what_thunderbird_takes_for_empty_is_empty(content: bytes) -> None:
    result = document_of(parse(content, PATH).with_added(IMAP, "U", "P", NOW))
    assert [one["id"] for one in result["logins"]] == [1]
    assert result["nextId"] == 2


@pytest.mark.parametrize(
    ("content", "where", "reason"),
    [
        (b"", ", line 1", "it is not JSON"),
        (b'{"logins":[]', ", line 1", "it is not JSON"),
        (b'{\n"nextId":1,\n"logins":[,]}', ", line 3", "it is not JSON"),
        (b'{"logins":[]}x', ", line 1", "it is not JSON"),
        (b"\xef\xbb\xbf{}", ", line 1", "it is not JSON"),
        (b'{\n"x":"\xff"}', ", line 2", "it is not UTF-8"),
        (b"[]", ", line 1", "it is not a JSON object"),
        (b"null", ", line 1", "it is not a JSON object"),
        (b'{"logins":{}}', "", "its logins are not a list of objects"),
        (b'{"logins":[null]}', "", "its logins are not a list of objects"),
        (b'{"logins":[],"x":NaN}', "", "NaN is not a JSON number"),
        (b'{"logins":[],"x":-Infinity}', "", "-Infinity is not a JSON number"),
        (b'{"logins":[],"x":1e999}', "", "out of range"),
        (b'{"logins":[],"nextId":' + b"9" * 4300 + b"}", "", "out of range"),
        (b'{"logins":[],"x":-' + b"9" * 6000 + b"}", "", "out of range"),
        (b'{"x":' + b"[" * 100_000, "", "its JSON cannot be read"),
    ],
)
def test_damage_is_said_in_words(content: bytes, where: str, reason: str) -> None:
    with pytest.raises(DamagedFileError, match=f"^{re.escape(PATH + where)}: .*{reason}"):
        parse(content, PATH)


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))))
def test_garbage_raises_nothing_else(content: bytes) -> None:
    try:
        parse(content, PATH)
    except DamagedFileError:
        return
    assert isinstance(json.loads(content), dict)


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=3))
def test_damage_to_thunderbirds_file_raises_nothing_else(position: int, junk: bytes) -> None:
    content = logins("thunderbird-153")
    try:
        read = parse(content[:position] + junk + content[position + len(junk) :], PATH)
    except DamagedFileError:
        return
    read.at(IMAP)
    json.loads(read.with_added(IMAP, "U", "P", NOW).render())
