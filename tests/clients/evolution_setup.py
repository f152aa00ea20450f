# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The setup for tests of evolution_account: a local user, a mailbox in the lab, and an admin with Ansible."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from .desktop_session import desktop_session
from .evolution import TIMEOUT, Evolution, in_the_lab
from .evolution_data import Account

LOGIN = "the password of the login"
"""The password that unlocks the keyring."""

FULL_NAME = 'Mario "Super" Rössi \\ 😀'


class EvolutionSetup:
    """A local user, not logged in yet, with a mailbox in the lab and an admin who runs the module.

    Attributes:
        local_user: the local user.
        lab: the mail lab.
        user: the mailbox.
    """

    def __init__(self, ansible: Ansible, local_user: LocalUser, lab: MailLab, user: MailUser) -> None:
        self._ansible = ansible
        self.local_user = local_user
        self.lab = lab
        self.user = user

    def run(self, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """Run the module for the user's mailbox, as root; options that are None are omitted."""
        given = {"user": self.local_user.name, "email": self.user.address, "password": self.user.password, **options}
        kept = {name: value for name, value in given.items() if value is not None}
        return self._ansible.module("evolution_account", check=check, **kept)

    def configure(self, **options: t.Any) -> dict[str, t.Any]:
        """Run the module and check that it succeeds."""
        result = self.run(**options)
        assert not result["failed"], str(result)
        return result

    def configure_one(self, status: str, **options: t.Any) -> dict[str, t.Any]:
        """Run the module for one account and check its status; returns its entry in the result."""
        result = self.configure(**options)
        (entry,) = result["accounts"]
        assert entry["status"] == status, entry
        assert result["changed"] == (status in ("created", "updated", "removed"))
        return {**entry, "warnings": result.get("warnings", [])}

    @contextlib.contextmanager
    def log_in(self, *, keyring: str | None = LOGIN, registry: bool = True, **variables: str) -> t.Iterator[Evolution]:
        """Log the user in, in the lab.

        Args:
            keyring: the password that unlocks the keyring; empty for no keyring, None for one that stays locked.
            registry: whether the account registry runs, as it does on a desktop soon after the login.
            variables: of the registry's environment.
        """
        with desktop_session(self.local_user, in_the_lab(self.lab)) as session:
            if keyring != "":
                session.start_keyring(keyring)
            if registry:
                session.start_registry(**variables)
            yield Evolution(session)

    def receive(self, subject: str) -> None:
        """Deliver a message to the user's mailbox."""
        self.lab.deliver(self.user.address, f"Subject: {subject}\nFrom: friend@charter.net\n\nHello.\n".encode())

    def uses_mail(self, evolution: Evolution, account: Account, subject: str) -> None:
        """Log in, list folders, receive and send, with only what was configured."""
        other = self.lab.add_user(f"{subject.lower().replace(' ', '-')}.{self.user.address}")
        self.receive(subject)
        used = evolution.use(account, send_to=other.address, subject=f"Re: {subject}")
        assert used["error"] is None
        assert subject in used["subjects"]
        assert account["backend"] == "pop" or {"INBOX", "Sent", "Drafts"} <= set(used["folders"])
        assert self.user.address in self.lab.wait_for_message(other.address, f"Re: {subject}", seconds=TIMEOUT)["From"]

    def agrees(self, evolution: Evolution, ids: t.Mapping[str, str]) -> bool:
        """Whether the registry's memory and the files agree on an account."""
        memory = evolution.memory()
        return all(
            _values(memory[uid]) == _values((evolution.sources / f"{uid}.source").read_text()) for uid in ids.values()
        )

    def everything(self, evolution: Evolution) -> object:
        """The user's files, the registry's memory and the keyring, for comparison."""
        return snapshot(self.local_user.home), evolution.memory(), evolution.passwords()


def _values(text: str) -> set[tuple[str, str]]:
    """The set of lines with their groups, since order and blank lines differ."""
    found, group = set(), ""
    for line in text.splitlines():
        group = line if line.startswith("[") else group
        if line:
            found.add((group, line))
    return found
