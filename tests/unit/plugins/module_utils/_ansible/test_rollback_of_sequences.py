# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any homes, any sequence of runs: undone one by one, each leaves what there was before it."""

from __future__ import annotations

import pathlib
import random
import tempfile
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import exclusive
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError
from ansible_collections.charter.mail.tests.unit.amount import examples

from .desk import CLIENTS, EMAIL
from .hand_made import some, write_thunderbird
from .rollback_runs import HAND_MADE, WRITERS, configure, edit, request, roll_back
from .rollback_sequences import Runs, State, edited, of_the_user, prefs, rewrite, state_of

pytestmark = pytest.mark.one_in(3)

PARTS = 6
EACH = pytest.mark.parametrize("part", range(PARTS))


class Done(t.NamedTuple):
    """A run that has changed something."""

    run: str
    before: State
    after: State


@CLIENTS
@EACH
def test_runs_are_undone_one_by_one(client: ClientEntry, part: int) -> None:
    for seed in range(examples(120)):
        if seed % PARTS == part:
            with tempfile.TemporaryDirectory() as folder:
                undo_one_by_one(pathlib.Path(folder), client, seed)


@CLIENTS
@EACH
def test_what_the_user_has_changed_since_stays_and_is_named(client: ClientEntry, part: int) -> None:
    for seed in range(examples(120)):
        if seed % PARTS == part:
            with tempfile.TemporaryDirectory() as folder:
                undo_after_an_edit(pathlib.Path(folder), client, seed)


def undo_one_by_one(home: pathlib.Path, client: ClientEntry, seed: int) -> None:
    chance = random.Random(f"sequence {client.name} {seed}")
    opened = client is THUNDERBIRD and chance.random() < 0.5
    for run, before, _after in reversed(runs(chance, home, client, chance.choice((1, 2, 3, 4)), opened=opened)):
        result = roll_back(home, run)
        assert differences(before, state_of(home, client)) == {}, (seed, run, result["msg"])
        assert left(result) == [], (seed, run)
        again = roll_back(home, run)
        assert (again["changed"], left(again)) == (False, []), (seed, run)
        if opened and chance.random() < 0.3:
            rewrite(home)


def undo_after_an_edit(home: pathlib.Path, client: ClientEntry, seed: int) -> None:
    chance = random.Random(f"edit {client.name} {seed}")
    done = runs(chance, home, client, 2, opened=False)
    if not done:
        return
    run, before, after = done[-1]
    key = edited(chance, home, client, before, after)
    if not key:
        return
    value = state_of(home, client).get(key)
    result = roll_back(home, run)
    stays = {key: (before.get(key), value)}
    assert differences(before, state_of(home, client)) == stays, (seed, run, result["msg"])
    assert left(result) == [key.replace(".source", "")], (seed, run)
    again = roll_back(home, run)
    assert not again["changed"]
    assert left(again) == left(result), (seed, run)
    assert roll_back(home, run, force=True)["changed"]
    assert differences(before, state_of(home, client)) == {}, (seed, run)
    assert not roll_back(home, run, force=True)["changed"]


def runs(chance: random.Random, home: pathlib.Path, client: ClientEntry, count: int, *, opened: bool) -> list[Done]:
    """Some runs on a home with accounts.

    Args:
        chance: what decides.
        home: of the user.
        client: whose settings are changed.
        count: so many runs.
        opened: whether Thunderbird is opened in between.
    """
    made = [some(chance, number) for number in range(chance.randrange(0, 4))]
    WRITERS[client.name](home, made, of_the_user(chance, client, made))
    generated = Runs(chance, home, client, made)
    done = []
    for number in range(count):
        before = state_of(home, client)
        run = f"2026010{number}T000000Z-1"
        scope = chance.choice((None, None, None, exclusive.CHARTER, exclusive.OURS))
        try:
            changed = configure(client, run, *generated.wanted(), exclusive_scope=scope).changed
        except MailError:
            assert state_of(home, client) == before, (client.name, run)
            continue
        if changed:
            done.append(Done(run, before, state_of(home, client)))
            if opened and chance.random() < 0.7:
                rewrite(home)
    return done


def differences(before: State, now: State) -> dict[str, tuple[t.Any, t.Any]]:
    keys = sorted({*before, *now})
    return {key: (before.get(key), now.get(key)) for key in keys if before.get(key) != now.get(key)}


def left(result: t.Mapping[str, t.Any]) -> list[str]:
    return [one["setting"] for part in result["clients"] for one in part["left"]]


HTML_TEXT = {"html": "<b>Mario</b>", "placement": "above"}


def test_what_equals_thunderbirds_defaults_is_still_the_runs(tmp_path: pathlib.Path) -> None:
    """Thunderbird drops it when it writes its preferences."""
    write_thunderbird(tmp_path, [HAND_MADE])
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, signature=HTML_TEXT))
    before = state_of(tmp_path, THUNDERBIRD)
    plain = {"text": "Mario", "placement": "below"}
    limit = {"server.max_size": 3}
    configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, signature=plain, settings=limit))
    configure(THUNDERBIRD, "20260103T000000Z-1", request(tmp_path, settings={"server.max_size": 50}))
    rewrite(tmp_path)
    assert not {key for key in prefs(tmp_path) if key.endswith(("max_size", "sig_bottom", "htmlSigFormat"))}
    for run in ("20260103T000000Z-1", "20260102T000000Z-1"):
        assert left(roll_back(tmp_path, run)) == []
    assert state_of(tmp_path, THUNDERBIRD) == before


