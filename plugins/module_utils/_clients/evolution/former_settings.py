# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores sources to their state before a run, for ``undo`` and ``undo_migration``. Pure."""

from __future__ import annotations

import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.errors import DamagedFileError
from ..._model.settings import Change, Value
from ..change_log_reader import PastAccount
from ..undo import LeftSetting, former_values, touched
from . import default_account
from .differences import size
from .signatures import CHANGE
from .sources import DATA_SOURCE, Sources
from .stored import EvolutionState

# Evolution changes these itself when it first connects: it uses the folders that the server names.
_BY_ITSELF = ("/NeedsInitialSetup", "/SentFolder", "/DraftsFolder", "/TemplatesFolder", "/ArchiveFolder")


def changed_since(sources: Sources, changes: t.Iterable[Change]) -> list[LeftSetting]:
    """Settings of a run that were changed since; see ``touched``."""
    made = (change for change in changes if not change.key.endswith(_BY_ITSELF))
    return touched(made, lambda key: value_of(sources, key))


def with_rest(
    start: EvolutionState, state: EvolutionState, past: PastAccount, force: bool
) -> tuple[EvolutionState, list[LeftSetting]]:
    """Restore the default account and identity, and the contents of signatures."""
    state, left = _with_defaults(start, state, past, force)
    new: dict[str, bytes | None] = {}
    for change in past.changes:
        uid = change.key[len(CHANGE) :] if change.key.startswith(CHANGE) else ""
        former, ours = _encoded(change.before), _encoded(change.after)
        # The user can edit the log: a name in it must be that of a signature, before or after.
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
    """Restore the default account and identity."""
    left = []
    new: dict[str, str | None] = {}
    for change in past.changes:
        name = next((name for name in default_account.NAMES if change.key == default_account.path(name)), None)
        former = None if change.before is None else str(change.before)
        if name is None or (former is not None and former not in state.sources):
            continue
        now = start.default(name)
        if past.is_undone(change.key, now):
            continue
        if not force and now not in (change.before, change.after):
            left.append(LeftSetting(change.key, change.after, now))
        elif state.default(name) != former:
            new[name] = former
    if new:
        state.defaults.value.require_writable()
        state = state._replace(new_defaults={**state.new_defaults, **new})
    return state, left


def with_values(sources: Sources, past: PastAccount, force: bool) -> tuple[Sources, list[LeftSetting]]:
    """The sources with the former values of keys, except in sources that are added or removed."""
    moving = (*past.created, *past.removed)
    there = [one for one in past.changes if uid_of(one.key) in sources and uid_of(one.key) not in moving]
    values, left = former_values(past, there, lambda key: value_of(sources, key), force=force, equal=_means_the_same)
    edited: dict[str, GlibKeyFile] = {}
    for key, value in values.items():
        uid, group, name = _place(key)
        source = edited.get(uid, sources[uid])
        text = None if value is None else _text(value)
        if text is None and value is not None:  # not valid for GLib
            left.append(LeftSetting(key, None, value_of(sources, key)))
            continue
        edited[uid] = source.without(group, name) if text is None else source.with_text(group, name, text)
    for uid, source in edited.items():
        former = parsed(past.texts.get(uid, ""))
        empty = [group for group in source.groups if not any(place[0] == group for place in source.values)]
        source = source.without_group(*(group for group in empty if former is None or group not in former.groups))
        # Without later changes, restore the former text byte for byte.
        edited[uid] = former if former is not None and values_of(former) == values_of(source) else source
    return (sources.updated(edited) if edited else sources), left


def is_named(sources: Sources, uid: str) -> bool:
    """Whether another source names this one, such as an account its identity."""
    return any(
        uid == value and key != (DATA_SOURCE, "DisplayName")
        for other, source in sources.items()
        if other != uid
        for key, value in source.values.items()
    )


def with_sources(state: EvolutionState, sources: Sources) -> EvolutionState:
    """The state with these sources; the state itself if they are the same."""
    return state if sources is state.sources else state._replace(sources=sources)


def _place(key: str) -> tuple[str, str, str]:
    uid, _slash, rest = key.partition("/")
    group, _slash, name = rest.rpartition("/")
    return uid, group, name


def uid_of(key: str) -> str:
    """The uid of a setting's source; empty for a desktop setting."""
    return key.partition("/")[0]


def value_of(sources: Sources, key: str) -> Value | None:
    """A value as written in its source; None if missing."""
    uid, group, name = _place(key)
    source = sources.get(uid)
    return None if source is None else source.values.get((group, name))


def _text(value: Value) -> str | None:
    """A value as text, unescaped."""
    source = parsed(f"[x]\nx={value!s}\n")
    return None if source is None else source.text("x", "x")


def _means_the_same(_key: str, one: Value | None, other: Value | None) -> bool:
    if one is None or other is None or one == other:
        return one == other
    text = _text(one)
    return text is not None and text == _text(other)


def parsed(text: str) -> GlibKeyFile | None:
    """The source parsed from a text; None if it is not valid."""
    try:
        return GlibKeyFile.parse(text.encode("utf-8", "surrogateescape"), "") if text else None
    except DamagedFileError:
        return None


def values_of(source: GlibKeyFile | None) -> t.Mapping[tuple[str, str], str] | None:
    """The values of a source; None if there is no source."""
    return None if source is None else source.values
