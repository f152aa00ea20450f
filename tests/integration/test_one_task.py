# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the one task for all clients says of a host, and of what it cannot do, as ansible-playbook shows it."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun

EMAIL = "mario.rossi@charter.net"


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    """Ansible on this machine, in forks of one process."""
    return Ansible(tmp_path, quick=True)


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "mario"
    folder.mkdir()
    return folder


def play(ansible: Ansible, name: str, *options: str, **variables: t.Any) -> AnsibleRun:
    """Run a playbook for this machine."""
    here = {"mail_become": False, "mail_clients": ["thunderbird"], **variables}
    return ansible.playbook(name, ansible.local_host(**here), *options)


def message(ansible: Ansible, done: AnsibleRun) -> str:
    """Of the task that has failed."""
    assert done.code == 2, done.output
    (failed,) = [result for result in ansible.results() if result["failed"]]
    return str(failed["msg"])


def test_a_warning_of_the_module_is_text(ansible: Ansible, home: pathlib.Path) -> None:
    (home / ".thunderbird").mkdir()
    (home / ".config/thunderbird").mkdir(parents=True)
    (home / ".config/thunderbird/profiles.ini").touch()
    done = play(ansible, "configure", mail_accounts=[{"email": EMAIL, "home": str(home)}])
    assert done.code == 0, done.output
    assert f"[WARNING]: desk: {home}/.thunderbird has no profiles yet" in " ".join(done.output.split()), done.output
    assert "WarningSummary" not in done.output
    (result,) = ansible.results()
    assert result["changed"]


@pytest.mark.parametrize(
    ("accounts", "told"),
    [
        ({"email": EMAIL}, "accounts: a list was expected, not a dictionary."),
        (EMAIL, "accounts[0]: a dictionary was expected, not text."),
        ([EMAIL], "accounts[0]: a dictionary was expected, not text."),
        ([None], "accounts[0]: a dictionary was expected, not an empty value."),
        (True, "accounts[0]: a dictionary was expected, not text."),
    ],
)
def test_no_playbook_stumbles_over_what_is_no_list_of_accounts(ansible: Ansible, accounts: t.Any, told: str) -> None:
    for name in ("configure", "remove"):
        assert message(ansible, play(ansible, name, mail_accounts=accounts)).startswith(told)


def test_a_list_in_text_is_removed_as_well(ansible: Ansible, home: pathlib.Path) -> None:
    entry = {"email": EMAIL, "home": str(home)}
    assert play(ansible, "configure", mail_accounts=[entry]).recap["changed"] == 1
    done = play(ansible, "remove", mail_accounts=f"email={EMAIL} home={home}")
    assert (done.code, done.recap["changed"]) == (0, 1), done.output
    assert "imap.charter.net" not in (home / ".thunderbird/charter.default/prefs.js").read_text()


@pytest.mark.parametrize("value", [True, "by hand", {"by": "hand"}])
def test_a_hosts_own_variable_is_no_result(ansible: Ansible, value: t.Any) -> None:
    done = play(ansible, "verify", mail_configured=value)
    assert done.code == 0, done.output
    assert "desk has no mail accounts" in done.output


def test_a_run_that_starts_behind_the_tests_says_that_nothing_was_tested(ansible: Ansible) -> None:
    account = {"email": EMAIL, "user": "nobody"}
    done = play(ansible, "site", "--start-at-task", "Report on all hosts", mail_accounts=[account])
    assert message(ansible, done) == "desk was not tested in this run."
    assert done.output.count("\n  No host was tested\n") == 1, done.output
    assert "  Not tested      desk\n" in done.output
    assert "not reached" not in done.output.lower()
    done = play(ansible, "drift", "--start-at-task", "Report on all hosts", mail_accounts=[account])
    assert message(ansible, done) == "desk was not compared in this run."
    assert "not reached" not in done.output.lower()


@pytest.mark.parametrize("fails", [False, True])
def test_what_could_not_be_compared_fails_and_is_no_drift(ansible: Ansible, home: pathlib.Path, fails: bool) -> None:
    entry = {"email": EMAIL, "home": str(home)}
    option = "-e", json.dumps({"mail_drift_fails": fails})
    assert play(ansible, "configure", mail_accounts=[entry]).code == 0
    prefs = home / ".thunderbird/charter.default/prefs.js"
    text = prefs.read_text()
    prefs.write_text(text.replace('server1.port", 993', 'server1.port", 143'))
    drifted = play(ansible, "drift", *option, mail_accounts=[entry])
    assert drifted.code == (2 if fails else 0), drifted.output
    assert "x 1 different\n" in drifted.output
    prefs.write_text("damaged")
    unknown = play(ansible, "drift", *option, mail_accounts=[entry])
    assert "could not be compared: " in message(ansible, unknown)
    assert "? 1 could not be compared\n" in unknown.output
    assert "different" not in unknown.output
    results = [result for result in ansible.results() if "drifted" in result]
    assert [(result["drifted"], result["not_compared"]) for result in results] == [(False, 1)]


