# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data that the scripts in a user's session return: evolution_registry, evolution_camel, evolution_keyring."""

from __future__ import annotations

import typing as t


class Server(t.TypedDict):
    """A server of an account in the registry.

    Attributes:
        uid: the UID of its source.
        name: the displayed name.
        enabled: whether it is enabled.
        parent: the UID of its parent, or empty.
        backend: ``imapx``, ``pop`` or ``smtp``.
        security: ``none``, ``ssl-on-alternate-port`` or ``starttls-on-standard-port``.
        method: the authentication method; ``none`` means a password for IMAP and POP3.
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
    """The identity of the sender."""

    uid: str
    name: str
    parent: str
    address: str
    aliases: dict[str, str]
    signature: str
    top_signature: str
    full_name: str
    reply_to: str
    organization: str
    sent_folder: str
    drafts_folder: str


class Signature(t.TypedDict):
    """A signature as Evolution's library loads it, with the path of its file."""

    name: str
    content: str
    mime_type: str
    path: str


class Account(Server):
    """An account with its identity and outgoing server, found by the links that Evolution follows.

    Attributes:
        settings: all keys of the protocol's group (``Imapx Backend``, ``Pop Backend``), as written.
        default: whether the registry reports it and its identity as the defaults.
    """

    identity: Identity
    transport: Server
    settings: dict[str, str]
    default: bool


class Mail(t.TypedDict):
    """The result of using an account with Evolution's mail library.

    Attributes:
        folders: the full names of the folders on the server.
        subjects: the subjects of the messages in the inbox.
        error: the first error; None if everything worked.
    """

    folders: list[str]
    subjects: list[str]
    sent: bool
    error: str | None


class Item(t.TypedDict):
    """A password in the keyring.

    Attributes:
        password: None if the keyring is locked.
    """

    label: str
    attributes: dict[str, str]
    locked: bool
    password: str | None
