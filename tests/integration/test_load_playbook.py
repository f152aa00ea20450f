# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many connections the playbook ``verify`` opens at once, and altogether, with and without ``mail_parallel``."""

from __future__ import annotations

import json
import pathlib
import threading
import time
import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, Script, Talk, serve

HOSTS = 10
_TOGETHER = 6  # connections for which a server waits in the run without a bound


class Counter:
    """Counts the connections to servers.

    Args:
        wait_for: each connection waits until so many are open, so that a slow machine counts as a quick one.
    """

    def __init__(self, wait_for: int) -> None:
        self.all = self.most = 0
        self._now = 0
        self._wait_for = wait_for
        self._changed = threading.Condition()

    def counting(self, script: Script) -> Script:
        """The script of a server, with each of its connections counted."""

        def counted(talk: Talk) -> None:
            with self._changed:
                self.all += 1
                self._now += 1
                self.most = max(self.most, self._now)
                self._changed.notify_all()
                self._changed.wait_for(lambda: self.most >= self._wait_for, timeout=60)
            time.sleep(0.2)  # a session takes its time
            try:
                script(talk)
            finally:
                with self._changed:
                    self._now -= 1

        return counted


def count(folder: pathlib.Path, wait_for: int, **variables: t.Any) -> Counter:
    folder.mkdir()
    counter = Counter(wait_for)
    ansible = Ansible(folder)
    receiving, sending = imap(Server()), smtp(Server(tls="starttls"))
    with serve(counter.counting(receiving)) as incoming, serve(counter.counting(sending)) as outgoing:
        account = {
            "email": USERNAME,
            "password": PASSWORD,
            "incoming": {"host": "127.0.0.1", "port": incoming.port, "security": "ssl"},
            "outgoing": {"host": "127.0.0.1", "port": outgoing.port, "security": "starttls"},
        }
        common = {"mail_accounts": [account], "mail_ca_path": CA, "mail_timeout": 90, **variables}
        desk = ansible.local_host()["all"]["hosts"]["desk"]
        inventory = {"all": {"vars": common, "hosts": {f"desk-{number}": desk for number in range(HOSTS)}}}
        done = ansible.playbook("verify", inventory, "--forks", "50")
    assert done.code == 0, done.output
    assert f"Mail works on all {HOSTS} hosts" in done.output
    return counter


def test_mail_parallel_bounds_the_connections_at_once(tmp_path: pathlib.Path) -> None:
    free = count(tmp_path / "free", _TOGETHER)
    bounded = count(tmp_path / "bounded", 1, mail_parallel=2)
    figures = json.dumps({"free": [free.most, free.all], "bounded": [bounded.most, bounded.all]})
    # One connection for receiving and one for sending, however many hosts test at once.
    assert bounded.all == 2 * HOSTS, figures
    assert free.all >= 2 * HOSTS, figures  # a server that lets clients wait may be called again
    assert free.most >= _TOGETHER, figures
    assert bounded.most <= 2 * 2, figures
