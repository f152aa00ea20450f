# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an account with its senders from the sources: its signature, and its aliases as identities."""

from __future__ import annotations

import dataclasses

from ..._formats.glib_key_file import GlibKeyFile
from ..._model import senders
from ..._model.account import Account
from ..._model.identity import Identity
from . import aliases, client_settings, signatures
from .sources import SourceIds, Sources


def read_back(
    sources: Sources, ids: SourceIds, contents: signatures.Contents | None, *, default: bool = False
) -> Account | None:
    """The account as stored in the sources; None if it is neither IMAP nor POP3.

    Args:
        sources: all of them.
        ids: the account's.
        contents: the contents of the signature files; None if the signature is not needed.
        default: whether this account is known to be the user's default.
    """
    found = client_settings.read_back(sources, ids, default=default)
    if found is None:
        return None
    return dataclasses.replace(
        found,
        signature=None if contents is None else signatures.read(sources, ids.identity, contents),
        identities=aliases.read(sources.get(ids.identity, GlibKeyFile())),
    )


def comparable(stored: Account, wanted: Account) -> Account:
    """The account, with what aliases cannot hold taken from the wanted account: no run would change that."""

    def filled(one: Identity) -> Identity:
        other = senders.find(wanted.identities, one.email)
        if other is None:
            return one
        return dataclasses.replace(
            one, reply_to=other.reply_to, organization=other.organization, signature=other.signature
        )

    return dataclasses.replace(stored, identities=tuple(map(filled, stored.identities)))
