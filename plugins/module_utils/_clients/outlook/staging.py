# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to stand on the PC for the accounts that are staged, and how it is taken back. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.account import Account
from ..._model.errors import HostError, OptionError
from ..._windows import code_pages
from ..._windows.registry import KeyWrite, RegValue
from ..lookup import marker
from . import autodiscover, locations, prf, registry_values
from .blockers import foreign_xml
from .lookup import find
from .staging_methods import AUTODISCOVER, PRF
from .staging_record import RegistryChange, Staged, StagingRecord, bare, dump
from .stored import OutlookState

# The profile that Outlook itself would make first.
_FIRST_PROFILE = "Outlook"

# What a value is to be, by key and name; None is deleted.
_Wanted = t.Dict[t.Tuple[str, str], t.Optional[RegValue]]


def with_account(state: OutlookState, account: Account, methods: tuple[str, ...], profile: str | None) -> OutlookState:
    """What shall stand with the account staged; the state itself for no change."""
    new = Staged(bare(account), methods)
    known = state.record.find(account)
    if known is None:
        staged = (*state.record.accounts, new)
    else:
        staged = tuple(new if one is known else one for one in state.record.accounts)
    return _follow(state, staged, to_stage=() if known == new else (new.mark,), profile=profile)


def without_account(state: OutlookState, account: Account) -> OutlookState:
    """What shall stand with the account's part taken back; the state itself for no change."""
    known = state.record.find(account)
    if known is None:
        return state
    return _follow(state, tuple(one for one in state.record.accounts if one is not known), to_stage=(), profile=None)


def without_leftovers(state: OutlookState) -> OutlookState:
    """What shall stand without values of ours that lead nowhere; the state itself for no change.

    The user's part of the registry comes from another PC with a roaming profile, and from a backup after a PC was set
    up again; our files and our record do not.
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
    """The switches that are set together with a domain's settings, if those of no domain stay."""
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


def domain_conflict(staged: t.Sequence[Staged], account: Account) -> Account | None:
    """Another account that needs the one XML that a user can have for the domain of an address."""
    for one in staged:
        if AUTODISCOVER in one.methods and one.mark != marker(account) and one.account.domain == account.domain:
            return one.account
    return None


def _follow(
    state: OutlookState, staged: tuple[Staged, ...], to_stage: t.Sequence[str], profile: str | None
) -> OutlookState:
    """Make registry, files and record what these accounts need.

    Args:
        state: how it stands.
        staged: all accounts to stage.
        to_stage: marks of those that Outlook is to take (again).
        profile: the Outlook profile asked for.
    """
    wanted: _Wanted = {}
    files: dict[str, bytes] = {}
    in_prf, prf_profile = _stage_prf(state, staged, to_stage, profile, wanted, files)
    _stage_xml(state, staged, wanted, files)
    written = _noted(state, wanted)
    record = StagingRecord(staged, in_prf, prf_profile, written, tuple(sorted(files)), state.record.signatures)
    values = dict(wanted)
    for one in state.record.written:
        # What somebody has changed since is theirs.
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
    """Outlook imports one PRF, so it holds all accounts that wait, and none that Outlook has made already."""
    waiting = [*(state.record.in_prf if state.is_pending else ()), *to_stage]
    pending = [one for one in staged if PRF in one.methods and one.mark in waiting and find(state, one.account) is None]
    if pending:
        name = _profile(state, profile)
        if code_pages.codec(state.machine.code_page) is None:
            raise HostError(
                "the PC",
                f"its code page for programs without Unicode is {state.machine.code_page[2:] or 'missing'} (the value "
                "ACP of Nls\\CodePage), which is not known here, and a PRF file is written in it",
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
    # Outlook has taken it: what it left stays, and so does what we know of it.
    key = locations.setup(state.user.sid)
    if locations.PRF in state.files:
        files[locations.PRF] = state.files[locations.PRF]
    for one in state.record.written:
        if one.key == key:
            wanted[(key, one.name)] = state.registry.value(key, one.name)
    return state.record.in_prf, state.record.profile


def _profile(state: OutlookState, profile: str | None) -> str:
    """The Outlook profile for accounts: as asked for, as it was staged, the default, the only one, a new one."""
    pending = state.record.profile if state.is_pending else ""
    if profile and pending and profile.lower() != pending.lower() and state.record.in_prf:
        raise OptionError(
            "profile",
            f"accounts for the profile {pending!r} wait for Outlook's next start, and Outlook imports one PRF, "
            f"which cannot be for {profile!r}, too",
            "give all accounts of a user the same profile, or have Outlook started in between",
        )
    chosen = profile or pending or state.default_profile
    if chosen:
        return chosen
    if len(state.profiles) > 1:
        raise OptionError(
            "profile",
            f"{state.user.name} has several Outlook profiles and none is the default: {', '.join(state.profiles)}",
            "name one of them",
        )
    return state.profiles[0] if state.profiles else _FIRST_PROFILE


def _stage_xml(state: OutlookState, staged: t.Sequence[Staged], wanted: _Wanted, files: dict[str, bytes]) -> None:
    """One XML a domain; none where it would have to serve two accounts, or where somebody else's is in use."""
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
    """What was there before us stays noted; what has changed in between is what was there before."""
    noted = []
    for (key, name), after in wanted.items():
        current = state.registry.value(key, name)
        known = state.record.value_before(key, name)
        before = known.before if known is not None and known.after == current else current
        if _leads_to_us(before):
            before = None  # from another PC, or from before this one was set up again
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
    """What stores our record, or deletes an empty one."""
    key = locations.record(state.user.sid)
    if record == StagingRecord():
        return KeyWrite(key, delete=True)
    return KeyWrite(key, {locations.RECORD: RegValue.sz(dump(record))})
