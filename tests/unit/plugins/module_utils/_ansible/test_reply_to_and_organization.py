# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where replies go and the sender's organization, in clients on real files; what is left out stays the user's."""

from __future__ import annotations

import pathlib
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.tests.unit.amount import examples

from .desk import CLIENTS, Desk, request
from .hand_made import ORGANIZATIONS, HandMade, write_evolution, write_thunderbird

Given = t.Tuple[t.Optional[str], t.Optional[str]]
ADDRESSES = ("", "info@rossi.example", "office@käse.example", "a+b@x.example")
USUAL = HandMade(
    "mario.rossi@charter.net",
    "imap",
    ("imap.charter.net", 993, "ssl"),
    ("smtp.charter.net", 587, "starttls"),
    "mario.rossi@charter.net",
    "Mario",
    leaves=True,
    days=0,
    reply_to="Info@Rossi.example",
    organization="Rossi & Söhne",
)
WRITERS: t.Mapping[str, t.Callable[..., None]] = {"thunderbird": write_thunderbird, "evolution": write_evolution}


def options(given: Given) -> dict[str, t.Any]:
    return {name: value for name, value in zip(("reply_to", "organization"), given) if value is not None}


def has(desk: Desk) -> tuple[str, str]:
    client = desk.open()
    account = client.view(client.read(), request().account).account
    assert account is not None
    return account.reply_to or "", account.organization or ""


@CLIENTS
@pytest.mark.parametrize("seed", range(examples(40)))
def test_any_change_is_made_once_and_seen_before(tmp_path: pathlib.Path, client: ClientEntry, seed: int) -> None:
    chance = random.Random(seed)
    desk = Desk(client, tmp_path)
    expected = ("", "")
    for _run in range(5):
        given: Given = (chance.choice((None, *ADDRESSES)), chance.choice((None, "", "  ", *ORGANIZATIONS)))
        wanted = request(**options(given)).account
        after = tuple(old if new is None else new for old, new in zip(expected, (wanted.reply_to, wanted.organization)))
        foreseen = plan(desk.open(), [wanted])
        before, then = before_and_after(foreseen.steps)
        for text in {*expected} - {*after, ""}:
            assert text in before
        for text in {*after} - {*expected, ""}:
            assert text in then
        step = desk.step(**options(given))
        assert [step.status] == [one.status for one in foreseen.steps]
        if step.status is not Status.CREATED:
            assert (step.status is Status.UPDATED) is (after != expected)
        assert has(desk) == after
        written = desk.files()
        assert desk.step(**options(given)).status is Status.UNCHANGED
        assert desk.files() == written
        assert desk.inspect(**options(given)).check.status is CheckStatus.OK
        expected = (after[0], after[1])


@CLIENTS
def test_what_the_user_has_set_stays_where_the_options_are_left_out(
    tmp_path: pathlib.Path, client: ClientEntry
) -> None:
    WRITERS[client.name](tmp_path, [USUAL])
    desk = Desk(client, tmp_path)
    before = desk.files()
    assert desk.step().status is Status.UNCHANGED
    # What differs by the spelling of the address only is not rewritten, either.
    assert desk.step(reply_to="info@rossi.example", organization="Rossi & Söhne").status is Status.UNCHANGED
    assert desk.files() == before
    step = desk.step(full_name="Mario Rossi", reply_to="info@rossi.example", organization="Rossi & Söhne")
    assert step.status is Status.UPDATED
    assert has(desk) == ("Info@Rossi.example", "Rossi & Söhne")


@CLIENTS
def test_another_value_is_a_difference_that_a_verification_names(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [USUAL])
    check = Desk(client, tmp_path).inspect(reply_to="boss@rossi.example", organization="Rossi").check
    assert check.status is not CheckStatus.OK
    assert f"reply_to: boss@rossi.example wanted, Info@Rossi.example in {client.title}" in str(check)
    assert f"organization: Rossi wanted, Rossi & Söhne in {client.title}" in str(check)


def test_what_the_site_gives_every_identity_of_thunderbird_counts(tmp_path: pathlib.Path) -> None:
    usual = USUAL._replace(organization="")
    write_thunderbird(tmp_path, [usual], {"mail.identity.default.organization": "Rossi"})
    desk = Desk(THUNDERBIRD, tmp_path)
    assert desk.step(organization="Rossi").status is Status.UNCHANGED
    assert desk.step(organization="").status is Status.UPDATED
    assert has(desk)[1] == ""
    assert desk.step(organization="").status is Status.UNCHANGED


@CLIENTS
def test_an_address_of_the_users_own_keeps_what_belongs_to_it(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [USUAL._replace(email="mario@rossi.example")])
    desk = Desk(client, tmp_path)
    desk.push({"reply_to": "boss@rossi.example", "organization": "Charter"})
    texts = b"".join(desk.files().values()).decode("utf-8")
    assert "Info@Rossi.example" in texts
    assert "Rossi & Söhne" in texts or "Rossi & S\\u00f6hne" in texts
    assert desk.step(reply_to="boss@rossi.example", organization="Charter").status is Status.UNCHANGED
    assert desk.step(reply_to="boss@rossi.example", organization="Charter").differences == ()
    check = desk.inspect(reply_to="boss@rossi.example", organization="Charter").check
    assert check.status is CheckStatus.OK


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"reply_to": "boss"}, "reply_to"),
        ({"reply_to": "Boss <boss@rossi.example>"}, "reply_to"),
        ({"reply_to": "a@b.example\nBcc: x@y.example"}, "reply_to"),
        ({"organization": "Rossi\nBcc: x@y.example"}, "organization"),
        ({"organization": "x" * 241}, "organization"),
        ({"organization": "\ud800"}, "organization"),
    ],
)
def test_what_would_damage_a_header_is_refused(bad: dict[str, str], named: str) -> None:
    with pytest.raises(OptionError) as error:
        requests({"email": USUAL.email, "accounts": None, **bad})
    assert named in str(error.value)


def test_an_entry_takes_the_task_at_its_word_and_an_empty_text_removes_it() -> None:
    entries = [{"email": "a@charter.net"}, {"email": "b@charter.net", "organization": ""}]
    found = requests({"email": None, "accounts": entries, "organization": " Rossi "})
    assert [one.account.organization for one in found] == ["Rossi", ""]
