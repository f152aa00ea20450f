# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages accounts in the registry and files, and withdraws them. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.account import Account
from ..._model.errors import HostError
from ..._windows import code_pages
from ..._windows.registry import KeyWrite, RegValue
from . import autodiscover, locations, prf, profile_choice, registry_values
from .blockers import foreign_xml
from .lookup import find
from .one_per_domain import domain_conflict
from .staging_methods import AUTODISCOVER, PRF
from .staging_record import RegistryChange, Staged, StagingRecord, bare, dump
from .stored import OutlookState

# The wanted values, by key and name; None deletes a value.
_Wanted = t.Dict[t.Tuple[str, str], t.Optional[RegValue]]


def with_account(state: OutlookState, account: Account, methods: tuple[str, ...], profile: str | None) -> OutlookState:
    """The state with the account staged; the same object if nothing changes."""
    new = Staged(bare(account), methods)
    known = state.record.find(account)
    if known is None:
        staged = (*state.record.accounts, new)
    else:
        staged = tuple(new if one is known else one for one in state.record.accounts)
    return _follow(state, staged, to_stage=() if known == new else (new.mark,), profile=profile)


def without_account(state: OutlookState, account: Account) -> OutlookState:
    """The state with the account withdrawn; the same object if nothing changes."""
    known = state.record.find(account)
    if known is None:
        return state
    return _follow(state, tuple(one for one in state.record.accounts if one is not known), to_stage=(), profile=None)


def without_leftovers(state: OutlookState) -> OutlookState:
    """The state without our values whose files are missing; the same object if nothing changes.

    A roaming profile brings the user's part of the registry from another PC, and a backup restores it on a reinstalled
    PC; our files and our record do not come along.
    """
    sid = state.user.sid
    places = [(locations.setup(sid), registry_values.IMPORT_PRF)]
    places += [(locations.autodiscover(sid), name) for name in state.registry.get(locations.autodiscover(sid), ())]
    gone: _Wanted = {place: None for place in places if _is_leftover(state, *place)}
    if not gone:
        return state
    gone.update(_leftover_switches(state, gone))
    return dataclasses.replace(state, registry=state.registry.written(_writes(state, gone)))


def _leftover_switches(state: OutlookState, gone: _Wanted) -> _Wanted:
    """The switches that accompany the settings of domains, if no domain's settings remain."""
    key = locations.autodiscover(state.user.sid)
    if not any(place[0] == key for place in gone):
        return {}
    if any("." in name and (key, name) not in gone for name in state.registry[key]):
        return {}
    return {
        (key, name): None
        for name in registry_values.SWITCHES
        if state.number(key, name) == 1 and state.record.value_before(key, name) is None
    }


def _is_leftover(state: OutlookState, key: str, name: str) -> bool:
    value = state.registry.value(key, name)
    known = state.record.value_before(key, name)
    return _leads_to_us(value) and (known is None or known.after != value)


def _leads_to_us(value: RegValue | None) -> bool:
    return value is not None and locations.is_ours(value.text or "")


def _follow(
    state: OutlookState, staged: tuple[Staged, ...], to_stage: t.Sequence[str], profile: str | None
) -> OutlookState:
    """The state with the registry, files and record that these accounts need.

    Args:
        state: the present state.
        staged: all accounts to stage.
        to_stage: marks of the accounts to stage (again).
        profile: the requested Outlook profile.
    """
    wanted: _Wanted = {}
    files: dict[str, bytes] = {}
    in_prf, prf_profile = _stage_prf(state, staged, to_stage, profile, wanted, files)
    _stage_xml(state, staged, wanted, files)
    written = _noted(state, wanted)
    record = StagingRecord(staged, in_prf, prf_profile, written, tuple(sorted(files)), state.record.signatures)
    values = dict(wanted)
    for one in state.record.written:
        # A value that was changed since is not ours any more.
        if (one.key, one.name) not in wanted and state.registry.value(one.key, one.name) == one.after:
            values[(one.key, one.name)] = None if _leads_to_us(one.before) else one.before
    writes = _writes(state, values)
    if record != state.record:
        writes.append(record_write(state, record))
    registry = state.registry.written(writes) if writes else state.registry
    if not writes and files == state.files:
        return state
    return dataclasses.replace(state, registry=registry, files=files, record=record)


