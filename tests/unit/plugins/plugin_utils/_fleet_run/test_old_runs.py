# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that have ended take few files and little room, and say the same as before."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import pathlib
import stat
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.build_report import Reported, build_report
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.earlier_results import EarlierHost
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import About, MailState
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.host_record import HostRecord
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run import old_runs, past_runs
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run.record_files import RecordFiles
from ansible_collections.charter.mail.tests.unit.amount import size

from .test_records import RUN, a_record, read

pytestmark = pytest.mark.one_in(3)

HOUR = 3600.0


def filled(folder: pathlib.Path, count: int = 20, run: str = RUN) -> tuple[RecordFiles, list[HostRecord]]:
    files = RecordFiles(str(folder))
    for number in range(count):
        files.add(a_record(f"desk-{number}", run))
    return files, read(files, run)[0]


def names(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def by_name(records: t.Iterable[HostRecord]) -> list[HostRecord]:
    return sorted(records, key=lambda record: record.host)


def test_a_packed_run_is_one_small_private_file_with_the_same_records(tmp_path: pathlib.Path) -> None:
    files, records = filled(tmp_path)
    loose = sum(path.stat().st_size for path in (tmp_path / RUN / "hosts").iterdir())
    old_runs.pack(files, RUN)
    assert names(tmp_path / RUN) == ["hosts.gz"]
    packed = (tmp_path / RUN / "hosts.gz").stat()
    assert stat.S_IMODE(packed.st_mode) == 0o600
    assert packed.st_size < loose / 10
    assert (by_name(read(files)[0]), read(files)[1]) == (by_name(records), [])
    one = files.host(RUN, "desk-7")
    assert one is not None
    assert one.host == "desk-7"
    assert files.host(RUN, "desk-77") is None
    damaged: list[str] = []
    assert {one.host for one in files.hosts(RUN, damaged, ["desk-1", "desk-2", "nobody"])} == {"desk-1", "desk-2"}
    old_runs.pack(files, RUN)
    assert by_name(read(files)[0]) == by_name(records)


def test_a_record_that_comes_later_completes_what_is_packed(tmp_path: pathlib.Path) -> None:
    files, records = filled(tmp_path)
    old_runs.pack(files, RUN)
    files.add(HostRecord("desk-3", RUN, "", configuring="Thunderbird is open."))
    files.add(a_record("late"))
    expected = [
        dataclasses.replace(record, configuring="Thunderbird is open.") if record.host == "desk-3" else record
        for record in (*records, a_record("late"))
    ]
    assert by_name(read(files)[0]) == by_name(expected)
    old_runs.pack(files, RUN)
    assert names(tmp_path / RUN) == ["hosts.gz"]
    assert by_name(read(files)[0]) == by_name(expected)


def test_what_is_not_ours_or_cannot_be_read_stays(tmp_path: pathlib.Path) -> None:
    files, _records = filled(tmp_path, 3)
    hosts = tmp_path / RUN / "hosts"
    (hosts / "link.json").symlink_to(hosts / "desk-1.json")
    (hosts / "mine.txt").write_text("mine")
    (hosts / "large.json").write_text("x" * 1_000_001)
    (hosts / "pretty.json").write_text(json.dumps(json.loads((hosts / "desk-2.json").read_text()), indent=1))
    old_runs.pack(files, RUN)
    assert names(hosts) == ["large.json", "link.json", "mine.txt", "pretty.json"]
    assert len(read(files)[0]) == 4


def test_only_runs_that_have_ended_are_packed(tmp_path: pathlib.Path) -> None:
    reported, running, abandoned = (f"2026112{day}T033000Z-1" for day in (5, 6, 7))
    for run in (reported, running, abandoned):
        filled(tmp_path, 2, run)
    files = RecordFiles(str(tmp_path))
    files.keep_run(reported, {}, {})
    now = (tmp_path / reported / "run.json").stat().st_mtime
    old = now - 25 * HOUR
    os.utime(tmp_path / abandoned / "hosts", (old, old))
    old_runs.pack_ended(files, now + 0.5 * HOUR)
    assert names(tmp_path / reported) == ["hosts", "known.gz", "run.json"]
    assert names(tmp_path / abandoned) == ["hosts.gz"]
    old_runs.pack_ended(files, now + 2 * HOUR)
    assert names(tmp_path / reported) == ["hosts.gz", "known.gz", "run.json"]
    assert names(tmp_path / running) == ["hosts"]


@pytest.mark.parametrize("damage", ["cut", "text", "bomb", "nothing"])
def test_a_damaged_file_is_named(tmp_path: pathlib.Path, damage: str) -> None:
    files, _records = filled(tmp_path, 3)
    old_runs.pack(files, RUN)
    packed = tmp_path / RUN / "hosts.gz"
    if damage == "cut":
        packed.write_bytes(packed.read_bytes()[:-30])
    elif damage == "text":
        packed.write_text("no such thing")
    elif damage == "bomb":
        packed.write_bytes(gzip.compress(b"desk-1.json\t" + b" " * size(300_000_000, 40_000_000)))
    else:
        packed.write_bytes(gzip.compress(b"desk-1.json\t{}\n"))
    records, damaged = read(files)
    assert len(records) < 3
    assert len(damaged) == 1
    assert "hosts.gz" in damaged[0]


def test_the_kept_runs_of_a_fleet_stay_bounded(tmp_path: pathlib.Path) -> None:
    files = RecordFiles(str(tmp_path))
    before: dict[str, EarlierHost] = {}
    hosts = size(60, 8)
    for day in range(1, 9):
        run = f"202611{day:02}T033000Z-1"
        _files, records = filled(tmp_path, hosts, run)
        reported = build_report(run, "", "", records, [], before)
        past_runs.keep(files, reported, before)
        old_runs.forget(files, 5)
        old_runs.pack_ended(files, (tmp_path / run / "run.json").stat().st_mtime + 2 * HOUR)
    runs = files.runs()
    assert len(runs) == 5
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 3 * len(runs)
    stored = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert stored / len(runs) / hosts < 1_000  # bytes of a host


def reported_on(files: RecordFiles, run: str, records: t.Sequence[HostRecord], meant: t.Sequence[str]) -> Reported:
    before = past_runs.past(files, run, meant)
    reported = build_report(run, "2026-11-28T03:30:00Z", "", records, meant, before.hosts, before.runs)
    past_runs.keep(files, reported, before.hosts)
    return reported


def test_what_is_known_of_a_host_outlives_runs_that_did_not_reach_it(tmp_path: pathlib.Path) -> None:
    files = RecordFiles(str(tmp_path))
    runs = [f"202611{day:02}T033000Z-1" for day in range(1, 5)]
    reported_on(files, runs[0], [a_record("desk-1"), a_record("desk-2")], ["desk-1", "desk-2"])
    for run in runs[1:3]:
        reported_on(files, run, [a_record("desk-2")], ["desk-1", "desk-2", "new"])
    old_runs.forget(files, 2)  # the run that tested it is gone
    report = reported_on(files, runs[3], [], ["desk-1", "new"]).report
    states = {row.host: (row.state, row.last_state) for row in report.hosts}
    assert states["desk-1"][0] is MailState.NOT_REACHED
    assert states["desk-1"][1] is not None
    assert states["new"] == (MailState.NOT_REACHED, None)


def test_a_new_host_is_not_looked_for_in_all_earlier_runs(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = RecordFiles(str(tmp_path))
    for day in range(1, 5):
        reported_on(files, f"202611{day:02}T033000Z-1", [a_record("desk-1")], ["desk-1"])
    opened = []
    known_hosts = RecordFiles.known_hosts

    def counted(files: RecordFiles, run: str, wanted: t.Collection[str]) -> dict[str, t.Any]:
        opened.append(run)
        return known_hosts(files, run, wanted)

    monkeypatch.setattr(RecordFiles, "known_hosts", counted)
    past = past_runs.past(files, "20261105T033000Z-1", ["desk-1", "new"])
    assert set(past.hosts) == {"desk-1"}
    assert len(past.runs) == 4
    assert opened == ["20261104T033000Z-1"]


def test_runs_that_compared_accounts_are_not_in_the_history_of_mail(tmp_path: pathlib.Path) -> None:
    files = RecordFiles(str(tmp_path))
    reported_on(files, "20261101T033000Z-1", [a_record("desk-1")], ["desk-1"])
    drift = HostRecord("desk-1", "20261102T033000Z-1", "", compared=True)
    assert reported_on(files, drift.run, [drift], ["desk-1"]).report.about is About.CLIENTS
    past = past_runs.past(files, "20261103T033000Z-1", ["desk-1"])
    assert [run.run for run in past.runs] == ["20261101T033000Z-1"]
    assert set(past.hosts) == {"desk-1"}


def test_the_newest_of_a_host_is_its_test_and_its_comparison(tmp_path: pathlib.Path) -> None:
    files = RecordFiles(str(tmp_path))
    files.add(a_record("desk-1", "20261101T033000Z-1"))
    files.add(HostRecord("desk-1", "20261102T033000Z-1", "", compared=True))
    files.add(HostRecord("desk-1", "20261103T033000Z-1", "", unreached="No route to host"))
    files.add(HostRecord("desk-2", "20261103T033000Z-1", "", unreached="No route to host"))
    records, _past = past_runs.newest(files, [])
    found = {record.host: (record.verified, record.compared, record.is_unreached) for record in records}
    assert found == {"desk-1": (True, True, False), "desk-2": (False, False, True)}
