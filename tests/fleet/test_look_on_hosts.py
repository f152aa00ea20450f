# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_accounts on a host where nothing is to be done: one look over SSH tells it, whoever logs in and however."""

from __future__ import annotations

import json
import os
import pathlib
import secrets
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet, unavailable
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun

HOST = "desk-1"
NAMES = ("mario", "anna", "luca")
ROOTS_PASSWORD = secrets.token_hex(8)
NOTE = "a note that is only in a file of mario"
ACCOUNTS: list[dict[str, t.Any]] = [
    {"user": "mario", "email": "mario.rossi@charter.net", "full_name": "Mario Rossi"},
    {"user": "anna", "email": "anna@charter.net", "protocol": "pop3", "leave_on_server_days": 7, "profile": "default"},
    {"user": "luca", "email": "luca@charter.net", "state": "absent"},
]
BUSYBOX = """
cat >/usr/local/bin/busybox-sh <<'END'
#!/bin/sh
exec /bin/busybox sh "$@"
END
chmod 0755 /usr/local/bin/busybox-sh
"""
SUDO = {"ansible_user": "mario", "ansible_become": True, "ansible_become_method": "sudo"}
SU = {"ansible_user": "mario", "ansible_become": True, "ansible_become_method": "su"}


class Controller(t.NamedTuple):
    """Ansible, with its folder."""

    folder: pathlib.Path
    runs: Ansible


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    """A host whose users have their accounts."""
    reason = unavailable(lab=False)
    if reason is not None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with Fleet.start(count=1, users=NAMES) as running:
        on_host(running, BUSYBOX)
        on_host(running, "echo 'mario ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/mario; chmod 0440 /etc/sudoers.d/mario")
        on_host(running, f"echo root:{ROOTS_PASSWORD} | chpasswd")
        yield running


@pytest.fixture(scope="module")
def ansible(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Controller:
    """Ansible, once the accounts are there."""
    folder = tmp_path_factory.mktemp("ansible")
    found = Controller(folder, Ansible(folder))
    first, _run = play(found, fleet, {"profile": None})
    assert first["changed"]
    on_host(fleet, f"echo '// {NOTE}' >>/home/mario/.thunderbird/charter.default/prefs.js")
    return found


def on_host(fleet: Fleet, script: str) -> None:
    """Run a shell script as root."""
    command = fleet.ssh(HOST, "/bin/sh -e")
    subprocess.run(command, input=script.encode(), capture_output=True, timeout=60, check=True)


def play(
    ansible: Controller,
    fleet: Fleet,
    change: t.Mapping[str, t.Any] | None = None,
    module: str = "mail_accounts",
    extra: t.Sequence[str] = (),
    **variables: t.Any,
) -> tuple[dict[str, t.Any], AnsibleRun]:
    """The result of the task with -vvv, and the run."""
    accounts = [{**account, **(change or {})} for account in ACCOUNTS]
    accounts = [{name: value for name, value in account.items() if value is not None} for account in accounts]
    folder = ansible.folder
    options = {"clients": ["thunderbird", "evolution"]} if module == "mail_accounts" else {}
    task = {f"charter.mail.{module}": {"accounts": accounts, **options}}
    book, given = folder / "look.json", folder / "variables.json"
    book.write_text(json.dumps([{"hosts": "fleet", "gather_facts": False, "tasks": [task]}]))
    (folder / "record").unlink(missing_ok=True)
    given.touch(mode=0o600)
    given.write_text(json.dumps({"ansible_remote_tmp": "~/.ansible/tmp", **variables}))
    command = ["ansible-playbook", str(book), "--inventory", str(fleet.inventory_path), "--extra-vars", f"@{given}"]
    run = ansible.runs.command(*command, "-vvv", *extra)
    return ansible.runs.results(HOST)[-1], run


def is_from_look(run: AnsibleRun, module: str = "mail_accounts") -> bool:
    """Whether no module was sent to the host."""
    assert "charter-mail-look" in run.output
    return f"AnsiballZ_{module}" not in run.output and "Using module file" not in run.output


@pytest.mark.parametrize(
    ("shell", "login"),
    [
        ("/bin/bash", {}),
        ("/bin/sh", SUDO),
        ("/usr/bin/tcsh", {}),
        ("/usr/bin/tcsh", {**SUDO, "ansible_pipelining": True}),
        ("/usr/bin/tcsh", {**SU, "ansible_become_password": ROOTS_PASSWORD}),
        ("/usr/local/bin/busybox-sh", {**SU, "ansible_become_password": ROOTS_PASSWORD}),
    ],
    ids=["bash", "sh and sudo", "tcsh", "tcsh and sudo", "tcsh and su", "busybox and su"],
)
def test_one_look_tells_that_nothing_is_to_be_done(
    fleet: Fleet, ansible: Controller, shell: str, login: dict[str, t.Any]
) -> None:
    on_host(fleet, f"usermod -s {shell} root; usermod -s {shell} mario")
    try:
        result, run = play(ansible, fleet, **login)
    finally:
        on_host(fleet, "usermod -s /bin/bash root; usermod -s /bin/bash mario")
    assert run.code == 0, run.output
    assert is_from_look(run), run.output
    assert not result["changed"]
    assert {(entry["user"], entry["status"]) for entry in result["accounts"]} == {
        ("mario", "unchanged"),
        ("anna", "unchanged"),
        ("luca", "absent"),
    }
    assert NOTE not in run.output
    assert "H4sI" not in run.output  # gzip's header in base64


@pytest.mark.parametrize("client", ["thunderbird", "evolution"])
def test_the_module_of_one_client_is_not_sent_either(fleet: Fleet, ansible: Controller, client: str) -> None:
    module = f"{client}_account"
    result, run = play(ansible, fleet, module=module)
    assert run.code == 0, run.output
    assert is_from_look(run, module), run.output
    assert [(entry["user"], entry["status"]) for entry in result["accounts"]] == [
        ("mario", "unchanged"),
        ("anna", "unchanged"),
        ("luca", "absent"),
    ]
    assert NOTE not in run.output
    _result, changing = play(ansible, fleet, {"organization": "Rossi"}, module=module, extra=["--check"])
    assert not is_from_look(changing, module)
    assert changing.recap["changed"] == 1, changing.output


def test_the_user_alone(fleet: Fleet, ansible: Controller) -> None:
    result, run = play(ansible, fleet, ansible_user="mario")
    assert not is_from_look(run)  # the other users are out of reach, which the module says
    assert "only root can configure another user's mail" in result["msg"]


@pytest.mark.parametrize("number", range(3))
def test_whatever_differs_is_the_modules(fleet: Fleet, ansible: Controller, number: int) -> None:
    changes: list[dict[str, t.Any]] = [{"full_name": "Somebody"}, {"password": "new"}, {"leave_on_server_days": 9}]
    result, run = play(ansible, fleet, changes[number], ansible_check_mode=True)
    assert not is_from_look(run)
    assert result["accounts"]
