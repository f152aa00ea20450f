# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the README and of the page of contents, run unchanged, for users with the same names."""

from __future__ import annotations

import fcntl
import os
import pathlib
import pwd
import re
import shlex
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import ROOT, Ansible
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.missing import skip_or_fail

README = (ROOT / "README.md").read_text()
CONTENTS = (ROOT / "docs/contents.md").read_text()
USERS = ("mario", "anna")
DESK = "desk-1.office.example"


@pytest.fixture
def readme_users() -> t.Iterator[None]:
    """Local users mario and anna, as in the README, unless this machine already has one of them."""
    homes = os.open("/home", os.O_RDONLY)
    try:
        fcntl.flock(homes, fcntl.LOCK_EX)  # the tests of another process have users with these names, too
        present = [entry.pw_name for entry in pwd.getpwall() if entry.pw_name in USERS]
        if present or os.geteuid() != 0:
            skip_or_fail(f"needs root, and no user {' or '.join(USERS)}")
        try:
            for name in USERS:
                subprocess.run(["useradd", "--user-group", "--create-home", name], check=True)
            yield
        finally:
            for name in USERS:
                subprocess.run(["userdel", "--remove", name], check=False, capture_output=True)
    finally:
        os.close(homes)


@pytest.fixture
def office(tmp_path: pathlib.Path, mail_lab: MailLab, readme_users: None) -> Ansible:
    """The README's inventory and a vault, in the lab's network, on a system that trusts the lab's authority."""
    prefix = [*mail_lab.command([]), "env", f"SSL_CERT_FILE={mail_lab.ca_path}"]
    ansible = Ansible(tmp_path, prefix=prefix)
    (inventory,) = re.findall(r"```yaml\n# hosts.yml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "hosts.yml").write_text(inventory)
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / f"{DESK}.yml").write_text("ansible_connection: local\n")
    (tmp_path / "vault-password").write_text("vault password\n")
    users = [mail_lab.user(f"{name}@charter.net") for name in ("mario.rossi", "anna.bianchi")]
    # anna has no password in the README: the client asks her for it.
    (tmp_path / "secrets.yml").write_text(f"vault_mario: {users[0].password}\n")
    assert run(ansible, "ansible-vault encrypt secrets.yml").code == 0
    return ansible


def run(ansible: Ansible, line: str) -> t.Any:
    """Run a line of a page, with the vault password from a file."""
    program, *arguments = shlex.split(line.replace(" --ask-vault-pass", ""))
    return ansible.command(program, *arguments, "--vault-password-file", "vault-password")


def commands(page: str, program: str) -> list[str]:
    lines = [line.strip() for line in page.splitlines() if line.startswith(f"    {program} ")]
    return [line.partition(" #")[0].strip() for line in lines]


def test_the_playbook_examples(office: Ansible) -> None:
    predict, do, prove = commands(README, "ansible-playbook")[:3]  # the others are in tests/fleet/test_tour_on_hosts.py
    assert "--check --diff" in predict
    predicted = run(office, f"{predict} -e @secrets.yml")
    assert "+mario.rossi@charter.net:" in predicted.output
    done = run(office, f"{do} -e @secrets.yml")
    assert done.code == 0, done.output
    assert done.recap["changed"] == 1  # one task for Thunderbird and Evolution, which are both installed here
    assert "All tests completed successfully for mario.rossi@charter.net" in done.output
    assert "All tests that could be made completed successfully for anna.bianchi@charter.net" in done.output
    assert run(office, f"{do} -e @secrets.yml").recap["changed"] == 0
    proven = run(office, f"{prove} -e @secrets.yml")
    assert proven.code == 0, proven.output
    assert proven.recap["changed"] == 0
    assert "The test message arrived after" in proven.output


def test_the_ad_hoc_examples(office: Ansible) -> None:
    lines = commands(CONTENTS, "ansible")
    assert len(lines) >= 3
    for line in lines:
        done = run(office, line if "-e @secrets.yml" in line else f"{line} -e @secrets.yml")
        assert done.code == 0, done.output
        assert f"{DESK} | " in done.output
    again = run(office, lines[0])
    assert f"{DESK} | SUCCESS" in again.output
