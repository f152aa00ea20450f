# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks ``rollback`` and ``confirm`` over SSH: only the hosts that a run has changed are undone."""

from __future__ import annotations

import json
import pathlib
import re
import shlex
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet
from ansible_collections.charter.mail.tests.fleet.required import require
from ansible_collections.charter.mail.tests.integration.ansible_runs import ROOT, Ansible, AnsibleRun
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA

from .test_mail_on_hosts import CA_ON_HOST, serving

HOSTS = ("desk-1", "desk-2")


class Office:
    """Two hosts with one user, and the commands of docs/rollback.md."""

    def __init__(self, fleet: Fleet, folder: pathlib.Path, ports: t.Mapping[str, int]) -> None:
        self.ansible = Ansible(folder, quick=True)
        self.ports = ports
        self._fleet = fleet
        self._folder = folder
        self.accounts: dict[str, dict[str, t.Any]] = {host: self.account() for host in HOSTS}

    def account(self, incoming: str = "imap", **more: t.Any) -> dict[str, t.Any]:
        return {
            "user": "mario",
            "email": USERNAME,
            "password": PASSWORD,
            "incoming": {"host": "imap.lab.test", "port": self.ports[incoming], "security": "ssl"},
            "outgoing": {"host": "smtp.lab.test", "port": self.ports["smtp"], "security": "ssl"},
            **more,
        }

    def run(self, line: str) -> AnsibleRun:
        """Run a line of the documentation."""
        hosts = self._folder / "hosts.json"
        hosts.touch(mode=0o600)
        variables = {"mail_ca_path": CA_ON_HOST, "mail_timeout": 5, "mail_clients": ["thunderbird"]}
        found = {host: {"mail_accounts": [account]} for host, account in self.accounts.items()}
        hosts.write_text(json.dumps({"all": {"vars": variables, "hosts": found}}))
        inventories = f" -i {self._fleet.inventory_path} -i {hosts}"
        program, *arguments = shlex.split(line.replace(" -i hosts.yml", inventories))
        return self.ansible.command(program, *arguments)

    def prefs(self) -> dict[str, str]:
        """What each host's Thunderbird has."""
        script = "cat /home/mario/.thunderbird/*/prefs.js"
        return {
            host: subprocess.run(
                self._fleet.ssh(host, script), capture_output=True, timeout=60, check=True
            ).stdout.decode()
            for host in HOSTS
        }


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Office]:
    require(lab=False)
    with (
        Fleet.start(count=len(HOSTS), users=("mario",)) as fleet,
        serving(fleet, imap(Server()), pop3(Server()), smtp(Server())) as servers,
    ):
        for host in HOSTS:
            names = f"{fleet.control_address} imap.lab.test smtp.lab.test"
            command = fleet.ssh(host, f"cat >{CA_ON_HOST} && echo {names} >>/etc/hosts")
            subprocess.run(command, input=pathlib.Path(CA).read_bytes(), capture_output=True, timeout=60, check=True)
        ports = dict(zip(("imap", "pop3", "smtp"), (server.port for server in servers), strict=True))
        with serving(fleet, imap(Server())) as gone:
            ports["closed"] = gone[0].port
        yield Office(fleet, tmp_path_factory.mktemp("office"), ports)


def documented() -> list[str]:
    """The commands of the page, in their order."""
    lines = (ROOT / "docs/rollback.md").read_text().splitlines()
    return [line.partition("  #")[0].strip() for line in lines if line.startswith("    ansible")]


def changed(run: AnsibleRun) -> dict[str, int]:
    """How many tasks changed something, by host."""
    return {host: int(number) for host, number in re.findall(r"^(desk-\d) .*?changed=(\d+)", run.output, re.MULTILINE)}


def test_the_examples_of_the_page(office: Office) -> None:
    preview, undo, by_id, listing, of_home, confirm = documented()
    configure = preview.partition(" --check")[0].replace("rollback", "configure")
    assert office.run(configure).code == 0
    first = office.prefs()
    office.accounts["desk-1"] = office.account(full_name="Mario Rossi")
    second = office.run(configure)
    assert changed(second) == {"desk-1": 1, "desk-2": 0}, second.output
    after = office.prefs()

    foreseen = office.run(preview)
    assert changed(foreseen) == {"desk-1": 1, "desk-2": 0}, foreseen.output
    assert "-  full_name: Mario Rossi" in foreseen.output
    assert office.prefs() == after
    undone = office.run(undo)
    assert changed(undone) == {"desk-1": 1, "desk-2": 0}, undone.output
    assert office.prefs() == first
    assert changed(office.run(undo)) == {"desk-1": 0, "desk-2": 0}

    listed = office.run(listing)
    rollback = re.findall(r"^desk-1: Runs in the log of changes: .*, ([\w-]+)\.$", listed.output, re.MULTILINE)[0]
    elsewhere = office.run(of_home)
    assert elsewhere.code == 0, elsewhere.output
    assert "desk-1: Runs in the log of changes: none." in elsewhere.output
    redone = office.run(re.sub(r"(mail_rollback_run=).*", rf"\g<1>{rollback}", by_id))
    assert changed(redone) == {"desk-1": 1, "desk-2": 0}, redone.output
    assert office.prefs() == after
    assert PASSWORD not in foreseen.output + undone.output + listed.output + redone.output

    confirmed = office.run(confirm)
    assert (confirmed.code, changed(confirmed)) == (0, {"desk-1": 0, "desk-2": 0}), confirmed.output


def test_a_wrong_port_on_one_host(office: Office) -> None:
    confirm = documented()[-1]
    assert office.run(confirm).code == 0
    before = office.prefs()
    office.accounts["desk-1"] = office.account(incoming="pop3")
    office.accounts["desk-2"] = office.account(full_name="Mario Bianchi")
    done = office.run(confirm)
    assert done.code == 2
    now = office.prefs()
    assert now["desk-1"] == before["desk-1"], done.output
    assert "Mario Bianchi" in now["desk-2"]
    text = " ".join(done.output.split())
    assert "The run was undone on desk-1, since what worked before does not work with the new settings" in text
    assert "undone on desk-2" not in text
    assert PASSWORD not in done.output


def test_a_port_at_which_nobody_listens(office: Office) -> None:
    """That could as well be an outage, but the former settings still work."""
    confirm = documented()[-1]
    office.accounts["desk-1"] = office.account()
    assert office.run(confirm).code == 0
    before = office.prefs()
    office.accounts["desk-1"] = office.account(incoming="closed")
    done = office.run(confirm)
    assert done.code == 2
    assert "The run was undone on desk-1" in " ".join(done.output.split())
    assert office.prefs() == before
