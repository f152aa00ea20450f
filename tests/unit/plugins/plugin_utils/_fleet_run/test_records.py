# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records keep what a fleet needs of a host, of bounded size, without secrets, in files that others cannot read."""

from __future__ import annotations

import functools
import json
import os
import pathlib
import stat
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import DamagedRecord, HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.record_json import as_json, from_json
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.record_of_result import accounts_of, networks_of
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run import old_runs
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run.record_files import RecordFiles
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run.run_id import is_run_id, started_at, this_run
from ansible_collections.charter.mail.tests.unit.amount import size
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.verify_results import (
    result_of_three_accounts,
)

RUN = "20261128T033000Z-3575"


result = functools.cache(result_of_three_accounts)


def a_record(host: str = "desk-1", run: str = RUN, **values: t.Any) -> HostRecord:
    found = result()
    return HostRecord(
        host=host,
        run=run,
        recorded_at="2026-11-28T03:31:00Z",
        **{
            "tested_at": found["tested_at"],
            "networks": networks_of(found),
            "verified": True,
            "accounts": accounts_of(found),
            **values,
        },
    )


def read(files: RecordFiles, run: str = RUN) -> tuple[list[HostRecord], list[str]]:
    damaged: list[str] = []
    return list(files.hosts(run, damaged)), damaged


def test_a_record_comes_back_from_its_file_as_it_was(tmp_path: pathlib.Path) -> None:
    record = a_record()
    assert any(account.cause for account in record.accounts)
    assert any(endpoint.certificate for account in record.accounts for endpoint in account.endpoints)
    files = RecordFiles(str(tmp_path / "records"))
    files.add(record)
    assert read(files) == ([record], [])


def test_the_security_of_a_connection_follows_from_its_stages() -> None:
    endpoints = {
        endpoint.server: endpoint.security for account in a_record().accounts for endpoint in account.endpoints
    }
    assert set(endpoints.values()) <= {"ssl", "starttls", "none"}


def test_files_are_private(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "records"
    RecordFiles(str(folder)).add(a_record())
    RecordFiles(str(folder)).keep_run(RUN, {}, {})
    modes = {path.relative_to(tmp_path): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert {mode for path, mode in modes.items() if path.suffix} == {0o600}
    assert {mode for path, mode in modes.items() if not path.suffix} == {0o700}
    assert sorted(path.name for path in modes) == [RUN, "desk-1.json", "hosts", "known.gz", "run.json"]


@pytest.mark.parametrize("host", ["../../etc/passwd", "a/b", ".hidden", "x" * 300, "ünïcode", "a b", "%2e", "run"])
def test_any_name_of_a_host_is_one_file_in_the_folder(tmp_path: pathlib.Path, host: str) -> None:
    files = RecordFiles(str(tmp_path / "records"))
    files.add(a_record(host))
    files.add(a_record("other"))
    assert sorted(record.host for record in read(files)[0]) == sorted([host, "other"])
    found = list((tmp_path / "records" / RUN / "hosts").iterdir())
    assert len(found) == 2
    assert [path for path in tmp_path.rglob("*.json") if path.parent.name != "hosts"] == []
    one = files.host(RUN, host)
    assert one is not None
    assert one.host == host


def test_what_two_tasks_of_a_run_found_is_one_record(tmp_path: pathlib.Path) -> None:
    files = RecordFiles(str(tmp_path))
    files.add(HostRecord("desk-1", RUN, "", configuring="Thunderbird is open.", changed=True))
    files.add(a_record(accounts=a_record().accounts[:2]))
    files.add(a_record(accounts=a_record().accounts[1:]))
    ((record,), damaged) = read(files)
    assert damaged == []
    assert record.accounts == a_record().accounts
    assert (record.configuring, record.changed, record.verified) == ("Thunderbird is open.", True, True)


GOOD = json.dumps(as_json(a_record()))


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "{", "7", '{"format": 2}', '{"format": 1}', "[" * 100_000),
        GOOD.replace('"verified": true', '"verified": "yes"'),
        GOOD.replace('"accounts": [', '"accounts": {"x": [').replace("]}", "]}}"),
        GOOD[:-20],
        json.dumps({**json.loads(GOOD), "accounts": [7]}),
        json.dumps({**json.loads(GOOD), "accounts": [{}] * 501}),
        "x" * 1_000_001,
    ],
)
def test_a_damaged_file_is_named_and_left_out(tmp_path: pathlib.Path, text: str) -> None:
    files = RecordFiles(str(tmp_path))
    files.add(a_record("broken"))
    files.add(a_record("fine"))
    (tmp_path / RUN / "hosts" / "broken.json").write_text(text)
    records, damaged = read(files)
    assert [record.host for record in records] == ["fine"]
    assert len(damaged) == 1
    assert "broken.json cannot be read: " in damaged[0]
    files.add(a_record("broken"))  # replaces it
    assert read(files)[1] == []


