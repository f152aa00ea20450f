# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each run has a folder and an id of its own, whatever it shares with others: a process, a process id, a moment."""

from __future__ import annotations

import os
import pathlib
import tempfile
import time
import types
import typing as t

import pytest
from ansible import constants

from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run.run_folder import run_folder
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run.run_id import is_run_id, this_run


def action(lock: t.IO[bytes] | None) -> t.Any:
    """A task of a run that has this lock file."""
    descriptor = None if lock is None else lock.fileno()
    return types.SimpleNamespace(_play_context=types.SimpleNamespace(connection_lockfd=descriptor))


@pytest.fixture(autouse=True)
def _temporary(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))


def test_runs_of_one_process_have_folders_of_their_own(tmp_path: pathlib.Path) -> None:
    with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as other:
        folders = {run_folder(action(lock)) for lock in (one, other, one, other)}
    assert len(folders) == 2
    assert {str(pathlib.Path(folder).parent) for folder in folders} == {str(tmp_path)}
    assert {os.stat(folder).st_mode & 0o777 for folder in folders} == {0o700}
    assert len({this_run(folder, {}).id for folder in folders}) == 2


def test_all_workers_of_a_run_have_one_folder() -> None:
    with tempfile.TemporaryFile() as lock:
        folder = run_folder(action(lock))
        child = os.fork()
        if child == 0:
            os._exit(0 if run_folder(action(lock)) == folder else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_run_without_a_lock_file_has_the_folder_of_its_process() -> None:
    assert run_folder(action(None)) == run_folder(action(None))


def test_what_starts_in_one_moment_with_one_process_id_has_two_ids(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_795_900_000_123_456_789)
    monkeypatch.setattr(os, "getppid", lambda: 22)
    ids = set()
    for variables in ({}, {"awx_job_id": 417}):
        for name in range(2):
            folder = tmp_path / f"{len(variables)}-{name}"
            folder.mkdir()
            ids.add(this_run(str(folder), variables).id)
    assert len(ids) == 4
    assert all(map(is_run_id, ids))


def test_ids_sort_by_time_within_a_second(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = []
    for microseconds in (5, 40, 300_000):
        monkeypatch.setattr(time, "time_ns", lambda now=microseconds: (1_795_900_000 * 10**6 + now) * 1000)
        folder = tmp_path / str(microseconds)
        folder.mkdir()
        ids.append(this_run(str(folder), {}).id)
    assert ids == sorted(ids)
