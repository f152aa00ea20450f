# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of mail_accounts on one host of a fleet, and whether a look alone has answered."""

from __future__ import annotations

import contextlib
import json
import pathlib
import secrets
import subprocess
import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun

from .fleet import Fleet
from .required import require

HOST = "desk-1"
ROOTS_PASSWORD = secrets.token_hex(8)
SU: t.Mapping[str, t.Any] = {
    "ansible_user": "mario",
    "ansible_become": True,
    "ansible_become_method": "su",
    "ansible_become_password": ROOTS_PASSWORD,
}


class Controller(t.NamedTuple):
    """Ansible, with its folder."""

    folder: pathlib.Path
    runs: Ansible


@contextlib.contextmanager
def one_host(users: t.Sequence[str]) -> t.Iterator[Fleet]:
    """A fleet of one host, whose root has a password."""
    require(lab=False)
    with Fleet.start(count=1, users=users) as fleet:
        on_host(fleet, f"echo root:{ROOTS_PASSWORD} | chpasswd")
        yield fleet


def on_host(fleet: Fleet, script: str) -> str:
    """Run a shell script as root; what it prints."""
    command = fleet.ssh(HOST, "/bin/sh -e")
    done = subprocess.run(command, input=script.encode(), capture_output=True, timeout=60, check=True)
    return done.stdout.decode()


@contextlib.contextmanager
def login_shell(fleet: Fleet, shell: str) -> t.Iterator[None]:
    """While this is entered, root and mario log in with that shell."""
    on_host(fleet, f"usermod -s {shell} root; usermod -s {shell} mario")
    try:
        yield
    finally:
        on_host(fleet, "usermod -s /bin/bash root; usermod -s /bin/bash mario")


def run_mail_accounts(
    ansible: Controller,
    fleet: Fleet,
    accounts: t.Sequence[t.Mapping[str, t.Any]],
    *,
    module: str = "mail_accounts",
    inventory: pathlib.Path | None = None,
    host: str = HOST,
    check: bool = False,
    options: t.Mapping[str, t.Any] | None = None,
    variables: t.Mapping[str, t.Any] | None = None,
) -> tuple[dict[str, t.Any], AnsibleRun]:
    """The result of the task with -vvv, and the run.

    Args:
        ansible: the controller.
        fleet: with the host.
        accounts: of the task.
        module: mail_accounts, or the module of one client.
        inventory: another one than the fleet's.
        host: its name in the inventory.
        check: in check mode. A variable of Ansible's cannot set that.
        options: further ones of the task.
        variables: of the run.
    """
    folder = ansible.folder
    book, extra = folder / "accounts.json", folder / "variables.json"
    for file in (book, extra):
        file.touch(mode=0o600)
    clients = {"clients": ["thunderbird", "evolution"]} if module == "mail_accounts" else {}
    task = {f"charter.mail.{module}": {"accounts": accounts, **clients, **(options or {})}, "check_mode": check}
    book.write_text(json.dumps([{"hosts": "fleet", "gather_facts": False, "tasks": [task]}]))
    (folder / "record").unlink(missing_ok=True)
    extra.write_text(json.dumps({"ansible_remote_tmp": "~/.ansible/tmp", **(variables or {})}))
    run = ansible.runs.command(
        *("ansible-playbook", str(book), "--inventory", str(inventory or fleet.inventory_path)),
        *("--extra-vars", f"@{extra}", "--diff", "-vvv"),
    )
    return ansible.runs.results(host)[-1], run


def is_from_look(run: AnsibleRun, module: str = "mail_accounts") -> bool:
    """Whether no module was sent to the host, after a look at it."""
    assert has_look(run)
    return f"AnsiballZ_{module}" not in run.output and "Using module file" not in run.output


def has_look(run: AnsibleRun) -> bool:
    """Whether the host was looked at."""
    return "charter-mail-look" in run.output
