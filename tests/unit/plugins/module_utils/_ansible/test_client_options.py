# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders, receiving, composing and further settings, in clients on real files; what is left out stays the user's."""

from __future__ import annotations

import dataclasses
import pathlib
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.drift import IGNORED, without_ignored
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.lookup import not_staged
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError
from ansible_collections.charter.mail.plugins.module_utils._model.folders import NONE_GIVEN
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.tests.unit.amount import examples

from .desk import CLIENTS, Desk, Options, request

PROTOCOLS = pytest.mark.parametrize("protocol", ["imap", "pop3"])
NAMES = ("server", "Mail/Gesendet & mehr", "Entwürfe", "a~b+c@d", "日本語/&", "Sent", "x%20y")
FOLDERS: t.Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("sent", "drafts", "templates", "archive"), ("local", *NAMES)),
    **dict.fromkeys(("trash", "junk"), NAMES),
}
VALUES: t.Mapping[str, tuple[t.Any, ...]] = {
    "check_at_start": (True, False),
    "check_interval": (0, 1, 10, 60, 90),
    "idle": (True, False),
    "offline": ("all", "none", "1", "30"),
    "subscribed_only": (True, False),
    "delete_on_server": (True, False),
    "compose_format": ("html", "plain"),
    "request_receipts": (True, False),
}


def some(chance: random.Random) -> Options:
    """Some of the options with values by chance."""
    found: Options = {name: chance.choice(values) for name, values in VALUES.items() if chance.random() < 0.3}
    found["folders"] = {kind: chance.choice(names) for kind, names in FOLDERS.items() if chance.random() < 0.4}
    return found


@CLIENTS
@PROTOCOLS
@pytest.mark.parametrize("seed", range(examples(30)))
def test_any_change_is_made_once_and_seen_before(
    tmp_path: pathlib.Path, client: ClientEntry, protocol: str, seed: int
) -> None:
    chance = random.Random(seed)
    desk = Desk(client, tmp_path)
    for _run in range(4):
        given = {"protocol": protocol, **some(chance)}
        before = desk.stored(protocol=protocol) if desk.files() else None
        foreseen = plan(desk.open(), [request(**given).account])
        step = desk.step(**given)
        assert step.status is foreseen.steps[0].status
        assert before_and_after([step]) == before_and_after(foreseen.steps)
        after = desk.stored(protocol=protocol)
        for name in VALUES:
            now = getattr(after.client, name)
            if name in given:
                assert now in (None, given[name])
            elif before is not None:
                assert now == getattr(before.client, name)
        for kind in FOLDERS:
            wanted, now = getattr(request(**given).account.folders, kind), getattr(after.folders, kind)
            if wanted is None:
                assert before is None or now == getattr(before.folders, kind)
            elif now is not None:
                assert not wanted.name or now.name == wanted.name
        if before is not None:
            assert (step.status is Status.UPDATED) is (after != before or bool(step.changes))
            assert (after != before) <= (before_and_after([step])[0] != "")
        written = desk.files()
        assert desk.step(**given).status is Status.UNCHANGED
        assert desk.files() == written
        assert desk.inspect(**given).check.status is CheckStatus.OK


def test_receipts_of_one_account_keep_what_the_user_has_for_all(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.step()
    (prefs,) = desk.settings()
    prefs.write_text(
        prefs.read_text() + 'user_pref("mail.mdn.report.enabled", false);\n'
        'user_pref("mail.receipt.request_return_receipt_on", true);\n'
    )
    assert desk.stored().client.request_receipts is True
    assert desk.step(request_receipts=True).status is Status.UNCHANGED
    desk.step(request_receipts=False)
    text = prefs.read_text()
    assert 'user_pref("mail.server.server1.mdn_report_enabled", false);' in text
    assert 'user_pref("mail.identity.id1.use_custom_prefs", true);' in text
    assert desk.stored().client.request_receipts is False


@CLIENTS
def test_what_a_client_cannot_is_said_once_and_is_no_difference(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    given = {"check_at_start": False, "compose_format": "plain", "request_receipts": True}
    desk.push({"email": "a@charter.net", **given}, {"email": "b@charter.net", **given})
    opened = desk.open()
    told = [
        text
        for email in ("a@charter.net", "b@charter.net")
        for text in opened.warnings(opened.read(), request(email=email, **given).account)
        if "check_at_start" in text
    ]
    assert len(set(told)) == (1 if client is EVOLUTION else 0)
    assert desk.inspect(email="a@charter.net", **given).check.status is CheckStatus.OK
    assert desk.step(email="a@charter.net", **given).status is Status.UNCHANGED


@CLIENTS
def test_removing_an_account_removes_what_goes_with_it(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    settings = {"server.max_cached_connections": 3, "identity/Mail Composition/ReplyStyle": "quoted"}
    desk.step(folders={"sent": "Gesendet", "junk": "Spam"}, check_interval=3, settings=settings)
    assert desk.step(state="absent").status is Status.REMOVED
    text = "".join(desk.settings().values())
    for word in ("Gesendet", "Spam", "charter.net", "max_cached_connections", "ReplyStyle"):
        assert word not in text


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"folders": {"trash": "local"}}, "folders.trash"),
        ({"folders": {"junk": "local"}}, "folders.junk"),
        ({"folders": {"sent": ""}}, "folders.sent"),
        ({"folders": {"sent": "/Sent"}}, "folders.sent"),
        ({"folders": {"sent": "a//b"}}, "folders.sent"),
        ({"folders": {"sent": "a\nb"}}, "folders.sent"),
        ({"folders": {"drafts": "x" * 201}}, "folders.drafts"),
        ({"check_interval": -1}, "check_interval"),
        ({"check_interval": 10081}, "check_interval"),
        ({"offline": "0"}, "offline"),
        ({"offline": "some"}, "offline"),
        ({"offline": "٣"}, "offline"),
        ({"offline": "99999999999"}, "offline"),
    ],
)
def test_what_no_client_can_do_is_refused(bad: Options, named: str) -> None:
    with pytest.raises(MailError) as error:
        requests({"email": "a@charter.net", "accounts": None, **bad})
    assert str(error.value).startswith(f"{named}:") or named in str(error.value)


@CLIENTS
def test_what_a_drift_report_ignores_is_not_compared(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step()
    given: Options = {**{name: values[-1] for name, values in VALUES.items()}, "folders": {"sent": "local"}}
    wanted = request(**given, settings={"server.max_size": 3, "account/A/B": 3})
    assert plan(desk.open(), [wanted.account]).changed
    ignored = without_ignored(wanted, IGNORED)
    assert dataclasses.replace(ignored.account) == dataclasses.replace(
        request().account, folders=NONE_GIVEN, full_name=None
    )
    assert not plan(desk.open(), [ignored.account]).changed


def test_outlook_names_what_it_does_not_get() -> None:
    wanted = request(folders={"sent": "local"}, idle=True, settings={"server.max_size": 3}).account
    assert not_staged(wanted) == ["folders.sent", "idle"]
    assert not_staged(request().account) == []
