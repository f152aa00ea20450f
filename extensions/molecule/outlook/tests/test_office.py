# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of the last run for the PC and the Linux hosts."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest

PROJECT = pathlib.Path(os.environ["MOLECULE_PROJECT_DIRECTORY"])
DESKS = ("desk-1", "desk-2", "desk-3", "desk-4")


@pytest.fixture(scope="module")
def accounts() -> dict[str, list[list[dict[str, t.Any]]]]:
    """The accounts in the results of each task, by host."""
    found: dict[str, list[list[dict[str, t.Any]]]] = {}
    for line in (PROJECT / ".tree/molecule-results.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if "accounts" in entry.get("result", {}):
            found.setdefault(entry["host"], []).append(entry["result"]["accounts"])
    return found


def test_all_linux_hosts_are_configured_and_verified(accounts: dict[str, list[list[dict[str, t.Any]]]]) -> None:
    for desk in DESKS:
        *clients, verified = accounts[desk]
        assert [account["status"] for client in clients for account in client] == ["unchanged"] * 4
        assert [account["ok"] for account in verified] == [True, True]


def test_the_pc_reports_whose_outlook_was_started(accounts: dict[str, list[list[dict[str, t.Any]]]]) -> None:
    staged, verified = accounts["pc"]
    assert {account["user"]: account["outlook_status"] for account in staged} == {
        "mario": "configured",
        "anna": "staged",
    }
    assert [account["ok"] for account in verified] == [True, True]


@pytest.mark.parametrize("file", ["molecule.log", "molecule-results.jsonl"])
def test_no_run_shows_a_password(file: str) -> None:
    inventory = json.loads((PROJECT / ".tree/fleet/inventory.json").read_text())
    output = (PROJECT / ".tree" / file).read_text()
    assert "mario.pc@charter.net" in output
    for password in inventory["all"]["vars"]["mail_passwords"].values():
        assert password not in output
