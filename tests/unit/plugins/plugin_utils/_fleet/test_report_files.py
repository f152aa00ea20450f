# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in files: private, whole or not at all."""

from __future__ import annotations

import json
import os
import pathlib
import stat
import typing as t
from xml.etree import ElementTree

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.files import report_files
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import FleetReport
from ansible_collections.charter.mail.tests.unit import sample_report

Write = t.Callable[[FleetReport, str], None]
ALL = (report_files.write_page, report_files.write_json, report_files.write_junit)


@pytest.mark.parametrize("write", ALL)
def test_only_the_owner_reads_the_file(write: Write, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "report"
    path.write_text("an older report, readable by all")
    path.chmod(0o644)
    previous = os.umask(0)
    try:
        write(sample_report.hostile(), str(path))
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["report"]


def test_each_file_is_what_its_name_says(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = sample_report.fleet(20)
    report_files.write_page(report, "report.html")
    report_files.write_json(report, "report.json")
    report_files.write_junit(report, "report.xml")
    assert pathlib.Path("report.html").read_text("utf-8").startswith("<!doctype html>")
    assert len(json.loads(pathlib.Path("report.json").read_text())["hosts"]) == 20
    assert ElementTree.parse("report.xml").getroot().tag == "testsuites"


@pytest.mark.parametrize("write", ALL)
def test_where_it_cannot_be_written_the_old_file_stays(
    write: Write, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report"
    path.write_text("old")

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        write(sample_report.working(1), str(path))
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report"]


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path: pathlib.Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("someone's")
    link.symlink_to(target)
    report_files.write_json(sample_report.working(1), str(link))
    assert target.read_text() == "someone's"
    assert not link.is_symlink()


def test_a_folder_that_does_not_exist_is_said(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError):
        report_files.write_page(sample_report.working(1), str(tmp_path / "missing" / "report.html"))
