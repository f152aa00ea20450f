# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoing an entry of the log of changes in Evolution's sources. Pure.

An account that was made is removed as ``configure`` removes one. A source that was removed comes back with the text
that it had. Of any other, each key is put back by itself.
"""

from __future__ import annotations

import functools
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.errors import DamagedFileError, OptionError
from ..._model.settings import Value
from ..engine import Client, Status
from ..past_changes import PastAccount
from ..undo import LeftSetting, Undone, about_another, about_changed, absent, former_values, replaced_pop3, touched
from . import defaults
from .differences import size
from .lookup import find, refuse_damaged
from .signatures import CHANGE
from .sources import DATA_SOURCE, Sources
from .stored import EvolutionState


def undone(client: Client[EvolutionState], state: EvolutionState, past: PastAccount, force: bool) -> Undone:
    """See ``Undo``."""
    refuse_damaged(state.sources, state.damaged, absent(past))
    replaced = replaced_pop3(past, "/Mail Account/BackendName", "pop")
    if replaced:
        return Undone(state, notices=replaced)
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
    made = [change for change in past.changes if _uid(change.key) in past.created]
    left = touched(made, functools.partial(_value, state.sources))
    if left and not force:
        return Undone(state, tuple(left), (about_changed(past),))
    try:
        after = client.configure(state, account)
    except OptionError as error:
        return Undone(state, notices=(f"{past.account} stays: {error}",))
    sources, left = _with_values(after.sources, past, force)
    after = after._replace(sources=sources, remarks=state.remarks)
    after, more = _with_rest(state, after, past, force)
    return Undone(after, (*left, *more))


def _with_removed(state: EvolutionState, past: PastAccount, force: bool) -> Undone:
    gone = [uid for uid in past.texts if uid in past.removed]
    try:
        is_there = find(state.sources, past.account) is not None
    except OptionError:
        is_there = True
    if is_there:
        differ = any(_values(state.sources.get(uid)) != _values(_parsed(past.texts[uid])) for uid in gone)
        return Undone(state, notices=(about_another(past),) if differ else ())
    # What is there under the same name by now is somebody's.
    back = {uid: source for uid in gone for source in [_parsed(past.texts[uid])] if source and uid not in state.sources}
    if not back:
        return Undone(state)
    sources, left = _with_values(state.sources.updated(back), past, force)
    after, more = _with_rest(state, _with_sources(state, sources), past, force)
    notices = tuple(f"{past.account}: {key} is not known any more, and is missing." for key in past.hidden)
    return Undone(after, (*left, *more), notices)


def _with_former(state: EvolutionState, past: PastAccount, force: bool) -> Undone:
    sources, left = _with_values(state.sources, past, force)
    for uid in past.created:
        if uid not in sources or _is_named(sources, uid):
            continue
        own = [change for change in past.changes if _uid(change.key) == uid]
        changed = touched(own, functools.partial(_value, sources))
        if changed and not force:
            left += changed
        else:
            sources = sources.updated({}, [uid])
    after, more = _with_rest(state, _with_sources(state, sources), past, force)
    return Undone(after, (*left, *more))


def _with_rest(
    start: EvolutionState, state: EvolutionState, past: PastAccount, force: bool
) -> tuple[EvolutionState, list[LeftSetting]]:
    """The default account and identity, and the contents of signatures."""
    state, left = _with_defaults(start, state, past, force)
    new: dict[str, bytes | None] = {}
    for change in past.changes:
        uid = change.key[len(CHANGE) :] if change.key.startswith(CHANGE) else ""
        former, ours = _encoded(change.before), _encoded(change.after)
        # The log is the user's file: what it names must be a signature, before or after.
        if uid not in (start.sources if former is None else state.sources) or (former is None and uid in state.sources):
            continue
        now = start.signature(uid)
        if now not in (former, ours) and not force:
            left.append(LeftSetting(change.key, size(ours), size(now)))
        elif state.signature(uid) != former:
            new[uid] = former
    if new:
        state.signatures.require_plain(new)
        state = state._replace(new_signatures={**state.new_signatures, **new})
    return state, left


def _encoded(value: Value | None) -> bytes | None:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else None


def _with_defaults(
    start: EvolutionState, state: EvolutionState, past: PastAccount, force: bool
) -> tuple[EvolutionState, list[LeftSetting]]:
    """The default account and identity."""
    left = []
    new: dict[str, str | None] = {}
    for change in past.changes:
        name = next((name for name in defaults.NAMES if change.key == defaults.path(name)), None)
        former = None if change.before is None else str(change.before)
        if name is None or (former is not None and former not in state.sources):
            continue
        now = start.default(name)
        if not force and now not in (change.before, change.after):
            left.append(LeftSetting(change.key, change.after, now))
        elif state.default(name) != former:
            new[name] = former
    if new:
        state.defaults.value.require_writable()
        state = state._replace(new_defaults={**state.new_defaults, **new})
    return state, left


def _with_values(sources: Sources, past: PastAccount, force: bool) -> tuple[Sources, list[LeftSetting]]:
    """The sources with the former values of keys, beside those of sources that come or go."""
    moving = (*past.created, *past.removed)
    there = [one for one in past.changes if _uid(one.key) in sources and _uid(one.key) not in moving]
    values, left = former_values(there, lambda key: _value(sources, key), force=force, equal=_means_the_same)
    edited: dict[str, GlibKeyFile] = {}
    for key, value in values.items():
        uid, group, name = _place(key)
        source = edited.get(uid, sources[uid])
        text = None if value is None else _text(value)
        if text is None and value is not None:  # nothing that GLib reads
            left.append(LeftSetting(key, None, _value(sources, key)))
            continue
        edited[uid] = source.without(group, name) if text is None else source.with_text(group, name, text)
    for uid, source in edited.items():
        former = _parsed(past.texts.get(uid, ""))
        empty = [group for group in source.groups if not any(place[0] == group for place in source.values)]
        source = source.without_group(*(group for group in empty if former is None or group not in former.groups))
        # Where nobody has changed anything since, it is the former text, to the byte.
        edited[uid] = former if former is not None and _values(former) == _values(source) else source
    return (sources.updated(edited) if edited else sources), left


def _is_named(sources: Sources, uid: str) -> bool:
    """Whether another source names it, such as an account its identity."""
    return any(
        uid == value and key != (DATA_SOURCE, "DisplayName")
        for other, source in sources.items()
        if other != uid
        for key, value in source.values.items()
    )


def _with_sources(state: EvolutionState, sources: Sources) -> EvolutionState:
    return state if sources is state.sources else state._replace(sources=sources)


def _place(key: str) -> tuple[str, str, str]:
    uid, _slash, rest = key.partition("/")
    group, _slash, name = rest.rpartition("/")
    return uid, group, name


def _uid(key: str) -> str:
    """The source that a setting is of; empty for a setting of the desktop."""
    return key.partition("/")[0]


def _value(sources: Sources, key: str) -> Value | None:
    uid, group, name = _place(key)
    source = sources.get(uid)
    return None if source is None else source.values.get((group, name))


def _text(value: Value) -> str | None:
    """A value as text, without escapes."""
    source = _parsed(f"[x]\nx={value!s}\n")
    return None if source is None else source.text("x", "x")


def _means_the_same(_key: str, one: Value | None, other: Value | None) -> bool:
    if one is None or other is None or one == other:
        return one == other
    text = _text(one)
    return text is not None and text == _text(other)


def _parsed(text: str) -> GlibKeyFile | None:
    try:
        return GlibKeyFile.parse(text.encode("utf-8", "surrogateescape"), "") if text else None
    except DamagedFileError:
        return None


def _values(source: GlibKeyFile | None) -> t.Mapping[tuple[str, str], str] | None:
    return None if source is None else source.values
