# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and signatures in clients on real files: made once, compared, removed; the user's own stay."""

from __future__ import annotations

import os
import pathlib
import random
import re
import stat

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.tests.unit.amount import examples

from .desk import CLIENTS, EMAIL, Desk, Options, request
from .generated_identities import ABSENT, some_identities, some_signature

pytestmark = pytest.mark.one_in(3)


@CLIENTS
@pytest.mark.parametrize("seed", range(examples(60)))
def test_any_change_is_made_once_and_seen_before(tmp_path: pathlib.Path, client: ClientEntry, seed: int) -> None:
    chance = random.Random(seed)
    desk = Desk(client, tmp_path)
    names: dict[str, str] = {}
    content: Options = {}
    for _run in range(5):
        signature = some_signature(chance)
        identities = some_identities(chance, client)
        options: Options = {"full_name": "Mario", "identities": identities, "signature": signature}
        for one in identities:
            address = one["address"].lower()
            if one.get("state") == "absent":
                names.pop(address, None)
            else:
                usual = names.get(address, "Mario" if client is THUNDERBIRD else "")
                names[address] = one.get("full_name", usual)
        if signature is not None:
            content = {name: value for name, value in signature.items() if name in {"text", "html"}}
        foreseen = plan(desk.open(), [request(**options).account])
        step = desk.step(**options)
        assert [one.status for one in foreseen.steps] == [step.status]
        assert [one.changes for one in foreseen.steps] == [step.changes]
        found = desk.stored(**options)
        assert {one.email.lower(): one.full_name or "" for one in found.identities} == names
        assert all(one.managed for one in found.identities)
        if signature is not None:
            assert found.signature is not None
            assert found.signature.content == next(iter(content.values()), "")
            assert found.signature.html is ("html" in content)
            if "placement" in signature:
                assert found.signature.above is (signature["placement"] == "above")
        written = desk.files()
        assert desk.step(**options).status is Status.UNCHANGED
        assert desk.files() == written
        assert desk.step().status is Status.UNCHANGED  # without the options, all of it stays
        assert desk.inspect(**options).check.status is CheckStatus.OK
    desk.step(state="absent")
    rest = b"".join(desk.files().values())
    assert b"rossi.example" not in rest
    assert not list(tmp_path.rglob("signatures/*"))


