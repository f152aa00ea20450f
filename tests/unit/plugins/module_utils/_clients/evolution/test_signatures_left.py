# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution keeps the signature of an account that its user deletes; ``state: absent`` removes it if it is ours."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import lookup
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.desk import Desk, request
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses

from .evolution_runs import account, folder, push, session, source


def deleted_by_user(desk: Desk) -> list[pathlib.Path]:
    """The user deletes the account in Evolution, which leaves the signature; its files."""
    for path, text in desk.settings().items():
        if "[Mail Signature]" not in text:
            path.unlink()
    return sorted(desk.files())


def test_the_signature_of_an_account_that_the_user_has_deleted_in_evolution_is_removed(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.step(signature={"text": "ours"})
    left = [path for path in deleted_by_user(desk) if path.parent.name in ("sources", "signatures")]
    assert len(left) == 2
    foreseen = plan(desk.open(), [request(state="absent").account])
    assert foreseen.steps[0].status is Status.REMOVED
    assert "ours" not in str(before_and_after(foreseen.steps))
    assert desk.step(state="absent").status is Status.REMOVED
    assert not any(path.exists() for path in left)
    assert desk.step(state="absent").status is Status.ABSENT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Account=imap:mario", "Account=imap:anna"),  # of another account
        ("\n[X-Charter-Mail]", "\n[X-Other]"),  # the user's
        ("Digest=", "Digest=0"),  # changed by the user
    ],
)
def test_a_signature_that_is_not_ours_stays_without_its_account(tmp_path: pathlib.Path, old: str, new: str) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.step(signature={"text": "ours"})
    deleted_by_user(desk)
    desk.edit(old, new, times=1)
    before = desk.files()
    assert desk.step(state="absent").status is Status.ABSENT
    assert desk.files() == before


def test_a_signature_that_the_user_gave_to_another_account_stays_without_its_own(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    desk.push({"email": "anna@charter.net", "signature": {"text": "Anna"}})
    (name,) = [path.name for path in desk.files() if path.parent.name == "signatures"]
    annas = desk.settings()
    desk.step(signature={"text": "ours"})
    (ours,) = [path.name for path in desk.files() if path.parent.name == "signatures" and path.name != name]
    for path, text in desk.settings().items():
        if path not in annas and "[Mail Signature]" not in text:
            path.unlink()
    desk.edit(f"SignatureUid={name}", f"SignatureUid={ours}", times=1)
    before = desk.files()
    assert desk.step(state="absent").status is Status.ABSENT
    assert desk.files() == before


def test_a_session_forgets_it_as_well(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    push(tmp_path, account(signature={"text": "ours"}), desktop=desktop)
    assert desktop.registry is not None
    for kind in lookup.KINDS:
        del desktop.registry.memory[lookup.uid(account(), kind)]
        source(tmp_path, kind).unlink()
    assert list(desktop.registry.memory) == [lookup.uid(account(), lookup.SIGNATURE)]
    assert statuses(push(tmp_path, account(state="absent"), desktop=desktop)) == [Status.REMOVED]
    assert desktop.registry.memory == {}
    assert not [*folder(tmp_path).glob("*.source"), *tmp_path.rglob("signatures/*")]
    assert statuses(push(tmp_path, account(state="absent"), desktop=desktop)) == [Status.ABSENT]
