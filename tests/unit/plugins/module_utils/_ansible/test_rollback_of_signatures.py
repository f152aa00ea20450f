# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoing what runs have done to signatures and identities."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD

from .desk import CLIENTS
from .hand_made import write_evolution, write_thunderbird
from .rollback_runs import HAND_MADE, WRITERS, configure, request, roll_back, settings

pytestmark = pytest.mark.one_in(3)

SENDERS: t.Mapping[str, t.Any] = {
    "signature": {"html": "<p>one"},
    "identities": [{"address": "info@rossi.example", "full_name": "Info"}],
}


def signatures(home: pathlib.Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in home.glob(".config/evolution/signatures/*")}


@CLIENTS
def test_signatures_and_identities_are_undone(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path, **SENDERS))
    first, files = settings(tmp_path, client), signatures(tmp_path)
    changed = {"signature": {"text": "two"}, "identities": [{"address": "info@rossi.example", "state": "absent"}]}
    configure(client, "20260102T000000Z-1", request(tmp_path, **changed))
    assert settings(tmp_path, client) != first
    roll_back(tmp_path, "20260102T000000Z-1")
    assert (settings(tmp_path, client), signatures(tmp_path)) == (first, files)
    assert not roll_back(tmp_path, "20260102T000000Z-1")["changed"]
    configure(client, "20260103T000000Z-1", request(tmp_path, state="absent"))
    assert signatures(tmp_path) == {}
    roll_back(tmp_path, "20260103T000000Z-1")
    assert (settings(tmp_path, client), signatures(tmp_path)) == (first, files)
    roll_back(tmp_path, "20260101T000000Z-1")
    assert (settings(tmp_path, client), signatures(tmp_path)) == (before, {})


def test_the_order_of_identities_is_undone(tmp_path: pathlib.Path) -> None:
    other = {"address": "info@rossi.example"}
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, identities=[other]))
    before = settings(tmp_path, THUNDERBIRD)
    configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, identities=[{**other, "default": True}]))
    assert settings(tmp_path, THUNDERBIRD) != before
    roll_back(tmp_path)
    assert settings(tmp_path, THUNDERBIRD) == before
    assert not roll_back(tmp_path, "20260102T000000Z-1")["changed"]


def test_a_signature_that_was_changed_since_is_left(tmp_path: pathlib.Path) -> None:
    write_evolution(tmp_path, [HAND_MADE])
    configure(EVOLUTION, "20260101T000000Z-1", request(tmp_path, signature={"text": "one"}))
    configure(EVOLUTION, "20260102T000000Z-1", request(tmp_path, signature={"text": "two"}))
    (file,) = tmp_path.glob(".config/evolution/signatures/*")
    file.write_text("the user's")
    (left, *_others) = roll_back(tmp_path, "20260102T000000Z-1")["clients"][0]["left"]
    assert left["setting"].startswith("signature ")
    assert file.read_text() == "the user's"
    roll_back(tmp_path, "20260102T000000Z-1", force=True)
    assert file.read_text() == "one"


@CLIENTS
@pytest.mark.parametrize("made", [True, False])
def test_signatures_and_further_identities(tmp_path: pathlib.Path, client: ClientEntry, made: bool) -> None:
    """Evolution has signatures in files of their own."""
    WRITERS[client.name](tmp_path, [] if made else [HAND_MADE])
    info = {"address": "info@rossi.example", "full_name": "Info"}
    before = everything(tmp_path, client)
    first = {"signature": {"text": "Mario"}, "identities": [info]}
    configure(client, "20260101T000000Z-1", request(tmp_path, **first))
    between = everything(tmp_path, client)
    assert between != before
    second = {"signature": {"html": "<b>M</b>"}, "identities": [{**info, "state": "absent"}]}
    for run, wanted in (("20260102T000000Z-1", second), ("20260103T000000Z-1", {"state": "absent"})):
        configure(client, run, request(tmp_path, **wanted))
        assert everything(tmp_path, client) != between
        assert roll_back(tmp_path)["changed"]
        assert everything(tmp_path, client) == between
        assert not roll_back(tmp_path)["changed"]
    assert roll_back(tmp_path, "20260101T000000Z-1")["changed"]
    assert everything(tmp_path, client) == before


def test_the_order_of_identities(tmp_path: pathlib.Path) -> None:
    write_thunderbird(tmp_path, [HAND_MADE])
    info = {"address": "info@rossi.example", "full_name": "Info"}
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, identities=[info]))
    before = settings(tmp_path, THUNDERBIRD)
    configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, identities=[{**info, "default": True}]))
    assert settings(tmp_path, THUNDERBIRD) != before
    assert roll_back(tmp_path)["changed"]
    assert settings(tmp_path, THUNDERBIRD) == before


def test_a_signature_that_its_user_has_changed_stays(tmp_path: pathlib.Path) -> None:
    write_evolution(tmp_path, [HAND_MADE])
    configure(EVOLUTION, "20260101T000000Z-1", request(tmp_path, signature={"text": "Mario"}))
    configure(EVOLUTION, "20260102T000000Z-1", request(tmp_path, signature={"text": "Mario Rossi"}))
    (file,) = (tmp_path / ".config/evolution/signatures").iterdir()
    file.write_text("my own")
    result = roll_back(tmp_path)
    (left,) = result["clients"][0]["left"]
    assert (left["ours"], left["stored"]) == ("11 bytes", "6 bytes")  # its text is nobody else's business
    assert file.read_text() == "my own"


def everything(home: pathlib.Path, client: ClientEntry) -> dict[str, bytes]:
    """The settings, and the files of signatures."""
    files = {str(path): path.read_bytes() for path in home.glob(".config/evolution/signatures/*")}
    return {**settings(home, client), **files}
