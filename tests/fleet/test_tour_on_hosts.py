# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's way for an office whose users have accounts already, with its commands as they stand there."""

from __future__ import annotations

import json
import pathlib
import re
import shlex
import shutil
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.charter.mail.tests.clients.thunderbird_profiles import FULL_NAME, imap_prefs, make_home
from ansible_collections.charter.mail.tests.integration.ansible_runs import ROOT, Ansible, AnsibleRun

from .fleet import Fleet
from .required import require

MARIO, ANNA = "mario.rossi@charter.net", "anna.bianchi@charter.net"
BY_HAND = "desk-1"  # where mario has set up his account himself


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Fleet]:
    """Two hosts; on one of them mario has set up his account by hand."""
    require()
    home = tmp_path_factory.mktemp("mario") / "home"
    make_home(home, imap_prefs(MARIO))
    with Fleet.start(count=2, lab=True, users=["mario"]) as running:
        script = "tar --extract --no-same-owner --directory=/home/mario && chown -R mario:mario /home/mario"
        with subprocess.Popen(["tar", "--create", f"--directory={home}", "."], stdout=subprocess.PIPE) as packing:
            subprocess.run(running.ssh(BY_HAND, script), stdin=packing.stdout, timeout=60, check=True)
        yield running


class Office:
    """The folder in which the commands run."""

    def __init__(self, fleet: Fleet, folder: pathlib.Path) -> None:
        assert fleet.lab is not None
        self.folder = folder
        self._ansible = Ansible(folder)
        shutil.copy(fleet.inventory_path, folder / "hosts.yml")  # JSON is YAML
        passwords = {name: fleet.lab.user(address).password for name, address in (("mario", MARIO), ("anna", ANNA))}
        (folder / "secrets.yml").write_text("".join(f"vault_{name}: {word}\n" for name, word in passwords.items()))
        (folder / "vault-password").write_text("vault password\n")
        encrypted = self._ansible.command("ansible-vault", "encrypt", "secrets.yml", *self._vault)
        assert encrypted.code == 0, encrypted.output

    _vault = ("--vault-password-file", "vault-password")

    def run(self, line: str) -> AnsibleRun:
        """Run a command of the README with the vault that its second step makes."""
        return self._ansible.command(*shlex.split(line), "-e", "@secrets.yml", *self._vault)

    def edit(self) -> dict[str, t.Any]:
        """Do what the README says about mail.yml; returns what the playbook wrote."""
        path = self.folder / "mail.yml"
        found: dict[str, t.Any] = yaml.safe_load(path.read_text())
        wanted = json.loads(json.dumps(found))
        hosts = wanted["all"]["hosts"]
        hosts[BY_HAND]["mail_accounts"][0].update(password="{{ vault_mario }}", full_name="Mario Rossi")
        anna = {"user": "mario", "email": ANNA, "protocol": "pop3", "password": "{{ vault_anna }}"}
        hosts["desk-2"] = {"mail_accounts": [anna]}
        path.write_text(yaml.safe_dump(wanted))
        return found


@pytest.fixture
def office(fleet: Fleet, tmp_path: pathlib.Path) -> Office:
    return Office(fleet, tmp_path)


def commands() -> list[str]:
    """The commands of the README's step for accounts that are there already."""
    readme = (ROOT / "README.md").read_text()
    step = re.split(r"^\*\*\d\.\*\* ", readme, flags=re.MULTILINE)[5].partition("\n## ")[0]
    lines = [line.strip() for line in step.splitlines() if line.startswith("    ansible-playbook ")]
    return [line.partition(" #")[0].strip() for line in lines]


def test_the_way_from_accounts_by_hand_to_a_report_and_back(office: Office) -> None:
    gather, drift, site, report, rollback = commands()
    gathered = office.run(gather)
    assert gathered.code == 0, gathered.output
    assert (office.folder / "mail.yml").stat().st_mode & 0o777 == 0o600
    found = office.edit()
    [entry] = found["all"]["hosts"][BY_HAND]["mail_accounts"]
    assert (entry["user"], entry["email"], entry["full_name"]) == ("mario", MARIO, FULL_NAME)
    assert "password" not in entry

    drifted = office.run(drift)
    assert drifted.code == 0, drifted.output
    assert drifted.recap["changed"] == 0
    assert f"{MARIO}" in drifted.output
    assert "was set up by somebody else, with other settings" in drifted.output
    assert re.search(rf"{re.escape(ANNA)}[^\n]* is missing", drifted.output)

    done = office.run(site)
    assert done.code == 0, done.output
    assert "Mail works on all 2 hosts" in done.output

    settled = office.run(drift)
    assert settled.code == 0
    assert "somebody else" not in settled.output
    assert "missing" not in settled.output
    assert office.run(site).recap["changed"] == 0

    reported = office.run(report)
    assert reported.code == 0, reported.output
    page = (office.folder / "report.html").read_text()
    assert BY_HAND in page
    assert "desk-2" in page

    undone = office.run(rollback)
    assert undone.code == 0, undone.output
    again = office.run(drift)
    assert "was set up by somebody else, with other settings" in again.output
    assert re.search(rf"{re.escape(ANNA)}[^\n]* is missing", again.output)
    assert office.run(rollback).recap["changed"] == 0
