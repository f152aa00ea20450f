# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides whether a POP3 account moves to IMAP, by its server; the same for every client."""

from __future__ import annotations

from .._model.account import Account, State


def migrates(account: Account) -> bool:
    """Whether the POP3 account of the same address is replaced."""
    return bool(account.migrate_from) and account.state is State.PRESENT


def moves_from(account: Account, host: str) -> bool:
    """Whether a server belongs to the same provider: it is a known one, or a sibling of the wanted server's name."""
    name, wanted = host.lower().rstrip("."), account.incoming.host.lower().rstrip(".")
    parent = name.partition(".")[2]
    return name in account.migrate_from or name == wanted or ("." in parent and parent == wanted.partition(".")[2])
