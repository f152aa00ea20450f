# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One office with a Linux host, reached by SSH, and a Windows PC: the same accounts, the same playbooks."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook, Form
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC

DESK, PC = "desk-1", "pc"
USERS = ("mario", "anna")


@pytest.fixture
def fleet() -> t.Iterator[Fleet]:
    addresses = [f"{user}.{host}@charter.net" for user in USERS for host in (DESK, PC)]
    with Fleet.start(count=1, lab=True, mail_users=addresses) as fleet:
        yield fleet


@pytest.fixture
def ansible(tmp_path: pathlib.Path, fleet: Fleet) -> Ansible:
    """Ansible where the hosts and the mail servers are."""
    return Ansible(tmp_path, prefix=fleet.command([]), quick=True)


@pytest.fixture
def inventory(fleet: Fleet, office_pc: OfficePC) -> dict[str, t.Any]:
    assert fleet.lab is not None
    hosts: dict[str, t.Any] = json.loads(fleet.inventory_path.read_text())
    everything = hosts["all"]
    everything["vars"]["mail_accounts"] = [
        {
            "user": user,
            "email": f"{user}.{{{{ inventory_hostname }}}}@charter.net",
            "full_name": f"{user.title()} of {{{{ inventory_hostname }}}}",
            "password": f'{{{{ mail_passwords["{user}." ~ inventory_hostname ~ "@charter.net"] }}}}',
            "protocol": protocol,
        }
        for user, protocol in zip(USERS, ("imap", "pop3"), strict=True)
    ]
    # The PC's accounts are tested from here, with the authority's file of here.
    office = {**office_pc.connection("powershell"), "mail_ca_path": str(fleet.lab.ca_path)}
    everything["children"]["windows"] = {"hosts": {PC: office}}
    return hosts


def accounts(ansible: Ansible, host: str) -> list[list[dict[str, t.Any]]]:
    """What was said of the accounts of a host, by each task that said anything of them."""
    return [result["accounts"] for result in ansible.results(host) if "accounts" in result]


def test_one_site_for_all(ansible: Ansible, office_pc: OfficePC, fleet: Fleet, inventory: dict[str, t.Any]) -> None:
    assert fleet.lab is not None
    passwords = [user.password for user in fleet.lab.users]

    site = ansible.playbook("site", inventory, "-vvv")
    assert site.code == 0, site.output
    *clients, verified = accounts(ansible, DESK)
    assert [account["status"] for client in clients for account in client] == ["created"] * 4
    assert [account["ok"] for account in verified] == [True, True]
    staged, verified = accounts(ansible, PC)
    assert [account["outlook_status"] for account in staged] == ["staged", "staged"]
    assert [account["ok"] for account in verified] == [True, True]
    assert "Tested from the controller" in verified[0]["summary"]
    assert [password for password in passwords if password in site.output] == []
    asked = office_pc.asked()
    assert [entry for entry in asked if any(secret in str(entry) for secret in (*passwords, "charter.net"))] == []

    FakeOutlook(office_pc, office_pc.mario).start()
    FakeOutlook(office_pc, office_pc.anna, Form.UNTIL_2013).start()
    everything = inventory["all"]
    everything["children"]["fleet"]["hosts"][DESK]["mail_from_client"] = "thunderbird"
    everything["children"]["windows"]["hosts"][PC]["mail_from_client"] = "outlook"
    again = ansible.playbook("site", inventory)
    assert again.code == 0, again.output
    assert again.output.count("changed=0") == 2
    staged, verified = accounts(ansible, PC)
    assert [account["outlook_status"] for account in staged] == ["configured", "configured"]
    assert [account["ok"] for account in verified] == [True, True]
    assert office_pc.temporary() == []

    removed = ansible.playbook("remove", inventory)
    assert removed.code == 0, removed.output
    (gone,) = accounts(ansible, PC)
    assert all("Remove" in account["advice"] for account in gone)
