# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify of one mailbox on 30 hosts at once: the play, its servers, and what must not be said of either."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.unit.limited_server import Limited
from ansible_collections.charter.mail.tests.unit.locking_servers import OLD_PASSWORD
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import ScriptedServer

_COUNT = 30
_STARTTLS = Server(tls="starttls")
_PATIENCE = 10  # seconds, half of the timeout of the task


class Hosts:
    """30 hosts, of which every fifth has an old password.

    Args:
        names: of the hosts, with the number from 0 on.
        receiving: the host name of the server for receiving.
        sending: that for sending.
        ca_path: on the hosts.
    """

    def __init__(self, names: t.Callable[[int], str], receiving: str, sending: str, ca_path: str) -> None:
        self.names = [names(number) for number in range(_COUNT)]
        self.stale = self.names[1::5]
        self._servers = (receiving, sending)
        self._ca_path = ca_path

    @property
    def passwords(self) -> t.Mapping[str, str]:
        """The password that each host has."""
        return {name: OLD_PASSWORD if name in self.stale else PASSWORD for name in self.names}

    def verify(
        self,
        ansible: Ansible,
        folder: pathlib.Path,
        servers: t.Sequence[ScriptedServer],
        passwords: t.Mapping[str, str] | None = None,
        plays: t.Sequence[t.Mapping[str, t.Any]] = ({},),
        inventory: pathlib.Path | None = None,
        variables: t.Mapping[str, t.Any] | None = None,
    ) -> dict[str, dict[str, t.Any]]:
        """Run the task on all hosts at once.

        Args:
            ansible: runs it.
            folder: for the playbook.
            servers: for receiving and for sending.
            passwords: by host; None for the right one everywhere.
            plays: keywords; each host is in one of them.
            inventory: where the hosts are described; None if the variables do.
            variables: of each host; None for those of the inventory alone.

        Returns:
            The one result of each host.
        """
        incoming, outgoing = (
            {"host": host, "port": server.port, "security": security}
            for host, server, security in zip(self._servers, servers, ("ssl", "starttls"), strict=True)
        )
        task = {
            "email": USERNAME,
            "password": "{{ mailbox_password }}",
            "incoming": incoming,
            "outgoing": outgoing,
            "ca_path": self._ca_path,
            "timeout": 20,
        }
        tasks = [{"charter.mail.mail_verify": task, "ignore_errors": True}]
        secrets = passwords or dict.fromkeys(self.names, PASSWORD)
        described = {name: {**(variables or {}), "mailbox_password": password} for name, password in secrets.items()}
        own, playbook = folder / "passwords.json", folder / "fleet.yml"
        own.write_text(json.dumps({"all": {"hosts": described}}))
        keywords = {"hosts": ":".join(self.names), "gather_facts": False}
        playbook.write_text(json.dumps([{**keywords, **play, "tasks": tasks} for play in plays]))
        inventories = [str(path) for path in (inventory, own) if path is not None]
        options = [word for path in inventories for word in ("--inventory", path)]
        played = ansible.command("ansible-playbook", str(playbook), *options, "--forks", str(_COUNT))
        found = {name: [result for result in ansible.results(name) if "accounts" in result] for name in self.names}
        counts = [[len(result["accounts"]) for result in results] for results in found.values()]
        assert counts == [[1]] * len(found), played.output
        return {name: result for name, (result,) in found.items()}

    def check_that_old_passwords_fail_alone(self, accounts: t.Mapping[str, t.Mapping[str, t.Any]]) -> None:
        """Where the password is old, that is the cause; everywhere else the account works."""
        working = [name for name in self.names if accounts[name]["ok"] and accounts[name]["complete"]]
        assert working == [name for name in self.names if name not in self.stale]
        assert {accounts[name]["cause"]["code"] for name in self.stale} == {"password_refused"}


def accounts_of(results: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """The account of each host."""
    return {name: result["accounts"][0] for name, result in results.items()}


def with_few_sessions(sessions: int) -> tuple[Limited, Limited]:
    """Servers for receiving and sending that turn away whoever comes when they have so many sessions."""
    words = b"Too many connections from 203.0.113.7"
    receiving = Limited(imap(Server()), sessions, Server(), b"* BYE " + words, _PATIENCE)
    sending = Limited(smtp(_STARTTLS), sessions, _STARTTLS, b"421 4.7.0 " + words, _PATIENCE)
    return receiving, sending


def check_that_none_is_called_broken(accounts: t.Mapping[str, t.Mapping[str, t.Any]]) -> None:
    """A busy machine may need longer than the timeout; nothing is called broken then, either."""
    causes = {name: account["cause"].get("code") for name, account in accounts.items() if not account["complete"]}
    assert set(causes.values()) <= {"too_many", "turned_away"}
    assert len(causes) <= 3
