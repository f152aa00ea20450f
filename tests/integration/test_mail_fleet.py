# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify on many hosts at once: it locks no account, and it calls no sound account broken."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.unit.limited_server import Limited
from ansible_collections.charter.mail.tests.unit.locking_servers import OLD_PASSWORD, LockingProvider
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, ScriptedServer, serve

HOSTS = [f"pc{number:02}" for number in range(30)]
STALE = HOSTS[1::5]
STARTTLS = Server(tls="starttls")


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    return Ansible(tmp_path)


def verify(
    ansible: Ansible,
    folder: pathlib.Path,
    servers: tuple[ScriptedServer, ScriptedServer],
    passwords: t.Mapping[str, str],
    plays: t.Sequence[t.Mapping[str, t.Any]],
) -> dict[str, dict[str, t.Any]]:
    """What each host reports; each host is in one of the plays."""
    connection = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"}
    hosts = {name: {**connection, "mailbox_password": password} for name, password in passwords.items()}
    inventory, playbook = folder / "fleet.json", folder / "fleet.yml"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    receiving, sending = servers
    task = {
        "email": USERNAME,
        "password": "{{ mailbox_password }}",
        "incoming": {"host": "127.0.0.1", "port": receiving.port, "security": "ssl"},
        "outgoing": {"host": "127.0.0.1", "port": sending.port, "security": "starttls"},
        "ca_path": CA,
        "timeout": 20,
    }
    tasks = [{"charter.mail.mail_verify": task, "ignore_errors": True}]
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, **play, "tasks": tasks} for play in plays]))
    played = ansible.command("ansible-playbook", str(playbook), "--inventory", str(inventory), "--forks", "30")
    found = {
        name: [account for result in ansible.results(name) for account in result["accounts"]] for name in passwords
    }
    assert all(len(accounts) == 1 for accounts in found.values()), played.output
    return {name: account for name, (account,) in found.items()}


@pytest.mark.parametrize(
    "plays",
    [[{}], [{"strategy": "free"}], [{"hosts": "all[0:14]", "serial": 10}, {"hosts": "all[15:29]"}]],
    ids=["linear", "free", "serial, and two plays"],
)
def test_hosts_with_one_mailbox_do_not_lock_it(
    ansible: Ansible, tmp_path: pathlib.Path, plays: t.Sequence[t.Mapping[str, t.Any]]
) -> None:
    passwords = {name: OLD_PASSWORD if name in STALE else PASSWORD for name in HOSTS}
    provider = LockingProvider(refusals=10)
    with serve(provider.receiving) as one, serve(provider.sending) as other:
        provider.servers += [one, other]
        reports = verify(ansible, tmp_path, (one, other), passwords, plays)
        assert provider.refused == 2
    assert [name for name, report in reports.items() if report["ok"] and report["complete"]] == [
        name for name in HOSTS if name not in STALE
    ]
    assert {reports[name]["cause"]["code"] for name in STALE} == {"password_refused"}
    # One of them has tried; the others say which.
    sentences = [f"refused the same password of {USERNAME} on {name}" for name in STALE]
    elsewhere = [name for name in STALE if any(sentence in reports[name]["summary"] for sentence in sentences)]
    assert len(elsewhere) == len(STALE) - 1
    assert OLD_PASSWORD not in json.dumps(reports)


@pytest.mark.parametrize("sessions", [4, 10])
def test_hosts_wait_for_a_server_that_has_too_many_sessions(
    ansible: Ansible, tmp_path: pathlib.Path, sessions: int
) -> None:
    receiving = Limited(imap(Server()), sessions, Server(), b"* BYE Too many connections from 203.0.113.7", 0.3)
    sending = Limited(smtp(STARTTLS), sessions, STARTTLS, b"421 4.7.0 Too many connections from 203.0.113.7", 0.3)
    with serve(receiving) as one, serve(sending) as other:
        reports = verify(ansible, tmp_path, (one, other), dict.fromkeys(HOSTS, PASSWORD), [{}])
    assert receiving.turned_away > 0
    causes = {name: report["cause"].get("code") for name, report in reports.items() if not report["complete"]}
    # A busy machine may need longer than the timeout; nothing is called broken then, either.
    assert set(causes.values()) <= {"too_many", "turned_away"}
    assert len(causes) <= 3
