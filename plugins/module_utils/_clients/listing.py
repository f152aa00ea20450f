# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All accounts that a client has, regardless of origin: plain values, the same for all clients.

The texts come from files that the user can write, so they may contain anything.
"""

from __future__ import annotations

import typing as t

from .._model.account import Account
from .._model.client_options import ClientOptions

PASSWORD = "password"
"""The authentication that this collection sets up: the password in clear text, inside TLS."""


class ListedIdentity(t.NamedTuple):
    """The name and address of a sender; empty if missing."""

    email: str
    full_name: str = ""
    reply_to: str = ""
    organization: str = ""
    has_signature: bool = False


class ClientAccount(t.NamedTuple):
    """An account stored in a client.

    Attributes:
        kind: ``imap``, ``pop3``, or the client's name for another kind of mail account, such as ``ews``.
        profile: the client's profile that contains it.
        email: the address of its first identity.
        account: its settings; None for another kind.
        managed: this collection created or adopted it.
        outgoing_username: the login for sending; empty if the client does not sign in.
        authentication: the methods for receiving and for sending, such as PASSWORD.
        identities: the first is the default.
        enabled: the user has not switched it off.
        kept_by: the program that stores it instead of the client; empty for none.
        chosen: the user's changes to ``account.client``, compared with a new account.
        not_expressed: further properties that an entry of ``mail_accounts`` cannot express, clauses.
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
        unreadable: what could not be read, as sentences; everything else is listed.
    """

    accounts: tuple[ClientAccount, ...] = ()
    unreadable: tuple[str, ...] = ()
