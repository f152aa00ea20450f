# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How accounts differ from those that are wanted: the kinds of drift, with real files, and nothing is ever written."""

from __future__ import annotations

import os
import pathlib
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.account_info_on_linux import LISTS
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import Request, request_of
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.drift import Drift, DriftResult, without_ignored
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import opened, target_of
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import UserAccounts
from ansible_collections.charter.mail.plugins.module_utils._clients import engine
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.tests.unit.amount import examples

from .hand_made import some, write_evolution, write_thunderbird

pytestmark = pytest.mark.one_in(3)

EMAIL = "mario.rossi@charter.net"
CLIENTS = pytest.mark.parametrize("client", [THUNDERBIRD, EVOLUTION], ids=lambda client: client.name)
PORTS = {
    "thunderbird": (".thunderbird/charter.default/prefs.js", '.port", 993', '.port", 1993'),
    "evolution": (".config/evolution/sources/*.source", "Port=993", "Port=1993"),
}


def request(home: pathlib.Path, **options: t.Any) -> Request:
    return request_of({"email": EMAIL, "home": str(home), **options}, {})


def options(client: ClientEntry) -> dict[str, t.Any]:
    return {**client.defaults(), "wait_seconds": 0, "lock_timeout": 1, "backup": False}


def configure(client: ClientEntry, *wanted: Request) -> None:
    with opened(client, target_of(wanted[0]), options(client), desktop_hosts()) as found:
        engine.reconcile(found, [one.account for one in wanted])


def compare(client: ClientEntry, *wanted: Request, ignore: t.Sequence[str] = ()) -> list[dict[str, t.Any]]:
    """The entries of the result. The files stay as they are, to the byte and the time."""
    home = pathlib.Path(wanted[0].home or "")
    before = [(path, path.stat().st_mtime_ns) for path in sorted(home.rglob("*"))]
    bare = [(number, without_ignored(one, ignore)) for number, one in enumerate(wanted)]
    user = UserAccounts("mario", bare, lambda: opened(client, target_of(wanted[0]), options(client), desktop_hosts()))
    result = DriftResult()
    result.add_user(client.name, user, LISTS[client.name], lambda _client, _account: None, pytest.fail)
    assert [(path, path.stat().st_mtime_ns) for path in sorted(home.rglob("*"))] == before
    found: list[dict[str, t.Any]] = result.as_result()["accounts"]
    unreadable = [entry for entry in found if entry["drift"] == "unreadable"]
    assert result.as_result()["not_compared"] == len(unreadable)
    assert result.as_result()["drifted"] == any(entry["sentence"] for entry in found if entry not in unreadable)
    return found


def drifts(found: t.Iterable[t.Mapping[str, t.Any]]) -> list[Drift]:
    return [Drift(entry["drift"]) for entry in found]


def edit(home: pathlib.Path, pattern: str, old: str, new: str) -> None:
    """Change a setting by hand."""
    changed = 0
    for path in home.glob(pattern):
        text = path.read_text()
        changed += old in text
        path.write_text(text.replace(old, new))
    assert changed


def without_markers(home: pathlib.Path, client: ClientEntry) -> None:
    """As if somebody had made the accounts by hand."""
    pattern = PORTS[client.name][0]
    for path in home.glob(pattern):
        text = path.read_text()
        if client is EVOLUTION:
            text = text.replace("[X-Charter-Mail]", "[X-Other]")
        else:
            text = "".join(line for line in text.splitlines(keepends=True) if ".charter_mail" not in line)
        path.write_text(text)


