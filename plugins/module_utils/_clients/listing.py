# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every account that a client has, whoever made it: values only, the same for all clients.

The texts come from files that the user can write: they may hold anything.
"""

from __future__ import annotations

import typing as t

from .._model.account import Account
from .._model.client_options import ClientOptions

PASSWORD = "password"
"""The way to sign in that this collection sets up: the password itself, inside TLS."""


class ListedIdentity(t.NamedTuple):
    """Under which name and address mail is sent; empty for what there is not."""

    email: str
    full_name: str = ""
    reply_to: str = ""
    organization: str = ""
    has_signature: bool = False


class ClientAccount(t.NamedTuple):
    """An account as it stands in a client.

    Attributes:
        kind: ``imap``, ``pop3``, or what the client calls another kind of mail account, such as ``ews``.
        profile: the client's profile that has it.
        email: the address of its first identity.
        account: its settings; None for another kind.
        managed: whether this collection made or adopted it.
        outgoing_username: the login for sending; empty where the client does not sign in.
        authentication: how it signs in for receiving and for sending, such as PASSWORD.
        identities: the first one is the default.
        enabled: whether the user has left it switched on.
        kept_by: the program that keeps it in place of the client; empty for none.
        chosen: what the user has changed of ``account.client``: what a new account does not have.
        not_expressed: what else an entry of ``mail_accounts`` cannot say about it, clauses.
    """

    kind: str
    profile: str
    email: str
    account: Account | None
    managed: bool
    outgoing_username: str = ""
    authentication: tuple[str, str] = (PASSWORD, PASSWORD)
    identities: tuple[ListedIdentity, ...] = ()
    enabled: bool = True
    kept_by: str = ""
    chosen: ClientOptions = ClientOptions()
    not_expressed: tuple[str, ...] = ()


class Listing(t.NamedTuple):
    """The accounts of one user in one client.

    Attributes:
        accounts: in the client's order.
        unreadable: what could not be read, sentences; it hides nothing else.
    """

    accounts: tuple[ClientAccount, ...] = ()
    unreadable: tuple[str, ...] = ()
