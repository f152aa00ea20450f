# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts that run in a user's session answer; see evolution_registry.py and evolution_camel.py."""

from __future__ import annotations

import typing as t


class Server(t.TypedDict):
    """One server of an account as the registry has it.

    Attributes:
        uid: of the source.
        name: shown to the user.
        enabled: whether it is used.
        parent: uid of the parent, or empty.
        backend: ``imapx``, ``pop`` or ``smtp``.
        security: ``none``, ``ssl-on-alternate-port`` or ``starttls-on-standard-port``.
        method: how to sign in; ``none`` for a password with IMAP and POP3.
    """

    uid: str
    name: str
    enabled: bool
    parent: str
    backend: str
    host: str
    port: int
    security: str
    method: str
    user: str


class Identity(t.TypedDict):
    """What messages say of the sender."""

    uid: str
    name: str
    parent: str
    address: str
    full_name: str
    reply_to: str
    organization: str
    sent_folder: str
    drafts_folder: str


class Account(Server):
    """An account with what belongs to it, found by the links that Evolution follows.

    Attributes:
        settings: all keys of the group of the protocol (``Imapx Backend``, ``Pop Backend``), as written.
        default: whether the registry takes it for the default account, and its identity for the default one.
    """

    identity: Identity
    transport: Server
    settings: dict[str, str]
    default: bool


class Mail(t.TypedDict):
    """What Evolution's mail library did with an account.

    Attributes:
        folders: full names of what is on the server.
        subjects: of the messages in the inbox.
        error: why one of them did not work; None where all worked.
    """

    folders: list[str]
    subjects: list[str]
    sent: bool
    error: str | None


class Item(t.TypedDict):
    """A password in the keyring.

    Attributes:
        password: None where the keyring is locked.
    """

    label: str
    attributes: dict[str, str]
    locked: bool
    password: str | None
