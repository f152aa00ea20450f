# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run after the changes: it continued for all hosts and named the fault of each."""

from __future__ import annotations

import pathlib
import subprocess
import typing as t

import pytest

CONFIGURE = "Set up the accounts in the mail clients"
VERIFY = "Test receiving and sending from this host"
FAIL = "Fail if mail does not work"


Leaked = t.Callable[[bytes], list[str]]
Results = t.Mapping[tuple[str, str], t.Mapping[str, t.Any]]


def accounts_in(results: Results, desk: str, client: str) -> list[t.Mapping[str, t.Any]]:
    return [one for one in results[desk, CONFIGURE]["accounts"] if one["client"] == client]


def statuses(results: Results, desk: str, client: str = "thunderbird") -> dict[str, str]:
    return {one["email"].partition(".")[0]: one["status"] for one in accounts_in(results, desk, client)}


def outcomes(results: Results, desk: str) -> dict[str, bool]:
    return {one["email"].partition(".")[0]: one["ok"] for one in results[desk, VERIFY]["accounts"]}


def failures(results: Results, desk: str) -> set[tuple[str, str, str]]:
    checks = [check for account in results[desk, VERIFY]["accounts"] for check in account["checks"]]
    return {(one["stage"], one["service"], one["server"]) for one in checks if one["status"] == "failed"}


def test_every_host_was_configured_and_verified(results: Results) -> None:
    for desk in ("desk-1", "desk-2", "desk-3", "desk-4"):
        assert results[desk, CONFIGURE]["status"] == "ok"
        assert results[desk, VERIFY]["status"] == "ok"
    assert {desk for desk, task in results if task == FAIL} == {"desk-3", "desk-4"}
    assert {results[desk, FAIL]["status"] for desk in ("desk-3", "desk-4")} == {"failed"}


def test_each_host_gets_the_clients_that_it_has_or_that_are_named(results: Results) -> None:
    both, one = ["thunderbird", "evolution"], ["thunderbird"]
    wanted = {"desk-1": both, "desk-2": both, "desk-3": one, "desk-4": one}
    assert {desk: results[desk, CONFIGURE]["clients"] for desk in wanted} == wanted
    for desk, clients in wanted.items():
        assert {one["client"] for one in results[desk, CONFIGURE]["accounts"]} == set(clients)


def test_without_a_login_evolution_stores_no_passwords(results: Results) -> None:
    for desk in ("desk-1", "desk-2"):
        accounts = accounts_in(results, desk, "evolution")
        assert [(one["via"], one["password"]) for one in accounts] == [("files", "not stored")] * 2


def test_unchanged_hosts_report_no_change(results: Results) -> None:
    assert results["desk-1", CONFIGURE]["changed"] is False
    assert outcomes(results, "desk-1") == {"mario": True, "anna": True}


def test_servers_that_moved(results: Results) -> None:
    for client in ("thunderbird", "evolution"):
        assert statuses(results, "desk-2", client) == {"mario": "updated", "anna": "unchanged"}
    assert outcomes(results, "desk-2") == {"mario": True, "anna": True}
    assert "mobile.charter.net" in results["desk-2", VERIFY]["msg"]


def test_a_broken_network_changes_no_settings(results: Results) -> None:
    assert results["desk-3", CONFIGURE]["changed"] is False
    assert outcomes(results, "desk-3") == {"mario": False, "anna": False}
    output = results["desk-3", FAIL]["msg"]
    assert "There is no route to the server" in output
    assert "Change no settings and no passwords" in output
    servers = {("imap", "imap.charter.net:993"), ("pop3", "pop.charter.net:995"), ("smtp", "smtp.charter.net:587")}
    assert {(service, server) for _, service, server in failures(results, "desk-3")} == servers


def test_a_wrong_password_is_named_with_its_owner(results: Results) -> None:
    assert statuses(results, "desk-4") == {"mario": "unchanged", "anna": "updated"}
    assert outcomes(results, "desk-4") == {"mario": True, "anna": False}
    assert "refused the password of anna.desk-4@charter.net" in results["desk-4", FAIL]["msg"]
    assert failures(results, "desk-4") == {
        ("authentication", "pop3", "pop.charter.net:995"),
        ("authentication", "smtp", "smtp.charter.net:587"),
    }


@pytest.mark.parametrize("file", ["molecule.log", "molecule-results.jsonl"])
def test_no_run_shows_a_password(project: pathlib.Path, leaked: Leaked, file: str) -> None:
    output = (project / ".tree" / file).read_bytes()
    assert b"mario.desk-1@charter.net" in output
    assert leaked(output) == []


def test_another_run_would_change_nothing(project: pathlib.Path) -> None:
    scenario = project / "extensions/molecule/default/inventory"
    inventories = [project / ".tree/fleet/inventory.json", scenario / "accounts.yml", scenario / "changes.yml"]
    command = ["ansible-playbook", "charter.mail.configure", *(f"--inventory={path}" for path in inventories)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("changed=0 ") == 4
