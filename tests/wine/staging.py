# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs outlook_account against the PC, as an admin does."""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible

from .office_pc import OfficePC

PASSWORD = "never-on-the-pc"

MARIO: t.Mapping[str, t.Any] = {
    "user": "mario",
    "email": "mario.rossi@charter.net",
    "full_name": "Mario Rossi",
    "password": PASSWORD,
}
ANNA: t.Mapping[str, t.Any] = {
    "user": "anna",
    "email": "anna.bianchi@charter.net",
    "full_name": "Anna Bianchi",
    "protocol": "pop3",
    "leave_on_server_days": 14,
    "password": PASSWORD,
}


class Admin:
    """Somebody with the right to run tasks on the PC.

    Args:
        ansible: how.
        pc: where.
        shell: what answers there: ``cmd`` or ``powershell``.
    """

    def __init__(self, ansible: Ansible, pc: OfficePC, shell: str = "cmd") -> None:
        self._ansible = ansible
        self._pc = pc
        self._shell = shell

    def configure(
        self,
        *accounts: t.Mapping[str, t.Any],
        check: bool = False,
        damage: t.Sequence[t.Mapping[str, str]] = (),
        **options: t.Any,
    ) -> dict[str, t.Any]:
        """Run the module.

        Args:
            accounts: as in its option ``accounts``.
            check: change nothing.
            damage: what goes wrong on the way; see the connection's option.
            options: other options of the module.

        Returns:
            Its result.
        """
        hosts = self._pc.inventory(self._shell, ansible_wine_damage=list(damage))
        return self._ansible.module("outlook_account", check=check, hosts=hosts, accounts=list(accounts), **options)

    def standings(self, *accounts: t.Mapping[str, t.Any], **options: t.Any) -> list[str]:
        """How far the accounts have come, without a change."""
        result = self.configure(*accounts, check=True, **options)
        return [account.get("outlook_status", result["msg"]) for account in result["accounts"]]
