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
from ansible_collections.charter.mail.tests.integration.many_hosts import (
    Hosts,
    accounts_of,
    check_that_none_is_called_broken,
    with_few_sessions,
)
from ansible_collections.charter.mail.tests.unit.locking_servers import OLD_PASSWORD, LockingProvider
from ansible_collections.charter.mail.tests.unit.mail_servers import USERNAME
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, serve

HOSTS = Hosts("pc{:02}".format, "127.0.0.1", "127.0.0.1", CA)
HERE = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"}


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    return Ansible(tmp_path)


@pytest.mark.parametrize(
    "plays",
    [[{}], [{"strategy": "free"}], [{"hosts": "all[0:14]", "serial": 10}, {"hosts": "all[15:29]"}]],
    ids=["linear", "free", "serial, and two plays"],
)
def test_hosts_with_one_mailbox_do_not_lock_it(
    ansible: Ansible, tmp_path: pathlib.Path, plays: t.Sequence[t.Mapping[str, t.Any]]
) -> None:
    provider = LockingProvider(refusals=10)
    with serve(provider.receiving) as one, serve(provider.sending) as other:
        provider.servers += [one, other]
        results = HOSTS.verify(ansible, tmp_path, (one, other), HOSTS.passwords, plays, variables=HERE)
        assert provider.refused == 2
    accounts = accounts_of(results)
    HOSTS.check_that_old_passwords_fail_alone(accounts)
    # One of them has tried; the others say which.
    sentences = [f"refused the same password of {USERNAME} on {name}" for name in HOSTS.stale]
    elsewhere = [name for name in HOSTS.stale if any(sentence in accounts[name]["summary"] for sentence in sentences)]
    assert len(elsewhere) == len(HOSTS.stale) - 1
    assert OLD_PASSWORD not in json.dumps(accounts)


@pytest.mark.parametrize("sessions", [4, 10])
def test_hosts_wait_for_a_server_that_has_too_many_sessions(
    ansible: Ansible, tmp_path: pathlib.Path, sessions: int
) -> None:
    receiving, sending = with_few_sessions(sessions)
    with serve(receiving) as one, serve(sending) as other:
        results = HOSTS.verify(ansible, tmp_path, (one, other), variables=HERE)
    assert receiving.turned_away > 0
    check_that_none_is_called_broken(accounts_of(results))
