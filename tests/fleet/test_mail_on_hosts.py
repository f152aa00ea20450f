# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify on 30 hosts over SSH, all at once: it locks no account, and it calls no sound account broken."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet, unavailable
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.unit.limited_server import Limited
from ansible_collections.charter.mail.tests.unit.locking_servers import OLD_PASSWORD, LockingProvider
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, Script, ScriptedServer, serve

HOSTS = [f"desk-{number}" for number in range(1, 31)]
STALE = HOSTS[1::5]
STARTTLS = Server(tls="starttls")
CA_ON_HOST = "/etc/lab-ca.pem"
# Listens in the namespace where it runs, and passes the socket on.
_LISTEN = """
import socket, sys
listening = socket.create_server((sys.argv[1], 0), backlog=128)
with socket.socket(fileno=0) as caller:
    socket.send_fds(caller, [bytes(1)], [listening.fileno()])
"""


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    """30 hosts that know the names and the authority of the servers in the control namespace."""
    reason = unavailable(lab=False)
    if reason is not None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with Fleet.start(count=len(HOSTS)) as running:
        names = f"{running.control_address} imap.lab.test smtp.lab.test"
        for host in HOSTS:
            command = running.ssh(host, f"cat >{CA_ON_HOST} && echo {names} >>/etc/hosts")
            subprocess.run(command, input=pathlib.Path(CA).read_bytes(), capture_output=True, timeout=60, check=True)
        yield running


@contextlib.contextmanager
def serving(fleet: Fleet, *scripts: Script) -> t.Iterator[list[ScriptedServer]]:
    """Servers that the hosts reach."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(serve(script, listener(fleet))) for script in scripts]


def listener(fleet: Fleet) -> socket.socket:
    """A socket that listens in the control namespace."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = fleet.command(["/usr/bin/python3", "-I", "-S", "-c", _LISTEN, fleet.control_address])
        subprocess.run(command, stdin=theirs.fileno(), timeout=60, check=True)
        _data, (number,), _flags, _address = socket.recv_fds(ours, 1, 1)
    return socket.socket(fileno=number)


def verify(
    fleet: Fleet, folder: pathlib.Path, servers: t.Sequence[ScriptedServer], passwords: t.Mapping[str, str]
) -> dict[str, dict[str, t.Any]]:
    """The result of each host."""
    receiving, sending = servers
    task = {
        "email": USERNAME,
        "password": "{{ mailbox_password }}",
        "incoming": {"host": "imap.lab.test", "port": receiving.port, "security": "ssl"},
        "outgoing": {"host": "smtp.lab.test", "port": sending.port, "security": "starttls"},
        "ca_path": CA_ON_HOST,
        "timeout": 20,
    }
    tasks = [{"charter.mail.mail_verify": task, "ignore_errors": True}]
    hosts = {name: {"mailbox_password": password} for name, password in passwords.items()}
    inventory, playbook = folder / "passwords.json", folder / "fleet.yml"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    playbook.write_text(json.dumps([{"hosts": "fleet", "gather_facts": False, "tasks": tasks}]))
    ansible = Ansible(folder)
    inventories = ["--inventory", str(fleet.inventory_path), "--inventory", str(inventory)]
    played = ansible.command("ansible-playbook", str(playbook), *inventories, "--forks", str(len(HOSTS)))
    found = {name: [result for result in ansible.results(name) if "accounts" in result] for name in passwords}
    assert all(len(results) == 1 for results in found.values()), played.output
    return {name: result for name, (result,) in found.items()}


def test_hosts_with_one_mailbox_do_not_lock_it(fleet: Fleet, tmp_path: pathlib.Path) -> None:
    passwords = {name: OLD_PASSWORD if name in STALE else PASSWORD for name in HOSTS}
    provider = LockingProvider(refusals=10)
    with serving(fleet, provider.receiving, provider.sending) as servers:
        provider.servers += servers
        results = verify(fleet, tmp_path, servers, passwords)
        assert provider.refused == 2
    accounts = {name: result["accounts"][0] for name, result in results.items()}
    assert [name for name in HOSTS if accounts[name]["ok"] and accounts[name]["complete"]] == [
        name for name in HOSTS if name not in STALE
    ]
    assert {accounts[name]["cause"]["code"] for name in STALE} == {"password_refused"}
    assert OLD_PASSWORD not in json.dumps(results)
    # All of them are at one site, and what failed names the server's address.
    assert {tuple(result["network"]) for result in results.values()} == {("198.19.1.0/24",)}
    failed = [check for name in STALE for check in accounts[name]["checks"] if check["status"] == "failed"]
    assert {check["address"] for check in failed} == {fleet.control_address}


@pytest.mark.parametrize("sessions", [4, 10])
def test_hosts_wait_for_a_server_that_has_too_many_sessions(
    fleet: Fleet, tmp_path: pathlib.Path, sessions: int
) -> None:
    receiving = Limited(imap(Server()), sessions, Server(), b"* BYE Too many connections from 203.0.113.7", 0.3)
    sending = Limited(smtp(STARTTLS), sessions, STARTTLS, b"421 4.7.0 Too many connections from 203.0.113.7", 0.3)
    with serving(fleet, receiving, sending) as servers:
        results = verify(fleet, tmp_path, servers, dict.fromkeys(HOSTS, PASSWORD))
    accounts = {name: result["accounts"][0] for name, result in results.items()}
    causes = {name: account["cause"].get("code") for name, account in accounts.items() if not account["complete"]}
    # A busy machine may need longer than the timeout; nothing is called broken then, either.
    assert set(causes.values()) <= {"too_many", "turned_away"}
    assert len(causes) <= 3
    assert receiving.turned_away + sending.turned_away > 0