def test_what_the_user_has_set_for_all_accounts_counts(tmp_path: pathlib.Path) -> None:
    """Thunderbird drops what equals that, and keeps what equals its own default."""
    write_thunderbird(
        tmp_path, [HAND_MADE], {"mail.server.default.check_time": 30, "mail.server.server2.check_time": 5}
    )
    before = state_of(tmp_path, THUNDERBIRD)
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, check_interval=30))
    rewrite(tmp_path)
    assert "mail.server.server2.check_time" not in prefs(tmp_path)
    assert left(roll_back(tmp_path)) == []
    assert state_of(tmp_path, THUNDERBIRD) == before


def test_the_usual_port_is_not_stored(tmp_path: pathlib.Path) -> None:
    write_thunderbird(tmp_path, [HAND_MADE])
    before = state_of(tmp_path, THUNDERBIRD)
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path))
    edit(tmp_path, THUNDERBIRD, 'user_pref("mail.server.server2.port", 993);\n', "")
    assert left(roll_back(tmp_path)) == []
    assert state_of(tmp_path, THUNDERBIRD) == before


def test_an_account_whose_user_has_switched_something_off_stays(tmp_path: pathlib.Path) -> None:
    """Then Thunderbird drops the preference, as off is its default."""
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path))
    edit(tmp_path, THUNDERBIRD, 'user_pref("mail.server.server1.login_at_startup", true);\n', "")
    result = roll_back(tmp_path)
    assert left(result) == ["mail.server.server1.login_at_startup"]
    assert not result["changed"]
    assert "has been changed since" in result["msg"]


def test_identities_that_were_added_and_put_first_in_one_run(tmp_path: pathlib.Path) -> None:
    info = {"address": "info@rossi.example"}
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, identities=[info]))
    before = state_of(tmp_path, THUNDERBIRD)
    both = [{**info, "default": True}, {"address": "shop@rossi.example"}]
    configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, identities=both))
    roll_back(tmp_path)
    assert state_of(tmp_path, THUNDERBIRD) == before


@CLIENTS
def test_a_signature_that_a_run_has_removed_comes_back(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    configure(client, "20260101T000000Z-1", request(tmp_path, signature=HTML_TEXT))
    before = state_of(tmp_path, client)
    configure(client, "20260102T000000Z-1", request(tmp_path, signature={"state": "absent"}))
    roll_back(tmp_path)
    assert state_of(tmp_path, client) == before


def test_a_setting_that_one_run_has_changed_twice_is_undone_once(tmp_path: pathlib.Path) -> None:
    names = ("anna@charter.net", "luca@charter.net", EMAIL)
    write_thunderbird(tmp_path, [HAND_MADE._replace(email=name, username=name) for name in names])
    configure(THUNDERBIRD, "20260101T000000Z-1", *(request(tmp_path, email=name) for name in names))
    before = state_of(tmp_path, THUNDERBIRD)
    for name in names[1:]:
        configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, email=name, default=True))
    roll_back(tmp_path)
    assert state_of(tmp_path, THUNDERBIRD) == before
    for force in (False, True):
        again = roll_back(tmp_path, force=force)
        assert (again["changed"], left(again)) == (False, [])


def test_a_name_that_one_run_has_used_again_is_its_former_owners(tmp_path: pathlib.Path) -> None:
    """The identity of an account that it removed, and then one that it added to another account."""
    write_thunderbird(tmp_path, [HAND_MADE._replace(email="anna@charter.net", username="anna@charter.net"), HAND_MADE])
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path))
    identities = [{"address": "info@rossi.example"}]
    anna = request(tmp_path, email="anna@charter.net", identities=[{"address": "anna@rossi.example"}])
    configure(THUNDERBIRD, "20260102T000000Z-1", anna)
    before = state_of(tmp_path, THUNDERBIRD)
    gone = request(tmp_path, email="anna@charter.net", state="absent")
    configure(THUNDERBIRD, "20260103T000000Z-1", gone, request(tmp_path, identities=identities))
    assert prefs(tmp_path)["mail.identity.id4.useremail"] == "info@rossi.example"
    for force in (False, False, True):
        result = roll_back(tmp_path, force=force)
        assert left(result) == []
        assert state_of(tmp_path, THUNDERBIRD) == before


@CLIENTS
def test_what_was_left_after_a_move_from_pop3_can_be_forced(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    twin = HAND_MADE._replace(protocol="pop3", incoming=("pop.charter.net", 995, "ssl"), reply_to="one@rossi.example")
    WRITERS[client.name](tmp_path, [twin])
    before = state_of(tmp_path, client)
    moved = request(tmp_path, migrate=True, reply_to="two@rossi.example")
    configure(client, "20260101T000000Z-1", moved)
    if client is THUNDERBIRD:  # Evolution's identity is a new one
        edit(tmp_path, client, "two@rossi.example", "three@rossi.example")
        for _again in range(2):
            assert left(roll_back(tmp_path)) == ["mail.identity.id2.reply_to"]
    roll_back(tmp_path, force=True)
    assert state_of(tmp_path, client) == before
