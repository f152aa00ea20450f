# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes an entry of the change log in a profile. Pure.

A created account is removed as by ``configure``. A removed account is restored with all its preferences, under new
names if its own are taken. For any other account, each preference is restored separately.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.errors import OptionError
from ..._model.settings import same
from ..change_log_reader import PastAccount
from ..engine import Status
from ..undo import Undone, about_another, about_changed, about_refused, about_restored, absent
from . import undo_migration
from .former_settings import (
    has_former_owner,
    is_list,
    moved,
    touched,
    with_lists,
    with_parts,
    with_removed_identities,
    with_settings,
    with_values,
    without_parts,
)
from .indexed_settings import IndexedSettings
from .lookup import find
from .mapping import branch
from .stored import ThunderbirdState
from .writing import below, part_of

if t.TYPE_CHECKING:
    from ..client import Client


def undone(client: Client[ThunderbirdState], state: ThunderbirdState, past: PastAccount, force: bool) -> Undone:
    """See ``Undo``."""
    if state.unreadable is not None:
        raise state.unreadable
    # The log is the user's file and not trusted.
    created, removed = ([part for part in parts if part_of(part) == part] for parts in (past.created, past.removed))
    created = [part for part in created if not has_former_owner(state.settings, past, part)]
    past = dataclasses.replace(past, created=tuple(created), removed=tuple(removed))
    if past.status is not Status.REMOVED and undo_migration.replaced(past):
        back = undo_migration.undone(state, past, force)
        if back is not None:
            return back
    if undo_migration.restored(past):
        return Undone(state, notices=(about_restored(past),))
    if past.status is Status.CREATED:
        return _without_created(client, state, past, force)
    if past.status is Status.REMOVED:
        return _with_removed(state, past, force)
    return _with_former(state, past, force)


def _without_created(
    client: Client[ThunderbirdState], state: ThunderbirdState, past: PastAccount, force: bool
) -> Undone:
    account = absent(past)
    ids = find(state.settings, account)
    if ids is None:
        return Undone(state)
    if branch("account", ids.account) not in past.parts:
        return Undone(state, notices=(about_another(past),))
    made = [change for change in past.changes if part_of(change.key) in past.created]
    left = touched(IndexedSettings.of(state.settings), made)
    if left and not force:
        return Undone(state, tuple(left), (about_changed(past),))
    try:
        after = client.configure(state, account)
    except OptionError as error:
        return Undone(state, notices=(about_refused(past, error),))
    settings, left = with_values(state.settings, IndexedSettings.of(after.settings), past, force)
    settings = with_lists(settings, past)
    return Undone(after._replace(settings=settings, remarks=state.remarks, removals=state.removals), tuple(left))


def _with_removed(state: ThunderbirdState, past: PastAccount, force: bool) -> Undone:
    changes = [change for change in past.changes if part_of(change.key) in past.removed and change.before is not None]
    try:
        is_there = find(state.settings, past.account) is not None
    except OptionError:
        is_there = True
    if is_there:
        differ = any(not same(state.settings.get(change.key), change.before) for change in changes)
        return Undone(state, notices=(about_another(past),) if differ else ())
    if not changes:
        return Undone(state)
    now = IndexedSettings.of(state.settings)
    there, renamed = with_parts(now, past, past.removed)
    after, left = with_values(now, there, past, force, renamed)
    notices = [f"{past.account}: the value of {key} is not known, so it is not restored." for key in past.hidden]
    return Undone(with_settings(state, with_lists(after, past)), tuple(left), tuple(notices))


def _with_former(state: ThunderbirdState, past: PastAccount, force: bool) -> Undone:
    now = IndexedSettings.of(state.settings)
    after, left = with_values(now, now, past, force)
    made = [part for part in past.created if below(after, part)]
    kept = []
    for part in made:
        changed = [] if force else touched(after, (one for one in past.changes if part_of(one.key) == part))
        left += changed
        kept += [part] if changed else []
    after = with_removed_identities(after, past)
    lists = [change.key for change in past.changes if is_list(change.key)]
    after = without_parts(after, lists, [part for part in made if part not in kept])
    return Undone(moved(state, with_lists(after, past), past.account), tuple(left))