@CLIENTS
def test_a_verification_and_a_diff_name_what_differs(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step(identities=[{"address": "info@rossi.example", "full_name": "Info"}], signature={"text": "Mario"})
    options: Options = {
        "identities": [{"address": "info@rossi.example", "full_name": "Desk"}, {"address": "new@rossi.example"}],
        "signature": {"html": "<p>Mario"},
    }
    check = str(desk.inspect(**options).check)
    assert f"identities.full_name: info@rossi.example: Desk wanted, info@rossi.example: Info in {client.title}" in check
    assert f"identities: new@rossi.example wanted, nothing in {client.title}" in check
    assert re.search(r"signature: HTML, 8 characters, \w{8}: <p>Mario wanted, text, 5 characters, \w{8}: Mario", check)
    before, after = before_and_after(plan(desk.open(), [request(**options).account]).steps)
    assert "identity info@rossi.example: Info" in before
    assert "identity info@rossi.example: Desk" in after
    assert "identity new@rossi.example" in after
    assert "signature: text, 5 characters" in before
    assert "signature: HTML, 8 characters" in after
    gone = str(desk.inspect(identities=[{"address": "info@rossi.example", **ABSENT}], signature=ABSENT).check)
    assert "identities: nothing wanted, info@rossi.example" in gone
    assert "signature: nothing wanted, text, 5 characters" in gone


def edited_by_user(desk: Desk, tmp_path: pathlib.Path) -> None:
    """Change the texts of the signature as its user does."""
    if desk.entry is THUNDERBIRD:
        desk.edit("ours", "mine")
    else:
        (file,) = tmp_path.rglob("signatures/*")
        file.write_text("mine")


@CLIENTS
def test_what_the_user_has_made_or_changed_is_not_removed(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step(identities=[{"address": "info@rossi.example"}], signature={"text": "ours"})
    edited_by_user(desk, tmp_path)
    if client is THUNDERBIRD:
        desk.edit(f'user_pref("mail.identity.id2.charter_mail", "imap:{EMAIL}");\n', "", times=1)
    else:
        desk.edit("Aliases=info@rossi.example\n", "", times=2)
        desk.edit("[Mail Identity]\n", "[Mail Identity]\nAliases=info@rossi.example\n", times=1)
    options: Options = {"identities": [{"address": "INFO@rossi.example", **ABSENT}], "signature": ABSENT}
    before = desk.files()
    assert desk.step(**options).status is Status.UNCHANGED
    assert desk.files() == before
    found = desk.stored(**options)
    assert [one.email for one in found.identities] == ["info@rossi.example"]
    assert found.signature is not None
    assert found.signature.content == "mine"
    client_now = desk.open()
    said = " ".join(client_now.warnings(client_now.read(), request(**options).account))
    assert "the identity info@rossi.example is kept, because it was made by hand" in said
    assert "its signature is kept, because it was made or changed by hand" in said
    # With other options, both are changed: the administrator names them.
    options = {"identities": [{"address": "info@rossi.example", "full_name": "Desk"}], "signature": {"text": "new"}}
    assert desk.step(**options).status is Status.UPDATED
    found = desk.stored(**options)
    assert [(one.email, one.full_name) for one in found.identities] == [("info@rossi.example", "Desk")]
    assert found.signature is not None
    assert found.signature.content == "new"
    assert desk.step(**options).status is Status.UNCHANGED


@CLIENTS
def test_other_accounts_keep_their_senders_to_the_byte(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    anna = {
        "email": "anna@charter.net",
        "identities": [{"address": "info@rossi.example", "full_name": "Anna"}],
        "signature": {"text": "Anna"},
    }
    desk.push(anna)
    desk.push({"identities": [{"address": "info@rossi.example", "full_name": "Mario"}], "signature": {"text": "M"}})
    assert [one.full_name for one in desk.stored(**anna).identities] == ["Anna"]
    desk.step(state="absent")
    found = desk.stored(**anna)
    assert [one.full_name for one in found.identities] == ["Anna"]
    assert found.signature is not None
    assert found.signature.content == "Anna"
    assert desk.step(**anna).status is Status.UNCHANGED


def test_the_default_identity_of_thunderbird_is_the_first(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    both: list[Options] = [{"address": "a@rossi.example"}, {"address": "b@rossi.example"}]
    desk.step(identities=both)
    for default, order in (("b", "id3,id1,id2"), ("a", "id2,id3,id1")):
        options: Options = {"identities": [{**one, "default": one["address"][0] == default} for one in both]}
        assert desk.step(**options).status is Status.UPDATED
        assert f'identities", "{order}"' in b"".join(desk.files().values()).decode()
        assert desk.step(**options).status is Status.UNCHANGED
        assert desk.step(identities=both).status is Status.UNCHANGED
        assert desk.step().status is Status.UNCHANGED
    check = str(desk.inspect(identities=[{"address": EMAIL.upper(), "default": True}]).check)
    assert "identities.default: mario.rossi@charter.net wanted, a@rossi.example in" in check.lower()
    assert desk.step(identities=[{"address": EMAIL.upper(), "default": True}]).status is Status.UPDATED
    assert desk.stored().default_identity == EMAIL
    assert desk.step(identities=[{"address": "b@rossi.example", **ABSENT}]).status is Status.UPDATED
    assert 'identities", "id1,id2"' in b"".join(desk.files().values()).decode()


def test_identities_of_thunderbird_send_by_the_accounts_server(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    options: Options = {"identities": [{"address": "a@rossi.example"}], "full_name": "Mario"}
    desk.step(**options)
    prefs = next(iter(desk.settings().values()))
    assert 'user_pref("mail.identity.id2.smtpServer", "smtp1");' in prefs
    assert (
        'user_pref("mail.identity.id2.fcc_folder", "imap://mario.rossi%40charter.net@imap.charter.net/Sent");' in prefs
    )
    assert desk.step(**options, provider="spectrum").status is Status.UPDATED
    assert "/mario.rossi%40charter.net@imap.charter.net" not in next(iter(desk.settings().values()))
    assert desk.step(**options, provider="spectrum").status is Status.UNCHANGED


def test_a_signature_in_a_file_of_the_user_gives_way_and_stays_there(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.step()
    (path,) = desk.settings()
    own = 'user_pref("mail.identity.id1.attach_signature", true);\nuser_pref("mail.identity.id1.sig_file", "/x/sig");\n'
    path.write_text(path.read_text() + own)
    assert desk.step(signature=ABSENT).status is Status.UNCHANGED
    assert desk.step(signature={"text": "M"}).status is Status.UPDATED
    assert 'sig_file", "/x/sig"' in path.read_text()
    assert 'attach_signature", true' not in path.read_text()
    assert desk.step(signature={"text": "M"}).status is Status.UNCHANGED


def test_the_file_of_evolutions_signature_is_never_a_program(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.step(signature={"text": "one"})
    (file,) = tmp_path.rglob("signatures/*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o755)
    desk.step(signature={"text": "two"})
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("two", 0o600)
    other = tmp_path / "other"
    other.write_text("mine")
    file.unlink()
    file.symlink_to(other)
    with pytest.raises(HostError, match="symbolic link"):
        plan(desk.open(), [request(signature={"text": "three"}).account])
    with pytest.raises(HostError, match="symbolic link"):
        desk.step(signature={"text": "three"})
    assert other.read_text() == "mine"
    assert file.is_symlink()


def test_a_signature_that_another_identity_of_evolution_uses_stays(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.push({"signature": {"text": "ours"}}, {"email": "anna@charter.net"})
    (file,) = tmp_path.rglob("signatures/*")
    desk.edit("SignatureUid=none", f"SignatureUid={file.name}", times=1)  # Anna's
    assert desk.step(signature=ABSENT).status is Status.UPDATED
    assert file.read_text() == "ours"
    assert desk.step(signature=ABSENT).status is Status.UNCHANGED
    desk.step(state="absent")
    assert file.read_text() == "ours"


@CLIENTS
def test_an_account_without_a_name_is_as_wanted(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step(full_name="Mario")
    for status in (Status.UPDATED, Status.UNCHANGED):
        assert desk.step(full_name="").status is status
    check = desk.inspect(full_name="").check
    assert check.status is CheckStatus.OK, check


def test_a_kill_between_the_files_leaves_all_or_nothing(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.step()
    before = desk.files()
    renames: list[str] = []
    rename = os.rename

    def failing(source: str, target: str) -> None:
        renames.append(target)
        if len(renames) == 2:
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(HostError):
        desk.step(signature={"text": "x"})
    monkeypatch.undo()
    assert desk.files() == before