def _stage_prf(
    state: OutlookState,
    staged: t.Sequence[Staged],
    to_stage: t.Sequence[str],
    profile: str | None,
    wanted: _Wanted,
    files: dict[str, bytes],
) -> tuple[tuple[str, ...], str]:
    """Outlook imports one PRF, so it holds all accounts that wait, and none that Outlook already has."""
    waiting = [*(state.record.in_prf if state.is_pending else ()), *to_stage]
    pending = [one for one in staged if PRF in one.methods and one.mark in waiting and find(state, one.account) is None]
    if pending:
        name = profile_choice.choose(state, profile)
        if code_pages.codec(state.machine.code_page) is None:
            raise HostError(
                "the PC",
                f"its code page for programs without Unicode is {state.machine.code_page[2:] or 'missing'} (the value "
                "ACP of Nls\\CodePage). A PRF file is written in it, and this collection does not support it",
                "use the method autodiscover alone, and report the code page",
            )
        first = sorted(pending, key=lambda one: not one.account.default)  # the first becomes the default
        files[locations.PRF] = prf.render(
            name,
            [one.account for one in first],
            existing_profile=name.lower() in [known.lower() for known in state.profiles],
            code_page=state.machine.code_page,
        )
        key = locations.setup(state.user.sid)
        wanted.update({(key, name): value for name, value in registry_values.importing(state.prf_path).items()})
        return tuple(one.mark for one in pending), name
    if state.is_pending or not any(PRF in one.methods for one in staged):
        return (), ""
    # Outlook has imported the PRF: keep what it left, and our record of it.
    key = locations.setup(state.user.sid)
    if locations.PRF in state.files:
        files[locations.PRF] = state.files[locations.PRF]
    for one in state.record.written:
        if one.key == key:
            wanted[(key, one.name)] = state.registry.value(key, one.name)
    return state.record.in_prf, state.record.profile


def _stage_xml(state: OutlookState, staged: t.Sequence[Staged], wanted: _Wanted, files: dict[str, bytes]) -> None:
    """Stage one XML per domain; none if two accounts would need it, or if another's is in use."""
    key = locations.autodiscover(state.user.sid)
    for one in staged:
        account = one.account
        if AUTODISCOVER not in one.methods or domain_conflict(staged, account) or foreign_xml(state, account):
            continue
        domain = account.domain
        files[locations.xml(domain)] = autodiscover.render(account)
        wanted[(key, domain)] = RegValue.sz(state.path(locations.xml(domain)))
        wanted.update({(key, name): value for name, value in registry_values.SWITCHES.items()})


def _noted(state: OutlookState, wanted: _Wanted) -> tuple[RegistryChange, ...]:
    """The changes to record. A value that was changed since we set it becomes the value from before."""
    noted = []
    for (key, name), after in wanted.items():
        current = state.registry.value(key, name)
        known = state.record.value_before(key, name)
        before = known.before if known is not None and known.after == current else current
        if _leads_to_us(before):
            before = None  # from another PC, or from before this one was reinstalled
        if known is not None and after == current:
            noted.append(known)
        elif before is not None or after is not None:
            noted.append(RegistryChange(key, name, before, after))
    return tuple(noted)


def _writes(state: OutlookState, values: _Wanted) -> list[KeyWrite]:
    keys: dict[str, dict[str, RegValue | None]] = {}
    for (key, name), value in values.items():
        if state.registry.value(key, name) != value:
            keys.setdefault(key, {})[name] = value
    return [KeyWrite(key, changed) for key, changed in keys.items()]


def record_write(state: OutlookState, record: StagingRecord) -> KeyWrite:
    """The write that stores our record, or deletes an empty one."""
    key = locations.record(state.user.sid)
    if record == StagingRecord():
        return KeyWrite(key, delete=True)
    return KeyWrite(key, {locations.RECORD: RegValue.sz(dump(record))})
