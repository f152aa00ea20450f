# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of one site lose a server: a few of them test the servers of all presets, and so the verdict finds the cause.

The hosts find all names in their own files, and their network has no route to outside.
"""

from __future__ import annotations

import ipaddress
import json
import pathlib
import shlex
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._providers.charter import PROVIDERS
from ansible_collections.charter.mail.tests.fleet.fleet import Fleet
from ansible_collections.charter.mail.tests.fleet.required import require
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, ScriptedServer, serve

from .test_mail_on_hosts import CA_ON_HOST, listener

HOSTS = [f"desk-{number}" for number in range(1, 6)]
SERVER, OTHER = "imap.charter.net", "mobile.charter.net"
NAMES = {host for provider in PROVIDERS for host in provider.hosts}


class Site:
    """Hosts of one site, whose accounts are at one server."""

    def __init__(self, fleet: Fleet, folder: pathlib.Path, sending: ScriptedServer) -> None:
        self._fleet = fleet
        self._folder = folder
        self._ansible = Ansible(folder, quick=True)
        self._dead = str(ipaddress.ip_address(fleet.control_address) + 100)  # of the same network: nobody is there
        account = {
            "email": USERNAME,
            "password": PASSWORD,
            "incoming": {"host": SERVER, "port": 993, "security": "ssl"},
            "outgoing": {"host": "smtp.lab.test", "port": sending.port, "security": "starttls"},
        }
        common = {"mail_ca_path": CA_ON_HOST, "mail_timeout": 5, "mail_accounts": [account]}
        self._accounts = folder / "accounts.json"
        self._accounts.touch(mode=0o600)
        self._accounts.write_text(json.dumps({"all": {"vars": common}}))

    def let_answer(self, *names: str) -> None:
        """From now on the hosts reach these names, and no other server of a preset."""
        lines = [f"{self._fleet.control_address} {' '.join(['smtp.lab.test', *names])}"]
        lines += [f"{self._dead} {name}" for name in sorted(NAMES - {*names})]
        text = shlex.quote("\n".join(["127.0.0.1 localhost", *lines]) + "\n")
        for host in HOSTS:
            subprocess.run(self._fleet.ssh(host, f"printf %s {text} >/etc/hosts"), timeout=60, check=True)

    def verify(self, hosts: t.Sequence[str] = HOSTS) -> tuple[dict[str, t.Any], str]:
        """The report as JSON, and what the run printed."""
        report = self._folder / "report.json"
        written = json.dumps({"mail_records": str(self._folder / "records"), "mail_report_json": str(report)})
        inventories = [f"--inventory={self._fleet.inventory_path}", f"--inventory={self._accounts}"]
        done = self._ansible.command(
            *("ansible-playbook", "charter.mail.verify", *inventories, "--limit", ",".join(hosts), "-e", written)
        )
        content: dict[str, t.Any] = json.loads(report.read_text())
        report.unlink()
        failed = content["counts"]["failed"]
        assert done.code == (2 if failed else 0), done.output
        assert done.output.count("fatal: [") == failed, done.output
        assert PASSWORD not in done.output
        return content, done.output

    def records(self) -> list[dict[str, t.Any]]:
        """Of the newest run."""
        newest = max((self._folder / "records").iterdir())
        return [json.loads(path.read_text()) for path in sorted((newest / "hosts").iterdir())]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Site]:
    require(lab=False)
    with Fleet.start(count=len(HOSTS)) as fleet:
        for host in HOSTS:
            command = fleet.ssh(host, f"cat >{CA_ON_HOST}")
            subprocess.run(command, input=pathlib.Path(CA).read_bytes(), capture_output=True, timeout=60, check=True)
        receiving = imap(Server(certificate="provider"))
        with serve(receiving, listener(fleet, 993)), serve(smtp(Server(tls="starttls")), listener(fleet)) as sending:
            yield Site(fleet, tmp_path_factory.mktemp("site"), sending)


def test_a_server_is_down_and_the_same_port_of_another_works(site: Site) -> None:
    site.let_answer(SERVER, OTHER)
    works, output = site.verify()
    assert works["counts"]["verified"] == len(HOSTS)
    assert "Test the servers of all presets from this host" not in output
    assert not any("controls" in record for record in site.records())

    site.let_answer(OTHER)
    report, output = site.verify()
    (finding,) = report["findings"]
    assert (finding["scope"], finding["subject"], finding["change"]) == ("provider", SERVER, "")
    assert f"Port 993 of {OTHER} works from there." in finding["evidence"]
    assert output.count("\n  PROVIDER  imap.charter.net (port 993) does not answer") == 1, output
    assert "site or provider" not in output.lower()
    asked = {record["host"]: record["controls"] for record in site.records() if "controls" in record}
    assert len(asked) == 3
    servers = {end["server"] for accounts in asked.values() for account in accounts for end in account["endpoints"]}
    assert {server.partition(":")[0] for server in servers} == NAMES
    signed_in = {
        stage[1]
        for accounts in asked.values()
        for account in accounts
        for end in account["endpoints"]
        for stage in end["stages"]
        if stage[0] == "authentication"
    }
    assert signed_in == {"skipped"}  # without a password


def test_a_port_is_closed_at_the_site(site: Site) -> None:
    site.let_answer(SERVER, OTHER)
    site.verify()
    site.let_answer()
    report, _output = site.verify()
    (finding,) = report["findings"]
    assert (finding["scope"], finding["change"]) == ("site", "")
    assert finding["confidence"] == "medium"
    assert any(text.startswith("Port 993 fails at ") for text in finding["evidence"])


def test_one_host_learns_from_its_own_tests_and_is_not_sure(site: Site) -> None:
    site.let_answer(SERVER, OTHER)
    site.verify(HOSTS[:1])
    site.let_answer(OTHER)
    report, _output = site.verify(HOSTS[:1])
    (finding,) = report["findings"]
    assert (finding["scope"], finding["confidence"]) == ("provider", "low")
