# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password of an account, stored for the account and for its transport."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..view import PasswordState
from .lookup import find
from .password_store.store import NONE
from .sources import SourceIds
from .stored import EvolutionState

if t.TYPE_CHECKING:
    from ..._model.secret import Secret


def state_of(state: EvolutionState, account: Account, password_store: str) -> PasswordState:
    """What happened to the password that was given.

    Args:
        state: after the run.
        account: as wanted.
        password_store: the option.
    """
    if password_store == NONE or not state.passwords.value.writable:
        return PasswordState.NOT_STORED
    ids = find(state.sources, account) or SourceIds()
    kept = any(state.password(uid) != account.password for uid in (ids.account, ids.transport))
    return PasswordState.KEPT if kept else PasswordState.STORED


def to_store(before: EvolutionState, account: Account, ids: SourceIds, password_store: str) -> dict[str, Secret | None]:
    """The passwords to store, by the uid of the source; other arguments as above."""
    if password_store == NONE or not before.passwords.value.writable:
        return {}
    new: dict[str, Secret | None] = {}
    for uid in (ids.account, ids.transport):
        stored = before.password(uid)
        if stored is None or (account.replace_password and stored != account.password):
            new[uid] = account.password
    return new
