# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an account from Evolution, including stored passwords."""

from __future__ import annotations

import dataclasses

from ..._model.account import Account
from ..._model.differences import as_spelled
from ..._model.settings import Change
from ..stored_account import LeftAlone, StoredAccount, StoredLogin
from ..user_choice_texts import own_address
from . import configure, default_account, mapping, user_choice
from .differences import source_changes
from .lookup import find
from .sources import MAIL_ACCOUNT, MAIL_SUBMISSION, SourceIds
from .stored import EvolutionState
from .stored_senders import comparable, read_back


def account(state: EvolutionState, wanted: Account) -> StoredAccount | None:
    """The account as stored; None if there is none.

    Raises:
        OptionError: another program manages the account, or several accounts match.
    """
    ids = find(state.sources, wanted)
    default = wanted.default and ids is not None and state.default(default_account.ACCOUNT) == ids.account
    contents = None if wanted.signature is None else state.signature
    found = None if ids is None else read_back(state.sources, ids, contents, default=default)
    if ids is None or found is None:
        return None
    passwords = state.passwords.value
    incoming, outgoing = passwords.anywhere(ids.account), passwords.anywhere(ids.transport)
    methods = [user_choice.passwordless(state.sources, uid) for uid in (ids.account, ids.transport)]
    left_alone = _left_alone(state, ids, wanted)
    whole = left_alone is not None and left_alone.settings is None
    return StoredAccount(
        account=comparable(found, wanted),
        incoming=StoredLogin(found.username, incoming, methods[0]),
        outgoing=StoredLogin(mapping.outgoing_username(state.sources, ids), outgoing, methods[1]),
        locked="" if incoming or outgoing else passwords.problem,
        others=() if whole else _others(state, ids, as_spelled(wanted, found)),
        left_alone=left_alone,
    )


def _left_alone(state: EvolutionState, ids: SourceIds, wanted: Account) -> LeftAlone | None:
    chosen = user_choice.chosen(state.sources, wanted)
    if chosen:
        return LeftAlone(chosen)
    address = user_choice.kept_address(state.sources, ids.identity, wanted)
    return LeftAlone(own_address("Evolution", address), mapping.OF_IDENTITY) if address else None


def _others(state: EvolutionState, ids: SourceIds, wanted: Account) -> tuple[Change, ...]:
    """Other settings, such as the authentication method, that would change if the account were configured now."""
    # What its senders have is compared by meaning only.
    wanted = dataclasses.replace(wanted, signature=None, identities=(), default_identity=None)
    after, wanted_ids = configure.present(state.sources, wanted)
    if wanted_ids.identity != ids.identity:  # it has no identity, or shares one
        return (Change(f"{ids.account}/{MAIL_ACCOUNT}/IdentityUid", ids.identity, "an identity of its own"),)
    if wanted_ids.transport != ids.transport:
        return (Change(f"{ids.identity}/{MAIL_SUBMISSION}/TransportUid", ids.transport, "a transport of its own"),)
    found = [change for change in source_changes(state.sources, after) if change.significant]
    if wanted.default:
        missing = default_account.missing(ids, state.default)
        found += [Change(default_account.path(name), state.default(name), uid) for name, uid in missing.items()]
    return tuple(found)
