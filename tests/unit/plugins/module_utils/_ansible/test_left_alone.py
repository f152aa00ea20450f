# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user has chosen, and what a module could not change, in the words of the verification."""

from __future__ import annotations

import pathlib
import platform
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.desk import EMAIL, Desk, request

pytestmark = pytest.mark.one_in(3)

OWN = "mario@rossi-plumbing.example"
INSISTS = "Set override there to change it."


class Choice(t.NamedTuple):
    """What a user has chosen: the edits in Thunderbird's words and in Evolution's, and the clause that tells of it."""

    thunderbird: tuple[str, str] | None
    evolution: tuple[str, str]
    clause: str


LOCAL = "it is reached through 127.0.0.1, a service on this computer such as a proxy"
NAME = platform.node()
CHOICES = {
    "OAuth2": Choice(
        ('server1.authMethod", 3', 'server1.authMethod", 10'), ("Method=none", "Method=Google"), "it signs in by OAuth2"
    ),
    "OAuth2 for sending": Choice(
        ('smtp1.authMethod", 3', 'smtp1.authMethod", 10'), ("Method=PLAIN", "Method=Google"), "it signs in by OAuth2"
    ),
    "proxy": Choice(
        ('hostname", "imap.charter.net"', 'hostname", "127.0.0.1"'), ("Host=imap.charter.net", "Host=127.0.0.1"), LOCAL
    ),
    "proxy for sending": Choice(
        ('hostname", "smtp.charter.net"', 'hostname", "127.0.0.1"'), ("Host=smtp.charter.net", "Host=127.0.0.1"), LOCAL
    ),
    "proxy by the name of the host": Choice(
        ('hostname", "imap.charter.net"', f'hostname", "{NAME}"'),
        ("Host=imap.charter.net", f"Host={NAME}"),
        LOCAL.replace("127.0.0.1", NAME),
    ),
    "off": Choice(None, ("Enabled=true", "Enabled=false"), "its user has switched it off in Evolution"),
}
CASES = [
    (entry, choice)
    for choice in CHOICES.values()
    for entry in (THUNDERBIRD, EVOLUTION)
    if entry is EVOLUTION or choice.thunderbird
]


@pytest.mark.parametrize(("entry", "choice"), CASES, ids=lambda value: getattr(value, "name", None) or value.clause)
def test_a_choice_of_the_user_is_no_difference_that_a_module_would_change(
    entry: t.Any, choice: Choice, tmp_path: pathlib.Path
) -> None:
    desk = Desk(entry, tmp_path)
    desk.push({"password": "tombola"})
    edit = choice.evolution if entry is EVOLUTION else choice.thunderbird
    assert edit is not None
    desk.edit(*edit)
    before = desk.files()
    check = desk.inspect(full_name="Mario").check
    assert (check.status, check.code) == (CheckStatus.OK, None)
    assert choice.clause in check.evidence
    assert "full_name: Mario wanted, nothing in" in check.evidence
    assert check.advice == f"{entry.module} leaves that as it is. {INSISTS}"
    assert check.sentences.endswith(f"{check.advice} The tests used the settings in {entry.title}.")
    step = desk.step(full_name="Mario")
    assert step.status is Status.UNCHANGED  # shown as skipped
    assert desk.open().obstacle(desk.open().read(), request(full_name="Mario").account) is not None
    assert desk.files() == before
    insisted = desk.inspect(full_name="Mario", override=True).check
    assert insisted.status is CheckStatus.FAILED
    assert f"Run {entry.module} with the same options" in insisted.advice
    assert desk.step(full_name="Mario", override=True).status is Status.UPDATED
    assert desk.inspect(full_name="Mario").check.status is CheckStatus.OK
    assert desk.inspect(full_name="Mario").check.advice == ""


@pytest.mark.parametrize("entry", [THUNDERBIRD, EVOLUTION], ids=lambda entry: str(entry.name))
def test_no_password_is_tried_where_the_client_uses_none(entry: t.Any, tmp_path: pathlib.Path) -> None:
    desk = Desk(entry, tmp_path)
    desk.push({"password": "tombola"})
    choice = CHOICES["OAuth2"]
    desk.edit(*(choice.evolution if entry is EVOLUTION else choice.thunderbird or ()))
    for options in ({}, {"password": "tombola"}, {"override": True}):
        logins = desk.inspect(**options).logins
        assert logins.incoming.password is None
        assert "signs in by OAuth2" in logins.incoming.no_password
        assert logins.outgoing.password is not None


