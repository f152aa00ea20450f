# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes a change-log entry in Evolution's sources. Pure.

A created account is removed as ``configure`` removes one. A removed source is restored with its former text. In other
sources, each key is restored separately.
"""

from __future__ import annotations

import typing as t

from ..._model.errors import OptionError
from ..change_log_reader import PastAccount
from ..engine import Status
from ..undo import Undone, about_another, about_changed, about_refused, about_restored, absent
from . import undo_migration
from .former_settings import (
    changed_since,
    is_named,
    parsed,
    uid_of,
    values_of,
    with_rest,
    with_sources,
    with_values,
)
from .lookup import find, refuse_damaged
from .signatures import MAIL_SIGNATURE
from .sources import Sources
from .stored import EvolutionState

if t.TYPE_CHECKING:
    from ..client import Client


def undone(client: Client[EvolutionState], state: EvolutionState, past: PastAccount, force: bool) -> Undone:
    """See ``Undo``."""
    refuse_damaged(state.sources, state.damaged, absent(past))
    if past.status is not Status.REMOVED and undo_migration.replaced(past):
        moved = undo_migration.undone(state, past, force)
        if moved is not None:
            return moved
    if past.status is Status.REMOVED and undo_migration.restored(past):
        return Undone(state, notices=(about_restored(past),))
    if past.status is Status.CREATED:
        return _without_created(client, state, past, force)
    if past.status is Status.REMOVED:
        return _with_removed(state, past, force)
    return _with_former(state, past, force)


def _without_created(client: Client[EvolutionState], state: EvolutionState, past: PastAccount, force: bool) -> Undone:
    account = absent(past)
    ids = find(state.sources, account)
    if ids is None:
        return Undone(state)
    if ids.account not in past.parts:
        return Undone(state, notices=(about_another(past),))
    made = [change for change in past.changes if uid_of(change.key) in past.created]
    left = changed_since(state.sources, made)
    if left and not force:
        return Undone(state, tuple(left), (about_changed(past),))
    try:
        after = client.configure(state, account)
    except OptionError as error:
        return Undone(state, notices=(about_refused(past, error),))
    sources, left = with_values(after.sources, past, force)
    after = after._replace(sources=sources, removals=state.removals)
    after, more = with_rest(state, after, past, force)
    return Undone(after, (*left, *more))


def _with_removed(state: EvolutionState, past: PastAccount, force: bool) -> Undone:
    gone = [uid for uid in past.texts if uid in past.removed]
    try:
        is_there = find(state.sources, past.account) is not None
    except OptionError:
        is_there = True
    if is_there:
        differ = any(values_of(state.sources.get(uid)) != values_of(parsed(past.texts[uid])) for uid in gone)
        return Undone(state, notices=(about_another(past),) if differ else ())
    # A source that has the same uid now is not the removed one.
    back = {uid: source for uid in gone for source in [parsed(past.texts[uid])] if source and uid not in state.sources}
    if not back:
        return Undone(state)
    sources, left = with_values(state.sources.updated(back), past, force)
    after, more = with_rest(state, with_sources(state, sources), past, force)
    notices = tuple(f"{past.account}: the value of {key} is not known, so it is not restored." for key in past.hidden)
    return Undone(after, (*left, *more), notices)


def _with_former(state: EvolutionState, past: PastAccount, force: bool) -> Undone:
    sources, left = with_values(_with_signatures(state.sources, past), past, force)
    for uid in past.created:
        if uid not in sources or is_named(sources, uid):
            continue
        own = [change for change in past.changes if uid_of(change.key) == uid]
        changed = changed_since(sources, own)
        if changed and not force:
            left += changed
        else:
            sources = sources.updated({}, [uid])
    after, more = with_rest(state, with_sources(state, sources), past, force)
    return Undone(after, (*left, *more))


def _with_signatures(sources: Sources, past: PastAccount) -> Sources:
    """Restore the signatures that a run removed from a remaining account."""
    gone = {uid: parsed(past.texts.get(uid, "")) for uid in past.removed if uid not in sources}
    back = {uid: source for uid, source in gone.items() if source is not None and MAIL_SIGNATURE in source.groups}
    return sources.updated(back) if back else sources
