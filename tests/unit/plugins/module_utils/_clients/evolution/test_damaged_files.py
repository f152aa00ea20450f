# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Source files that cannot be read: those of the account are refused, others are reported."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, reconcile
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, HostError
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses

from .evolution_runs import account, client, folder, push, session, source, uids


def test_a_damaged_file_of_the_account_is_refused_and_a_foreign_one_reported(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account())
    foreign = folder(tmp_path) / "theirs.source"
    foreign.write_bytes(b"[Data Source]\nnonsense\n")
    evolution = client(tmp_path)
    outcome = reconcile(evolution, [account(provider="spectrum")])
    assert statuses(outcome) == [Status.UPDATED]
    (warning,) = evolution.warnings(outcome.after, account())
    assert warning.startswith(f"left as it is: {foreign}, line 2: ")
    assert "nothing was changed" not in warning
    assert foreign.read_bytes() == b"[Data Source]\nnonsense\n"
    source(tmp_path, "transport").write_text("nonsense")
    for wanted in (account(), account(state="absent")):
        with pytest.raises(DamagedFileError, match=rf"{uids()['transport']}\.source, line 1"):
            push(tmp_path, wanted)


def test_a_foreign_file_that_cannot_be_read_is_reported_and_stops_nothing(tmp_path: pathlib.Path) -> None:
    (folder(tmp_path) / "theirs.source").mkdir(parents=True)
    evolution = client(tmp_path)
    outcome = reconcile(evolution, [account()])
    assert statuses(outcome) == [Status.CREATED]
    (warning,) = evolution.warnings(outcome.after, account())
    assert warning.startswith(f"left as it is: {folder(tmp_path)}/theirs.source: this is a directory where")
    source(tmp_path, "transport").unlink()
    source(tmp_path, "transport").mkdir()
    with pytest.raises(HostError, match="this is a directory"):
        push(tmp_path, account())


def test_a_damaged_file_is_reported_beside_a_session_too(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    (folder(tmp_path) / "theirs.source").write_text("nonsense")
    (folder(tmp_path) / "new.source").write_text("[Data Source]\n")
    evolution = client(tmp_path, desktop)
    outcome = reconcile(evolution, [account()])
    assert set(outcome.after.sources) == set(uids().values())
    assert "theirs.source, line 1" in evolution.warnings(outcome.after, account())[0]