def test_an_address_of_the_users_own_stays_in_evolution(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.set_by_user(full_name="Mario")
    desk.edit(f"Address={EMAIL}", f"Address={OWN}")
    before = desk.files()
    check = desk.inspect(full_name="Mario Rossi").check
    assert check.status is CheckStatus.OK
    assert f"Evolution sends as {OWN}, which is the user's own address and is kept" in check.evidence
    assert f"email: {EMAIL} wanted, {OWN} in Evolution; full_name: Mario Rossi wanted, Mario in Evol" in check.evidence
    assert INSISTS in check.sentences
    # An account is not written only to be marked.
    assert desk.step(full_name="Mario Rossi").status is Status.UNCHANGED
    assert desk.files() == before
    # All else is changed, and only that is called a difference.
    desk.edit("Port=993", "Port=143")
    check = desk.inspect().check
    assert check.status is CheckStatus.FAILED
    clause = "incoming: imap.charter.net 993 ssl wanted, imap.charter.net 143 ssl in Evolution"
    assert check.sentences.startswith(f"Evolution is not set up as wanted: {clause}. Run ")
    assert OWN in check.evidence
    assert desk.step().status is Status.UPDATED
    assert desk.inspect().check.status is CheckStatus.OK
    assert f"email: {EMAIL} wanted, {OWN} in" in desk.inspect(override=True).check.sentences


def test_an_identity_is_added_beside_the_users_own_in_thunderbird(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.set_by_user()
    desk.edit(f'useremail", "{EMAIL}"', f'useremail", "{OWN}"')
    assert desk.inspect().check.sentences.startswith(f"Thunderbird is not set up as wanted: email: {EMAIL} wanted, ")
    assert desk.step().status is Status.UPDATED
    assert desk.inspect().check.status is CheckStatus.OK
    assert f'useremail", "{OWN}"' in next(iter(desk.settings().values()))


@pytest.mark.parametrize("there", [True, False])
def test_what_the_module_would_refuse_is_no_advice(there: bool, tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    if there:
        desk.push({})
        desk.edit('server1.port", 993', 'server1.port", 143')
    else:
        desk.push({"email": "anna@charter.net"})
    profile = tmp_path / ".thunderbird/charter.default"
    key = "mail.server.server1.port" if there else "mail.accountmanager.accounts"
    value = "143" if there else '"account1"'
    (profile / "user.js").write_text(f'user_pref("{key}", {value});\n')
    check = desk.inspect().check
    assert check.status is CheckStatus.FAILED
    assert check.advice.startswith("charter.mail.thunderbird_account would not change that: ")
    assert f"{profile}/user.js" in check.advice
    assert "Run charter.mail" not in check.sentences


def test_an_account_of_another_program_is_named_as_such(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.set_by_user()
    (folder,) = {path.parent for path in desk.settings()}
    collection = "[Data Source]\nDisplayName=Mario at GNOME\n[Collection]\nMailEnabled=true\n"
    (folder / "goa.source").write_text(f"{collection}[GNOME Online Accounts]\nAccountId=1\n")
    desk.edit("Parent=\n", "Parent=goa\n", times=1)
    check = desk.inspect().check
    assert check.status is CheckStatus.FAILED
    assert check.sentences.startswith(
        f"Evolution is not set up as wanted. {EVOLUTION.module} would not change that: email: {EMAIL} (imap) is set up "
        "in Evolution by GNOME Online Accounts or the like (Mario at GNOME), which would undo any change"
    )


def test_one_of_several_accounts_made_by_hand_is_not_guessed(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.push({}, {"email": "mario.rossi@example.net", "provider": "spectrum"})
    (path,) = desk.settings()
    text = path.read_text().replace("mario.rossi@example.net", EMAIL).replace("imap.charter.net", "imap.example.net")
    path.write_text("".join(line for line in text.splitlines(keepends=True) if "charter_mail" not in line))
    check = desk.inspect().check
    assert check.status is CheckStatus.FAILED
    assert (
        f"{THUNDERBIRD.module} would not change that: email: {EMAIL} is set up more than once by hand" in check.advice
    )
    assert "cannot be read" not in check.sentences


@pytest.mark.parametrize("spelled", [f" {EMAIL}  ", f"Mario <{EMAIL}>", f"<{EMAIL.title()}>"])
@pytest.mark.parametrize("entry", [THUNDERBIRD, EVOLUTION], ids=lambda entry: str(entry.name))
def test_the_address_in_another_form_is_no_address_of_the_users_own(
    entry: t.Any, spelled: str, tmp_path: pathlib.Path
) -> None:
    desk = Desk(entry, tmp_path)
    desk.set_by_user()
    kind = "Address=" if entry is EVOLUTION else 'useremail", "'
    desk.edit(f"{kind}{EMAIL}", f"{kind}{spelled}", times=1)
    assert desk.inspect().check.status is CheckStatus.FAILED
    assert desk.step().status is Status.UPDATED
    (text,) = (text for text in desk.settings().values() if kind in text)
    assert text.count(kind) == 1
    assert f"{kind}{EMAIL}" in text
    assert desk.inspect().check.status is CheckStatus.OK
