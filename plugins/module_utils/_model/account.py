# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A complete mail account, the same for all clients and checks: immutable, without I/O."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from . import client_options
from . import folders as mail_folders
from .identity import Identity
from .secret import Secret
from .settings import Value
from .signature import Signature


class Protocol(enum.Enum):
    """How mail is received."""

    IMAP = "imap"
    POP3 = "pop3"


class Security(enum.Enum):
    """How a connection is protected (RFC 8314): implicit TLS, STARTTLS, or not at all."""

    SSL = "ssl"
    STARTTLS = "starttls"
    NONE = "none"


class State(enum.Enum):
    """Whether the account exists."""

    PRESENT = "present"
    ABSENT = "absent"


class Server(t.NamedTuple):
    """The host and port of a mail service.

    Attributes:
        host: a host name in A-labels (RFC 5891) or an IP address.
        port: 1 to 65535.
        security: how the connection is protected.
    """

    host: str
    port: int
    security: Security


@dataclasses.dataclass(frozen=True)
class Account:
    """A mail account of one user.

    Attributes:
        email: the address; its domain in lower-case A-labels.
        protocol: how mail is received.
        incoming: the IMAP or POP3 server.
        outgoing: the submission server (RFC 6409).
        username: the login for both servers.
        full_name: the name that recipients see; None keeps the name of an existing account.
        reply_to: where replies go, its domain like that of ``email``; empty for no such address, None keeps that of an
            existing account.
        organization: the sender's, without surrounding blanks; empty for none, None keeps that of an existing account.
        signature: of the account's own address; None keeps that of an existing account.
        identities: further senders, each with another address; other identities that a client has are kept.
        default_identity: the address of the preselected sender; None keeps the client's order.
        password: for both servers; None keeps stored passwords.
        replace_password: replace a stored password that differs; False only stores a missing one.
        leave_on_server: POP3 only: leave mail on the server; None keeps the setting of an existing account and is True
            for a new one, so that no mail is lost.
        leave_on_server_days: POP3 only: for how many days, 0 for no limit; None keeps the setting of an existing
            account and is 0 for a new one.
        folders: which folders hold sent mail and so on.
        client: how the client receives and composes mail.
        settings: further settings of one client, (name, value); None removes a setting.
        default: make it the user's default account; False keeps the default account.
        user: the local user who owns it; None is the user who runs the task.
        state: present or absent.
        purge: with absent: also delete the mail that the client keeps on the host.
        override: also replace the user's own choices for the account.
        migrate_from: IMAP only: host names of the provider's servers; the account replaces a POP3 account with the same
            address on one of them. Empty: it replaces none.
    """

    email: str
    protocol: Protocol
    incoming: Server
    outgoing: Server
    username: str
    full_name: str | None = None
    reply_to: str | None = None
    organization: str | None = None
    signature: Signature | None = None
    identities: tuple[Identity, ...] = ()
    default_identity: str | None = None
    password: Secret | None = None
    replace_password: bool = True
    leave_on_server: bool | None = None
    leave_on_server_days: int | None = None
    folders: mail_folders.Folders = mail_folders.NONE_GIVEN
    client: client_options.ClientOptions = client_options.NONE_GIVEN
    settings: tuple[tuple[str, Value | None], ...] = ()
    default: bool = False
    user: str | None = None
    state: State = State.PRESENT
    purge: bool = False
    override: bool = False
    migrate_from: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.email} ({self.protocol.value})"

    def __hash__(self) -> int:
        return hash(self.email)  # hashing all fields would cost more than caching by account saves

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.email.rpartition("@")[2]

    def of_identity(self, identity: Identity) -> Account:
        """The account with an identity as its sender."""
        return dataclasses.replace(
            self,
            email=identity.email,
            full_name=identity.full_name,
            reply_to=identity.reply_to,
            organization=identity.organization,
            signature=identity.signature,
            identities=(),
            default_identity=None,
        )
