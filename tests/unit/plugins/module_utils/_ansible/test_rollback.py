# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoing runs on real files: changes, creations and removals, among settings of the user's own."""

from __future__ import annotations

import json
import pathlib
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError
from ansible_collections.charter.mail.tests.unit.amount import examples

from .desk import CLIENTS, EMAIL
from .hand_made import HandMade, some
from .rollback_runs import HAND_MADE, PORTS, WRITERS, configure, edit, log, request, roll_back, settings

pytestmark = pytest.mark.one_in(3)


@CLIENTS
def test_an_account_that_was_made_is_removed(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE._replace(email="anna@provider.example", username="anna")])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path, password="synthetic-1!"))
    assert settings(tmp_path, client) != before
    foreseen = roll_back(tmp_path, check=True)
    assert foreseen["changed"]
    assert foreseen["rollback"] == ""
    assert len(settings(tmp_path, client)) >= len(before)
    result = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    assert result["changed"]
    assert result["run"] == "20260101T000000Z-1"
    assert result["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "removed"}]
    assert foreseen["clients"] == result["clients"]
    assert foreseen["diff"] == result["diff"] != []
    second = roll_back(tmp_path)
    assert not second["changed"]
    assert second["msg"] == "Run 20260101T000000Z-1 has nothing more to undo."


@CLIENTS
def test_a_changed_account_gets_its_former_settings(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path, full_name="Mario Rossi"))
    assert settings(tmp_path, client) != before
    result = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    assert result["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "undone"}]
    assert result["clients"][0]["left"] == []
    assert not roll_back(tmp_path)["changed"]


@CLIENTS
def test_what_was_changed_since_is_left_and_named(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path))
    pattern, suffix = PORTS[client.name]
    edit(tmp_path, client, pattern.format(993), pattern.format(1993))
    result = roll_back(tmp_path)
    (left,) = result["clients"][0]["left"]
    assert left["setting"].endswith(suffix)
    assert (str(left["ours"]), str(left["stored"])) == ("993", "1993")
    assert f"{left['setting']} was changed after the run, so it is kept." in result["msg"]
    edited = settings(tmp_path, client)
    assert not roll_back(tmp_path)["changed"]
    assert settings(tmp_path, client) == edited
    edit(tmp_path, client, pattern.format(1993), pattern.format(143))
    assert settings(tmp_path, client) == before
    edit(tmp_path, client, pattern.format(143), pattern.format(1993))
    assert roll_back(tmp_path, force=True)["changed"]
    assert settings(tmp_path, client) == before


@CLIENTS
def test_a_removed_account_comes_back(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    others = [HAND_MADE._replace(email=f"{name}@provider.example", username=name) for name in ("anna", "luca")]
    WRITERS[client.name](tmp_path, [others[0], HAND_MADE, others[1]])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path, state="absent"))
    assert settings(tmp_path, client) != before
    result = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    assert result["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "restored"}]
    assert not roll_back(tmp_path)["changed"]


@CLIENTS
def test_an_account_that_was_made_and_changed_since_stays(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path))
    pattern, _suffix = PORTS[client.name]
    edit(tmp_path, client, pattern.format(993), pattern.format(1993))
    edited = settings(tmp_path, client)
    result = roll_back(tmp_path)
    assert not result["changed"]
    assert f"{EMAIL} (imap) is kept" in result["msg"]
    assert settings(tmp_path, client) == edited
    assert roll_back(tmp_path, force=True)["changed"]
    assert settings(tmp_path, client) == before


@CLIENTS
def test_a_rollback_can_be_rolled_back(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    anna = HAND_MADE._replace(email="anna@charter.net", username="anna@charter.net")
    WRITERS[client.name](tmp_path, [HAND_MADE, anna])
    wanted = (
        request(tmp_path),
        request(tmp_path, email="new@charter.net"),
        request(tmp_path, email="anna@charter.net", state="absent"),
    )
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", *wanted)
    after = settings(tmp_path, client)
    first = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    again = roll_back(tmp_path, first["rollback"])
    assert settings(tmp_path, client) == after
    assert [one["status"] for one in again["clients"][0]["accounts"]] == ["removed", "restored", "undone"]
    roll_back(tmp_path)  # a rollback is never the last run
    assert settings(tmp_path, client) == before


@CLIENTS
def test_only_some_accounts(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    anna = HAND_MADE._replace(email="anna@charter.net", username="anna@charter.net")
    WRITERS[client.name](tmp_path, [HAND_MADE, anna])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path), request(tmp_path, email="anna@charter.net"))
    first = roll_back(tmp_path, accounts=["Anna@charter.net"])
    assert [one["email"] for one in first["clients"][0]["accounts"]] == ["anna@charter.net"]
    assert settings(tmp_path, client) != before
    assert not configure(client, "20260102T000000Z-1", request(tmp_path)).changed
    rest = roll_back(tmp_path)
    assert [one["email"] for one in rest["clients"][0]["accounts"]] == [EMAIL]
    assert settings(tmp_path, client) == before


