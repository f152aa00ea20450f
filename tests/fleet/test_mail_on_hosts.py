# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify on 30 hosts over SSH, all at once: it locks no account, and it calls no sound account broken."""

from __future__ import annotations

import contextlib
import json
import pathlib
import socket
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet
from ansible_collections.charter.mail.tests.fleet.required import require
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.many_hosts import (
    Hosts,
    accounts_of,
    check_that_none_is_called_broken,
    with_few_sessions,
)
from ansible_collections.charter.mail.tests.unit.locking_servers import OLD_PASSWORD, LockingProvider
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, Script, ScriptedServer, serve

CA_ON_HOST = "/etc/lab-ca.pem"
HOSTS = Hosts(lambda number: f"desk-{number + 1}", "imap.lab.test", "smtp.lab.test", CA_ON_HOST)
# Listens in the namespace where it runs, and passes the socket on.
_LISTEN = """
import socket, sys
listening = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=128)
with socket.socket(fileno=0) as caller:
    socket.send_fds(caller, [bytes(1)], [listening.fileno()])
"""


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    """30 hosts that know the names and the authority of the servers in the control namespace."""
    require(lab=False)
    with Fleet.start(count=len(HOSTS.names)) as running:
        names = f"{running.control_address} imap.lab.test smtp.lab.test"
        for host in HOSTS.names:
            command = running.ssh(host, f"cat >{CA_ON_HOST} && echo {names} >>/etc/hosts")
            subprocess.run(command, input=pathlib.Path(CA).read_bytes(), capture_output=True, timeout=60, check=True)
        yield running


@contextlib.contextmanager
def serving(fleet: Fleet, *scripts: Script) -> t.Iterator[list[ScriptedServer]]:
    """Servers that the hosts reach."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(serve(script, listener(fleet))) for script in scripts]


def listener(fleet: Fleet, port: int = 0) -> socket.socket:
    """A socket that listens in the control namespace, by default on any free port."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = fleet.command(["/usr/bin/python3", "-I", "-S", "-c", _LISTEN, fleet.control_address, str(port)])
        subprocess.run(command, stdin=theirs.fileno(), timeout=60, check=True)
        _data, (number,), _flags, _address = socket.recv_fds(ours, 1, 1)
    return socket.socket(fileno=number)


def test_hosts_with_one_mailbox_do_not_lock_it(fleet: Fleet, tmp_path: pathlib.Path) -> None:
    provider = LockingProvider(refusals=10)
    with serving(fleet, provider.receiving, provider.sending) as servers:
        provider.servers += servers
        results = HOSTS.verify(Ansible(tmp_path), tmp_path, servers, HOSTS.passwords, inventory=fleet.inventory_path)
        assert provider.refused == 2
    accounts = accounts_of(results)
    HOSTS.check_that_old_passwords_fail_alone(accounts)
    assert OLD_PASSWORD not in json.dumps(results)
    # All of them are at one site, and what failed names the server's address.
    assert {tuple(result["network"]) for result in results.values()} == {("198.19.1.0/24",)}
    failed = [check for name in HOSTS.stale for check in accounts[name]["checks"] if check["status"] == "failed"]
    assert {check["address"] for check in failed} == {fleet.control_address}


@pytest.mark.parametrize("sessions", [4, 10])
def test_hosts_wait_for_a_server_that_has_too_many_sessions(
    fleet: Fleet, tmp_path: pathlib.Path, sessions: int
) -> None:
    receiving, sending = with_few_sessions(sessions)
    with serving(fleet, receiving, sending) as servers:
        results = HOSTS.verify(Ansible(tmp_path), tmp_path, servers, inventory=fleet.inventory_path)
    check_that_none_is_called_broken(accounts_of(results))
    assert receiving.turned_away + sending.turned_away > 0