@CLIENTS
def test_what_was_set_up_has_not_drifted(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    wanted = request(tmp_path, full_name="Mario")
    assert drifts(compare(client, wanted)) == [Drift.MISSING]
    configure(client, wanted)
    assert compare(client, wanted) == [
        {
            "client": client.name,
            "user": "mario",
            "email": EMAIL,
            "protocol": "imap",
            "drift": "none",
            "differences": [],
            "reason": "",
            "sentence": "",
        }
    ]


@CLIENTS
def test_changed_since_or_never_ours(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    wanted = request(tmp_path)
    configure(client, wanted)
    edit(tmp_path, *PORTS[client.name])
    (changed,) = compare(client, wanted)
    assert changed["drift"] == "changed"
    assert changed["differences"] == [{"setting": "incoming.port", "wanted": 993, "stored": 1993}]
    assert changed["sentence"] == f"mario, {client.name}: {EMAIL} (imap) differs from what was set up (incoming.port)."
    without_markers(tmp_path, client)
    assert drifts(compare(client, wanted)) == [Drift.NEVER_OURS]
    edit(tmp_path, *(PORTS[client.name][index] for index in (0, 2, 1)))
    assert drifts(compare(client, wanted)) == [Drift.NONE]  # made by hand, and just as wanted


@CLIENTS
def test_extra_and_not_removed(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    wanted = request(tmp_path)
    configure(client, wanted, request(tmp_path, email="old@charter.net"))
    found = compare(client, wanted)
    assert drifts(found) == [Drift.NONE, Drift.EXTRA]
    assert found[1]["email"] == "old@charter.net"
    gone = request(tmp_path, email="old@charter.net", state="absent")
    assert drifts(compare(client, wanted, gone)) == [Drift.NONE, Drift.NOT_REMOVED]


@CLIENTS
def test_what_is_ignored_is_not_compared(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    configure(client, request(tmp_path, full_name="Mario"))
    other = request(tmp_path, full_name="Somebody else")
    assert drifts(compare(client, other)) == [Drift.CHANGED]
    assert drifts(compare(client, other, ignore=["full_name"])) == [Drift.NONE]


@CLIENTS
def test_signatures_and_identities_drift_unless_they_are_ignored(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    configure(client, request(tmp_path))
    options: dict[str, t.Any] = {"signature": {"text": "Mario"}, "identities": [{"address": "info@rossi.example"}]}
    other = request(tmp_path, **options)
    (drift,) = compare(client, other)
    assert [one["setting"] for one in drift["differences"]] == ["signature", "identities"]
    assert drifts(compare(client, other, ignore=["signature", "identities"])) == [Drift.NONE]
    configure(client, other)
    assert drifts(compare(client, other)) == [Drift.NONE]


def test_a_users_own_choice_is_no_drift(tmp_path: pathlib.Path) -> None:
    wanted = request(tmp_path)
    configure(THUNDERBIRD, wanted)
    edit(tmp_path, PORTS["thunderbird"][0], '.authMethod", 3', '.authMethod", 10')
    (left,) = compare(THUNDERBIRD, wanted)
    assert (left["drift"], left["sentence"]) == ("left_alone", "")
    assert "OAuth2" in left["reason"]


@CLIENTS
def test_what_cannot_be_read_is_named(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    wanted = request(tmp_path)
    configure(client, wanted)
    for path in tmp_path.glob(PORTS[client.name][0]):
        path.unlink()
        os.mkdir(path)
    (unreadable,) = compare(client, wanted)
    assert unreadable["drift"] == "unreadable"
    assert "could not be compared" in unreadable["sentence"]


@pytest.mark.parametrize("seed", range(examples(40)))
def test_it_says_what_a_run_would_do(tmp_path: pathlib.Path, seed: int) -> None:
    """Accounts made by hand, with a list that differs from them here and there."""
    chance = random.Random(seed)
    made = [some(chance, number) for number in range(chance.randrange(1, 4))]
    for client, write in ((THUNDERBIRD, write_thunderbird), (EVOLUTION, write_evolution)):
        write(tmp_path, made)
        wanted = []
        for one in made:
            host, port, security = one.incoming
            wanted.append(
                request(
                    tmp_path,
                    email=one.email,
                    protocol=one.protocol,
                    username=one.username,
                    incoming={"host": host, "port": chance.choice((port, 2000)), "security": security},
                    outgoing=dict(zip(("host", "port", "security"), one.outgoing)),
                )
            )
        found = compare(client, *wanted)
        with opened(client, target_of(wanted[0]), options(client), desktop_hosts()) as running:
            planned = engine.preview(running, [one.account for one in wanted])
        expected = {engine.Status.UPDATED: Drift.NEVER_OURS, engine.Status.UNCHANGED: Drift.NONE}
        assert drifts(found) == [expected[step.status] for step in planned.steps]