@pytest.mark.parametrize("name", ["site", "verify", "drift"])
def test_a_host_where_nobody_becomes_root_is_reached(ansible: Ansible, name: str) -> None:
    sudo = ansible.folder / "sudo"
    sudo.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    sudo.chmod(0o755)
    done = play(
        *(ansible, name),
        mail_become=True,
        mail_from_client="thunderbird",
        ansible_become_exe=str(sudo),
        ansible_become_user="daemon",  # it would be passed over for oneself
        mail_accounts=[{"email": EMAIL, "user": "nobody"}],
    )
    assert done.code == 2, done.output
    label = "Not compared    desk" if name == "drift" else "Other failures  desk"
    assert label in done.output
    assert "reached" not in done.output.replace("unreachable", "")
    assert "a password is required" in [found for found in ansible.results() if found["failed"]][-1]["msg"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("configure", ()),
        ("confirm", ()),
        ("confirm", ("--tags", "confirm")),
        ("site", ()),
        ("site", ("--tags", "configure")),
        ("site", ("--skip-tags", "verify")),
    ],
)
def test_a_task_that_could_not_start_fails(ansible: Ansible, name: str, options: tuple[str, ...]) -> None:
    """Ansible does not know ignore_errors then, and takes the text of a template for true."""
    done = play(ansible, name, *options, ansible_become="perhaps")
    assert done.code == 2, done.output
    assert (done.recap["failed"], done.recap["ignored"]) == (1, 0), done.output


def test_configure_is_one_play_with_one_task(ansible: Ansible) -> None:
    done = play(ansible, "configure", mail_accounts=[{"email": "no address"}])
    assert (done.output.count("PLAY ["), done.output.count("TASK [")) == (1, 1), done.output
    assert message(ansible, done).startswith("accounts[0]")


@pytest.mark.parametrize("options", [("--tags", "configure"), ("--skip-tags", "verify")])
def test_a_site_that_does_not_verify_fails_where_the_accounts_were_not_set_up(
    ansible: Ansible, options: tuple[str, ...]
) -> None:
    done = play(ansible, "site", *options, mail_accounts=[{"email": "no address"}])
    assert done.code == 2, done.output
    assert [result["msg"].split(" ")[0] for result in ansible.results() if result["failed"]] == ["accounts[0]"] * 2


def test_a_site_reports_where_the_accounts_were_not_set_up(ansible: Ansible) -> None:
    done = play(ansible, "site", mail_accounts=[{"email": "no address"}])
    assert done.code == 2, done.output
    assert done.output.index("TASK [Report on all hosts]") < done.output.index("TASK [Fail if mail does not work]")
    assert done.recap["failed"] == done.recap["rescued"] == 1, done.output


@pytest.mark.parametrize("path", ["mario", "~no-such-user-of-this-host", "."])
def test_a_home_is_named_by_its_whole_path(ansible: Ansible, path: str) -> None:
    done = play(ansible, "configure", "--check", mail_accounts=[{"email": EMAIL, "home": path}])
    told = f"home {path}: this path does not begin with /. Write the full path, such as /home/mario."
    assert message(ansible, done) == f"Thunderbird: {told}"


def test_nothing_is_done_in_the_background(ansible: Ansible, home: pathlib.Path) -> None:
    entry = {"email": EMAIL, "home": str(home)}
    for accounts in ([entry], []):
        book = ansible.folder / "book.json"
        task = {"charter.mail.mail_accounts": {"accounts": accounts}, "async": 30, "poll": 1}
        book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
        done = ansible.command("ansible-playbook", str(book))
        assert "async: charter.mail.mail_accounts does not support it. Leave it out." in done.output
        assert done.code == 2
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("module", ["thunderbird_account", "mail_accounts", "mail_verify", "mail_drift", "mail_upload"])
def test_an_empty_address_is_named(ansible: Ansible, module: str) -> None:
    done = ansible.module(module, email=None)
    assert done["msg"] == "email: it is empty. Give an address, or a list in accounts."