def test_a_link_is_not_followed(tmp_path: pathlib.Path) -> None:
    files = RecordFiles(str(tmp_path))
    files.add(a_record("fine"))
    (tmp_path / RUN / "hosts" / "link.json").symlink_to(tmp_path / RUN / "hosts" / "fine.json")
    records, damaged = read(files)
    assert [record.host for record in records] == ["fine"]
    assert "link.json" in damaged[0]


def test_every_cut_of_a_record_is_found_out() -> None:
    content = json.loads(GOOD)
    for name in content:
        with pytest.raises(DamagedRecord):
            from_json({key: value for key, value in content.items() if key != name})


def test_long_texts_are_cut_and_a_file_is_bounded(tmp_path: pathlib.Path) -> None:
    check = {"stage": "dns", "endpoint": "incoming", "status": "failed", "code": "x" * 5000, "server": "s" * 5000}
    entry: dict[str, t.Any] = {"email": "m" * 5000, "summary": "\x1b" * size(50_000, 500), "cause": check}
    entry["checks"] = [check] * size(5_000, 10)
    many = {"accounts": [{**entry, "user": str(number)} for number in range(size(2000, 600))]}
    files = RecordFiles(str(tmp_path))
    files.add(a_record(accounts=accounts_of(many)))
    (path,) = tmp_path.rglob("desk-1.json")
    assert path.stat().st_size <= 1_000_000
    ((record,), damaged) = read(files)
    assert damaged == []
    assert 0 < len(record.accounts) <= 500


def test_nothing_but_the_kept_runs_stays(tmp_path: pathlib.Path) -> None:
    files = RecordFiles(str(tmp_path))
    runs = [f"202611{day:02}T033000Z-1" for day in range(1, 6)]
    for run in runs:
        files.add(a_record(run=run))
        files.keep_run(run, {}, {})
    (tmp_path / "notes").mkdir()
    (tmp_path / runs[0] / "mine.txt").write_text("kept")
    old_runs.forget(files, 2)
    assert files.runs() == [runs[0], *runs[-2:]]
    assert sorted(path.name for path in (tmp_path / runs[0]).iterdir()) == ["mine.txt"]
    assert (tmp_path / "notes").is_dir()


def test_all_processes_of_a_run_have_one_id(tmp_path: pathlib.Path) -> None:
    run = this_run(str(tmp_path), {})
    assert is_run_id(run.id)
    assert run.started_at == started_at(run.id)
    child = os.fork()
    if child == 0:
        os._exit(0 if this_run(str(tmp_path), {"awx_job_id": 7}) == run else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_job_of_awx_gives_the_run_its_name(tmp_path: pathlib.Path) -> None:
    assert "-job-417-" in this_run(str(tmp_path), {"awx_job_id": 417}).id


@pytest.mark.parametrize("job", ["../x", "7 7", {"a": 1}])
def test_a_strange_job_does_not(tmp_path: pathlib.Path, job: object) -> None:
    assert is_run_id(this_run(str(tmp_path), {"awx_job_id": job}).id)
