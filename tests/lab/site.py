# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a lab: its users, hosts, addresses and the paths of its files."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import secrets

from .errors import LabError
from .hosts import MailHost, Network

MAIL_UID = 60853
"""The owner of all mailboxes: UIDs from 60578 to 61183 are unused (systemd, UIDS-GIDS)."""

# Safe as a file name and in the tables of Postfix and Dovecot.
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9.-]+")


@dataclasses.dataclass(frozen=True)
class MailUser:
    """A user with a mailbox; the address is also the login name."""

    address: str
    password: str = dataclasses.field(repr=False)

    @classmethod
    def new(cls, address: str) -> MailUser:
        """A user with a random password.

        Raises:
            LabError: It is not a plain address in lower case.
        """
        if not _ADDRESS.fullmatch(address):
            raise LabError(f"{address!r} is not a plain lower-case address like mario.rossi@charter.net")
        return cls(address, secrets.token_urlsafe(12))

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.partition("@")[2]


@dataclasses.dataclass(frozen=True)
class Site:
    """The plan of a lab.

    Attributes:
        directory: the directory of all its files.
        hosts: its hosts.
        network: their addresses.
    """

    directory: pathlib.Path
    hosts: tuple[MailHost, ...]
    network: Network

    @property
    def authority(self) -> pathlib.Path:
        """The authority's certificate, as PEM."""
        return self.directory / "ca.pem"

    @property
    def dovecot(self) -> pathlib.Path:
        """Dovecot's directory."""
        return self.directory / "dovecot"

    @property
    def postfix(self) -> pathlib.Path:
        """Postfix's directory."""
        return self.directory / "postfix"

    @property
    def auth_socket(self) -> pathlib.Path:
        """The socket on which Postfix authenticates users through Dovecot."""
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
        """A host's private key and certificate, as PEM, in one file that only root can read."""
        return self.directory / "tls" / f"{host}.pem"
