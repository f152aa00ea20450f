# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuring a client and verifying from it give one answer on whether an account is as wanted.

For Outlook, see also the tests of its status.
"""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.difference_text import (
    change_text,
    difference_texts,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import (
    Status,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.tests.unit.amount import sample
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.desk import EMAIL, Desk

pytestmark = pytest.mark.one_in(3)

PASSWORD = "tombola"
DEFAULT = "/org/gnome/evolution/default-mail-"


@pytest.fixture(params=[THUNDERBIRD, EVOLUTION], ids=lambda entry: str(entry.name))
def desk(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Desk:
    return Desk(request.param, tmp_path)


def test_an_account_that_the_user_made_as_wanted_is_left_alone(desk: Desk) -> None:
    desk.set_by_user(full_name="Mario")
    before = desk.files()
    for options in ({}, {"full_name": "Mario"}, {}):
        assert desk.inspect(**options).check.status is CheckStatus.OK
        outcome = desk.push(options)
        assert outcome.after is outcome.before
        assert [step.status for step in outcome.steps] == [Status.UNCHANGED]
        assert desk.files() == before
    assert desk.step(state="absent").status is Status.REMOVED
    assert desk.step(state="absent").status is Status.ABSENT


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize(
    ("old", "new"),
    sample(
        [
            ("imap.charter.net", "IMAP.Charter.NET"),
            ("smtp.charter.net", "SMTP.charter.net"),
            ("imap.charter.net", "imap.charter.net."),
        ],
        1,
    ),
)
def test_the_spelling_of_a_host_is_no_difference(desk: Desk, old: str, new: str, marked: bool) -> None:
    desk.push({"password": PASSWORD})
    if not marked:
        desk.unmark()
    desk.edit(old, new)
    before = desk.files()
    assert desk.inspect().check.status is CheckStatus.OK
    assert desk.step().status is Status.UNCHANGED
    assert desk.files() == before
    # Another reason to write does not change the spelling either: passwords and folders depend on it.
    step = desk.step(full_name="Mario")
    assert step.status is Status.UPDATED
    assert not [change for change in step.changes if new in str(change.before)]
    assert desk.is_marked()
    assert desk.step(full_name="Mario").status is Status.UNCHANGED


def test_the_spelling_of_the_address_is_no_difference(desk: Desk) -> None:
    desk.set_by_user()
    kind = "Address=" if desk.entry is EVOLUTION else 'useremail", "'
    desk.edit(f"{kind}{EMAIL}", f"{kind}Mario.Rossi@Charter.net")
    before = desk.files()
    assert desk.inspect().check.status is CheckStatus.OK
    assert desk.step().status is Status.UNCHANGED
    assert desk.files() == before


class Edit(t.NamedTuple):
    """What the user changes, in Thunderbird's words and in Evolution's, and the clause that tells of it."""

    thunderbird: tuple[str, str]
    evolution: tuple[str, str]
    clause: str
    wanted: t.Mapping[str, t.Any] = {}


POP3 = {"protocol": "pop3"}
# Of Evolution's sources, only that for sending says TLS by the first name, and only that for receiving by the second.
EDITS = [
    Edit(
        ('server1.hostname", "imap.charter.net"', 'server1.hostname", "mobile.charter.net"'),
        ("Host=imap.charter.net", "Host=mobile.charter.net"),
        "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in {client}",
    ),
    Edit(
        ('server1.port", 993', 'server1.port", 994'),
        ("Port=993", "Port=994"),
        "incoming: imap.charter.net 993 ssl wanted, imap.charter.net 994 ssl in {client}",
    ),
    Edit(
        ('socketType", 3', 'socketType", 2'),
        ("Method=ssl-on-alternate-port", "Method=starttls-on-standard-port"),
        "incoming: imap.charter.net 993 ssl wanted, imap.charter.net 993 starttls in {client}",
    ),
    Edit(
        ('smtp1.hostname", "smtp.charter.net"', 'smtp1.hostname", "mobile.charter.net"'),
        ("Host=smtp.charter.net", "Host=mobile.charter.net"),
        "outgoing: smtp.charter.net 587 starttls wanted, mobile.charter.net 587 starttls in {client}",
    ),
    Edit(
        ('smtp1.port", 587', 'smtp1.port", 25'),
        ("Port=587", "Port=25"),
        "outgoing: smtp.charter.net 587 starttls wanted, smtp.charter.net 25 starttls in {client}",
    ),
    Edit(
        ('try_ssl", 2', 'try_ssl", 3'),
        ("Method=starttls-on-standard-port", "Method=ssl-on-alternate-port"),
        "outgoing: smtp.charter.net 587 starttls wanted, smtp.charter.net 587 ssl in {client}",
    ),
    Edit(
        (f'server1.userName", "{EMAIL}"', f'server1.userName", "{EMAIL.title()}"'),
        (f"Port=993\nUser={EMAIL}", f"Port=993\nUser={EMAIL.title()}"),
        f"username: {EMAIL} wanted, {EMAIL.title()} in {{client}}",
    ),
    Edit(
        (f'smtp1.username", "{EMAIL}"', 'smtp1.username", "mario"'),
        (f"Port=587\nUser={EMAIL}", "Port=587\nUser=mario"),
        f"username for sending: {EMAIL} wanted, mario in {{client}}",
    ),
    Edit(
        ('fullName", "Mario"', 'fullName", "Super Mario"'),
        ("Name=Mario\n", "Name=Super Mario\n"),
        "full_name: Mario wanted, Super Mario in {client}",
        {"full_name": "Mario"},
    ),
    Edit(
        ('leave_on_server", true', 'leave_on_server", false'),
        ("KeepOnServer=true", "KeepOnServer=false"),
        "leave_on_server: yes wanted, no in {client}",
        {**POP3, "leave_on_server": True},
    ),
    Edit(
        ('num_days_to_leave_on_server", 7', 'num_days_to_leave_on_server", 9'),
        ("DeleteAfterDays=7", "DeleteAfterDays=9"),
        "leave_on_server_days: 7 wanted, 9 in {client}",
        {**POP3, "leave_on_server_days": 7},
    ),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.clause.partition(" in ")[0] for edit in EDITS])
def test_each_setting_that_differs_is_a_change_with_the_same_words(desk: Desk, edit: Edit) -> None:
    desk.push(edit.wanted)
    desk.edit(*(edit.evolution if desk.entry is EVOLUTION else edit.thunderbird))
    found = desk.inspect(**edit.wanted)
    clause = edit.clause.format(client=desk.entry.title)
    assert found.check.evidence.startswith(clause + ". ")
    step = desk.step(**edit.wanted)
    assert step.status is Status.UPDATED
    assert step.before.account is not None
    assert difference_texts(step.differences, step.account, step.before.account, desk.entry.title) == [clause]
    assert desk.inspect(**edit.wanted).check.status is CheckStatus.OK
    assert desk.step(**edit.wanted).status is Status.UNCHANGED


@pytest.mark.parametrize(
    ("thunderbird", "evolution"),
    [
        (('smtp1.authMethod", 3', 'smtp1.authMethod", 4'), ("Method=PLAIN", "Method=CRAM-MD5")),
        (('server1.authMethod", 3', 'server1.authMethod", 4'), ("Method=none", "Method=CRAM-MD5")),
    ],
)
def test_so_is_a_setting_that_only_the_client_names(
    desk: Desk, thunderbird: tuple[str, str], evolution: tuple[str, str]
) -> None:
    desk.set_by_user()
    desk.edit(*(evolution if desk.entry is EVOLUTION else thunderbird))
    evidence = desk.inspect().check.evidence
    step = desk.step()
    assert step.status is Status.UPDATED
    assert step.differences == ()
    (change,) = (change for change in step.changes if change.significant)
    assert evidence.startswith(change_text(change, desk.entry.title) + ". ")
    assert desk.is_marked()  # together with what had to be written
    assert desk.inspect().check.status is CheckStatus.OK


@pytest.mark.parametrize(("provider", "as_wanted"), [("charter", True), ("spectrum", False)])
def test_a_port_that_is_not_stored_is_the_one_that_thunderbird_takes(
    tmp_path: pathlib.Path, provider: str, as_wanted: bool
) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.set_by_user(provider=provider)
    desk.edit('user_pref("mail.server.server1.port", 993);\n', "", times=1)
    # For TLS from the start, as Spectrum has it, it is 465, for all else 587; both providers have 587.
    desk.edit('user_pref("mail.smtpserver.smtp1.port", 587);\n', "", times=1)
    assert (desk.inspect(provider=provider).check.status is CheckStatus.OK) == as_wanted
    assert (desk.step(provider=provider).status is Status.UNCHANGED) == as_wanted
    assert desk.inspect(provider=provider).check.status is CheckStatus.OK


def test_a_port_that_evolution_lacks_is_written(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.set_by_user()
    desk.edit("Port=993\n", "")
    assert "Authentication/Port: 993 wanted, nothing in Evolution. " in desk.inspect().check.evidence
    assert desk.step().status is Status.UPDATED
    assert desk.inspect().check.status is CheckStatus.OK


def test_a_default_that_thunderbird_takes_by_itself_is_no_difference(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.set_by_user()
    desk.edit('user_pref("mail.accountmanager.defaultaccount", "account1");\n', "")
    desk.edit('user_pref("mail.smtp.defaultserver", "smtp1");\n', "")
    before = desk.files()
    for options in ({}, {"default": True}):
        assert desk.inspect(**options).check.status is CheckStatus.OK
        assert desk.step(**options).status is Status.UNCHANGED
    assert desk.files() == before


def test_a_default_that_the_user_has_chosen_stays_and_is_a_difference_on_request(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.push({}, {"email": "anna@charter.net"})
    desk.edit('defaultaccount", "account1"', 'defaultaccount", "account2"')
    assert desk.inspect().check.status is CheckStatus.OK
    assert desk.step().status is Status.UNCHANGED
    assert desk.inspect(default=True).check.evidence.startswith("default: yes wanted, no in Thunderbird. ")
    assert desk.step(default=True).status is Status.UPDATED
    assert desk.inspect(default=True).check.status is CheckStatus.OK
    desk.edit('defaultserver", "smtp1"', 'defaultserver", "smtp2"')
    clause = "mail.smtp.defaultserver: smtp1 wanted, smtp2 in Thunderbird"
    assert desk.inspect(default=True).check.evidence.startswith(clause)
    assert desk.step(default=True).status is Status.UPDATED
    assert desk.step(default=True).status is Status.UNCHANGED


def test_evolutions_default_is_compared_on_request(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.set_by_user()
    assert desk.inspect(default=True).check.evidence.startswith("default: yes wanted, no in Evolution. ")
    assert desk.step(default=True).status is Status.UPDATED
    assert desk.inspect(default=True).check.status is CheckStatus.OK
    assert desk.step(default=True).status is Status.UNCHANGED
    desk.desktop.settings[f"{DEFAULT}identity"] = "another"
    assert f"{DEFAULT}identity: " in desk.inspect(default=True).check.evidence
    assert desk.inspect().check.status is CheckStatus.OK
    assert desk.step().status is Status.UNCHANGED
    assert desk.step(default=True).status is Status.UPDATED


def test_a_password_is_stored_for_an_account_that_the_user_made(desk: Desk) -> None:
    desk.set_by_user()
    assert "password for receiving: not stored in " in desk.inspect(password=PASSWORD).check.evidence
    assert desk.step(password=PASSWORD).status is Status.UPDATED
    assert desk.is_marked()
    desk.unmark()
    before = desk.files()
    for options in ({"password": PASSWORD}, {"password": "another", "update_password": "on_create"}):
        assert desk.inspect(**options).check.status is CheckStatus.OK
        assert desk.step(**options).status is Status.UNCHANGED
    assert desk.files() == before
    assert "another one is stored" in desk.inspect(password="another").check.evidence
    assert desk.step(password="another").status is Status.UPDATED


def test_days_say_nothing_of_mail_that_does_not_stay_on_the_server(desk: Desk) -> None:
    desk.push({**POP3, "leave_on_server": False})
    before = desk.files()
    wanted = {**POP3, "leave_on_server": False, "leave_on_server_days": 0}
    assert desk.inspect(**wanted).check.status is CheckStatus.OK
    assert desk.step(**wanted).status is Status.UNCHANGED
    assert desk.files() == before


def test_accounts_of_one_login_are_kept_apart_although_nothing_marks_the_first(desk: Desk) -> None:
    servers = {"incoming": {"host": "imap.example.net"}, "outgoing": {"host": "smtp.example.net"}}
    first = {"email": "mario@example.net", **servers}
    second = {"email": "info@example.net", "username": "mario@example.net", **servers}
    desk.push(first)
    desk.unmark("mario@example.net")
    statuses = [step.status for step in desk.push(first, second).steps]
    assert statuses[1] is Status.CREATED
    assert [step.status for step in desk.push(first, second).steps] == [Status.UNCHANGED] * 2
    for options in (first, second):
        assert desk.inspect(**options).check.status is CheckStatus.OK
