# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings for the admin about an account in Evolution."""

from __future__ import annotations

import typing as t

from ..._model import senders
from ..._model.account import Account, State
from ..lookup import about_candidates, about_other_protocol, about_void
from ..user_choice_texts import own_address
from . import aliases
from .client_settings import FOR_ALL_ACCOUNTS
from .lookup import candidates, find, has_other_protocol, keeper_of, void
from .password_store.store import NONE
from .sources import AUTHENTICATION
from .stored import EvolutionState
from .stored_senders import read_back
from .user_choice import choice, kept_address


def about(
    state: EvolutionState, account: Account, password_store: str, kept: t.Iterable[tuple[str, str]] = ()
) -> t.Iterator[str]:
    """The warnings as sentences, in order.

    Args:
        state: the state after the run, or the expected one in check mode.
        account: as wanted.
        password_store: the option.
        kept: see ``migration.kept``.
    """
    for removal in state.removals:
        yield from removal.remarks
    present = account.state is State.PRESENT
    if has_other_protocol(state.sources, account):
        yield from about_other_protocol(account, lambda: find(state.sources, account) is not None)
    for host, why in kept:
        yield f"{account}: the POP3 account at {host} is kept, because {why}; set override to replace it"
    for key in void(state.sources, account):
        yield about_void(account, *(state.sources.text(key, AUTHENTICATION, name) for name in ("User", "Host")))
    chosen = choice(state.sources, account)
    if chosen:
        yield f"{account}: {chosen}"
    elif present:
        yield from _about_identity(state, account)
        yield from _about_all_accounts(account)
        yield from _about_senders(state, account)
        if account.password is not None and password_store != NONE and not state.passwords.value.writable:
            yield (
                f"{account}: its password is not stored, because {state.passwords.value.problem}; "
                "Evolution will ask for it once"
            )
    elif find(state.sources, account) is None:
        yield from _about_absent(state, account)
    if str(account) in state.left:
        yield (
            f"{account}: its password could not be deleted, because {state.passwords.value.problem}; "
            "Evolution itself deletes the passwords of removed accounts, within a day of use"
        )


def _about_identity(state: EvolutionState, account: Account) -> t.Iterator[str]:
    ids = find(state.sources, account)
    address = "" if ids is None else kept_address(state.sources, ids.identity, account)
    if address:
        yield f"{account}: {own_address('Evolution', address)}; set override to replace it"


def _about_all_accounts(account: Account) -> t.Iterator[str]:
    """The same sentence for every account, so it is shown only once."""
    names = [name for name, _value in account.client.given() if name in FOR_ALL_ACCOUNTS]
    if names:
        yield f"Evolution has one setting for all accounts instead of {' and '.join(names)}: the user sets it there"


def _about_senders(state: EvolutionState, account: Account) -> t.Iterator[str]:
    missing, signature = aliases.not_held(account), account.signature
    if missing:
        yield (
            f"{account}: in Evolution an identity is an alias, which has only an address and a name, so "
            f"{' and '.join(missing)} of its identities cannot be set"
        )
    if signature is not None and {signature.in_replies, signature.in_forwards} != {None}:
        yield (
            f"{account}: Evolution has one setting for all accounts for signatures in replies and forwarded messages; "
            "the user's choice is kept"
        )
    ids = find(state.sources, account) if account.identities or signature else None
    found = None if ids is None else read_back(state.sources, ids, state.signature if signature else None)
    if found is not None:
        yield from (f"{account}: {clause}" for clause in senders.left(account, found))


def _about_absent(state: EvolutionState, account: Account) -> t.Iterator[str]:
    keeper = keeper_of(state.sources, account)
    if keeper is not None:
        yield f"{account} is kept in Evolution by {keeper.program} ({keeper.name}), and there is nothing else to remove"
    hosts = candidates(state.sources, account)
    if len(hosts) > 1:
        yield about_candidates(account, hosts)
