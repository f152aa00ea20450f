# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One lab's plan: its users, hosts and addresses, and where each of its files is."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import secrets

from .errors import LabError
from .hosts import MailHost, Network

MAIL_UID = 60853
"""Owns all mailboxes: numbers from 60578 to 61183 belong to nobody (systemd, UIDS-GIDS)."""

# What is safe as a file's name, and in Postfix's and Dovecot's tables.
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9.-]+")


@dataclasses.dataclass(frozen=True)
class MailUser:
    """A person with a mailbox; the address is the login too."""

    address: str
    password: str = dataclasses.field(repr=False)

    @classmethod
    def new(cls, address: str) -> MailUser:
        """A user with a random password.

        Raises:
            LabError: not a plain address in lower case.
        """
        if not _ADDRESS.fullmatch(address):
            raise LabError(f"{address!r} is not a plain lower-case address like mario.rossi@charter.net")
        return cls(address, secrets.token_urlsafe(12))

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.partition("@")[2]


@dataclasses.dataclass(frozen=True)
class Site:
    """The plan of a lab.

    Attributes:
        directory: everything is in it.
        hosts: what is offered.
        network: where.
    """

    directory: pathlib.Path
    hosts: tuple[MailHost, ...]
    network: Network

    @property
    def authority(self) -> pathlib.Path:
        """The certificate of the authority, PEM."""
        return self.directory / "ca.pem"

    @property
    def dovecot(self) -> pathlib.Path:
        """Dovecot's own directory."""
        return self.directory / "dovecot"

    @property
    def postfix(self) -> pathlib.Path:
        """Postfix's own directory."""
        return self.directory / "postfix"

    @property
    def auth_socket(self) -> pathlib.Path:
        """Where Postfix asks Dovecot whether a login is right."""
        return self.dovecot / "run" / "postfix-auth"

    @property
    def dovecot_log(self) -> pathlib.Path:
        """Dovecot's log."""
        return self.directory / "dovecot.log"

    @property
    def postfix_log(self) -> pathlib.Path:
        """Postfix's log."""
        return self.postfix / "postfix.log"

    @property
    def mail(self) -> pathlib.Path:
        """The users' homes, each named after its address."""
        return self.directory / "mail"

    def maildir(self, address: str) -> pathlib.Path:
        """A user's inbox; other mailboxes are below it (Maildir++)."""
        return self.mail / address / "Maildir"

    def identity(self, host: str) -> pathlib.Path:
        """A host's private key and certificate, PEM, in one file that only root can read."""
        return self.directory / "tls" / f"{host}.pem"
