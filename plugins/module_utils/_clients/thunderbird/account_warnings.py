# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about accounts that belong to the user, wholly or partly."""

from __future__ import annotations

import typing as t

from ..._model import senders
from ..._model.account import Account, State
from ..lookup import about_candidates, about_void
from .further_identities import read_back
from .lookup import candidates, find, void
from .mapping import branch, text
from .smtp_servers import other_senders
from .stored import ThunderbirdState
from .user_choice import choice


def about(state: ThunderbirdState, account: Account, kept: t.Iterable[tuple[str, str]] = ()) -> t.Sequence[str]:
    """Warnings about an account that is left, and about what the run did.

    Args:
        state: the state after the run.
        account: the wanted account.
        kept: see ``migration.kept``.
    """
    if state.unreadable is not None:
        return () if state.profile.missing else (f"left as it is: {state.unreadable}",)
    chosen = choice(state.settings, account)
    found = [f"{account}: {chosen}"] if chosen else list(_about_senders(state, account))
    if account.state is State.ABSENT and find(state.settings, account) is None:
        hosts = candidates(state.settings, account)
        found += [about_candidates(account, hosts)] if len(hosts) > 1 else []
    for host, why in kept:
        stays = f"the POP3 account at {host} is kept, because {why}; set override to replace it"
        found.append(f"{account}: {stays}")
    for ids in void(state.settings, account):
        prefix = branch("server", ids.server)
        host = text(state.settings, prefix + "hostname")
        found.append(about_void(account, text(state.settings, prefix + "userName"), host))
    removed = (remark for one in state.removals for remark in one.remarks)
    return (*_about_sources(state, account), *state.remarks, *removed, *found)


def _about_senders(state: ThunderbirdState, account: Account) -> t.Iterator[str]:
    ids = find(state.settings, account) if account.identities or account.signature else None
    found = None if ids is None else read_back(state.settings, ids)
    if found is not None:
        yield from (f"{account}: {clause}" for clause in senders.left(account, found))


def _about_sources(state: ThunderbirdState, account: Account) -> t.Iterator[str]:
    if account.state is State.PRESENT:
        for path in state.sources.computed:
            doubt = "its effect is only partly known. Make sure that it changes nothing in these accounts"
            yield f"{path} is more than a list of preferences, so {doubt}."
    elif find(state.settings, account) is None:
        others = other_senders(state.settings, account)
        if others:
            sender = ", ".join(others)
            yield f"{account}: its SMTP server {account.outgoing.host} is kept, because {sender} sends through it"