@CLIENTS
def test_an_earlier_run(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    """What a later run has changed is no longer the earlier one's."""
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path))
    between = settings(tmp_path, client)
    configure(client, "20260102T000000Z-1", request(tmp_path, incoming={"port": 1993}))
    result = roll_back(tmp_path, "20260101T000000Z-1")
    (left,) = result["clients"][0]["left"]
    assert left["setting"].endswith(PORTS[client.name][1])
    assert roll_back(tmp_path, result["rollback"])["changed"]
    roll_back(tmp_path)
    assert settings(tmp_path, client) == between
    roll_back(tmp_path, "20260101T000000Z-1")
    assert settings(tmp_path, client) == before


@CLIENTS
def test_several_tasks_of_one_run(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path))
    configure(client, "20260101T000000Z-1", request(tmp_path, full_name="Another"))
    configure(client, "20260101T000000Z-1", request(tmp_path, state="absent"))
    result = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    assert result["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "restored"}]


@CLIENTS
def test_what_was_set_up_again_is_not_touched(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    configure(client, "20260101T000000Z-1", request(tmp_path, state="absent"))
    configure(client, "20260102T000000Z-1", request(tmp_path))
    after = settings(tmp_path, client)
    result = roll_back(tmp_path, "20260101T000000Z-1")
    assert not result["changed"]
    assert "it was removed and set up again since the run" in result["msg"]
    assert settings(tmp_path, client) == after


def test_a_home_that_is_not_there_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(MailError, match="nowhere: this home directory does not exist"):
        roll_back(tmp_path / "nowhere")


@CLIENTS
def test_addresses_that_the_run_has_not_changed_are_named(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    configure(client, "20260101T000000Z-1", request(tmp_path, full_name="M"))
    result = roll_back(tmp_path, accounts=["mario.rosi@charter.net"])
    assert not result["changed"]
    assert result["msg"] == "Run 20260101T000000Z-1 changed no account with the address mario.rosi@charter.net."


@CLIENTS
def test_what_does_not_read_back_fails(
    tmp_path: pathlib.Path, client: ClientEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may write the same files at the same time."""
    configure(client, "20260101T000000Z-1", request(tmp_path))
    left = settings(tmp_path, client)
    replace = LocalFiles.replace

    def replace_and_overwrite(files: LocalFiles, *args: t.Any, **options: t.Any) -> t.Any:
        done = replace(files, *args, **options)
        for path, content in left.items():
            (tmp_path / path).write_bytes(content)
        return done

    monkeypatch.setattr(LocalFiles, "replace", replace_and_overwrite)
    with pytest.raises(AssertionError, match="the settings were restored and do not read back as written"):
        roll_back(tmp_path)


@pytest.mark.parametrize("seed", range(examples(60)))
@CLIENTS
def test_any_home_is_as_it_was(tmp_path: pathlib.Path, client: ClientEntry, seed: int) -> None:
    """Accounts made by hand, a run that makes, changes and removes some, and edits of the user in between."""
    chance = random.Random(seed)
    made = [some(chance, number) for number in range(chance.randrange(0, 5))]
    WRITERS[client.name](tmp_path, made)
    before = settings(tmp_path, client)
    wanted = [
        request(
            tmp_path, email=one.email, protocol=one.protocol, username=one.username, provider="auto", **servers(one)
        )
        if chance.random() < 0.5
        else request(
            tmp_path, email=one.email, protocol=one.protocol, username=one.username, **servers(one), state="absent"
        )
        for one in made
        if chance.random() < 0.7
    ]
    wanted += [request(tmp_path, email=f"new{number}@charter.net") for number in range(chance.randrange(0, 3))]
    if not wanted:
        return
    changed = configure(client, "20260101T000000Z-1", *wanted).changed
    after = settings(tmp_path, client)
    assert roll_back(tmp_path)["changed"] == changed
    assert settings(tmp_path, client) == before
    assert not roll_back(tmp_path)["changed"]
    if changed:
        runs = [json.loads(line)["run"] for line in log(tmp_path, client).read_bytes().splitlines()]
        assert roll_back(tmp_path, runs[-1])["changed"]
        assert settings(tmp_path, client) == after


def servers(one: HandMade) -> dict[str, t.Any]:
    names = ("host", "port", "security")
    host, port, security = one.incoming
    return {
        "incoming": dict(zip(names, (host.lower(), port + 1000, security))),
        "outgoing": dict(zip(names, one.outgoing)),
    }


@CLIENTS
def test_folders_and_settings_of_the_client_are_undone(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    options = {
        "folders": {"sent": "local", "drafts": "Entwürfe", "junk": "Spam", "trash": "Bin"},
        "check_at_start": False,
        "check_interval": 3,
        "offline": "30",
        "settings": {"server.max_size": 3, "account/Mail Account/MarkSeenTimeout": 3},
    }
    configure(client, "20260101T000000Z-1", request(tmp_path, **options))
    assert settings(tmp_path, client) != before
    if client is THUNDERBIRD:  # it drops what equals its default
        edit(tmp_path, client, 'user_pref("mail.server.server2.login_at_startup", false);\n', "")
    assert roll_back(tmp_path)["clients"][0]["left"] == []
    assert settings(tmp_path, client) == before
