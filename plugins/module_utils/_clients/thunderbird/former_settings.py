# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores the preferences from before a run, for ``undo`` and ``undo_migration``. Pure."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.settings import Change, Settings, Value, same
from ..change_log_reader import PastAccount
from ..undo import LeftSetting
from . import folder_references, mapping, server_move
from .indexed_settings import ACCOUNTS, LAST_KEY, SMTP_SERVERS, IndexedSettings
from .lookup import DEFAULT_ACCOUNT, DEFAULT_SMTP, find, stored
from .mapping import branch, names, names_in
from .stored import ThunderbirdState
from .unset_preferences import is_still, means_the_same
from .writing import below, part_of

_LISTS: t.Mapping[str, str] = {ACCOUNTS: "account", SMTP_SERVERS: "smtpserver"}
# Attributes that name another part, and the kind of that part.
_NAMING = {"server": "server", "identities": "identity", "smtpServer": "smtpserver"}
# Attributes that show whose a part is.
_NAMES = frozenset({"server", "hostname", "userName", "username", "useremail"})
_DEFAULTS = {DEFAULT_ACCOUNT: ACCOUNTS, DEFAULT_SMTP: SMTP_SERVERS}
_NUMBERED = {"account": "account", "server": "server", "identity": "id", "smtpserver": "smtp"}


def with_parts(
    now: IndexedSettings, past: PastAccount, parts: t.Sequence[str]
) -> tuple[IndexedSettings, dict[str, str]]:
    """The preferences with parts that a run removed, and the new name of each part.

    Args:
        now: the stored preferences.
        past: the changes to undo.
        parts: the parts to restore.
    """
    renamed = free_names(now, parts)
    values: dict[str, Value | None] = {}
    for change in past.changes:
        part = part_of(change.key)
        if part in renamed and change.before is not None:
            attribute = change.key[len(part) :]
            values[renamed[part] + attribute] = renamed_value(attribute, change.before, renamed)
        elif change.key in _LISTS:
            kind = _LISTS[change.key]
            back = [name for name in names_in(str(change.before or "")) if branch(kind, name) in renamed]
            new = {name: name_of(renamed[branch(kind, name)]) for name in back}
            if new:
                values[change.key] = inserted(names(now, change.key), str(change.before), new)
    return updated(now, values), renamed


def with_values(
    start: Settings,
    after: IndexedSettings,
    past: PastAccount,
    force: bool,
    renamed: t.Mapping[str, str] | None = None,
) -> tuple[IndexedSettings, list[LeftSetting]]:
    """The preferences with former values, except lists and parts that are added or removed.

    Args:
        start: the stored preferences, which show what was changed since.
        after: the preferences to store, with an account removed or restored.
        past: the changes to undo.
        force: see ``Undo``.
        renamed: parts that have a new name.
    """
    plain = [
        change
        for change in past.changes
        if not is_list(change.key) and part_of(change.key) not in (*past.created, *past.removed)
    ]
    values: dict[str, Value | None] = {}
    left: list[LeftSetting] = []
    for change in plain:
        former = change.before
        listed = _DEFAULTS.get(change.key)
        if listed is not None and former is not None:  # an account or an SMTP server
            kind = _LISTS[listed]
            former = name_of((renamed or {}).get(branch(kind, str(former)), branch(kind, str(former))))
            if former not in names(after, listed):
                continue
        now = start.get(change.key)
        if past.is_undone(change.key, now):
            continue
        is_known = means_the_same(start, change.key, now, change.before) or is_still(start, change.key, change.after)
        if force or is_known:
            current = after.get(change.key)
            # A value that Thunderbird or the user wrote differently but that means the former value stays.
            if same(current, change.after) or not means_the_same(after, change.key, current, former):
                values[change.key] = former
        elif change.key != LAST_KEY:  # LAST_KEY only increases
            left.append(LeftSetting(change.key, change.after, now))
    return updated(after, values), left


def has_former_owner(settings: Settings, past: PastAccount, part: str) -> bool:
    """Whether a name that a run reused belongs again to the part that it removed.

    Args:
        settings: the stored preferences.
        past: the changes of the run.
        part: the part that the run created.
    """
    own = [one for one in past.changes if part_of(one.key) == part and one.key in past.first]
    named = [one.key for one in own if one.key[len(part) :] in _NAMES]
    if not named or not all(past.is_undone(key, settings.get(key)) for key in named):
        return False
    return not all(same(settings.get(one.key), one.after) for one in own)


def touched(settings: IndexedSettings, changes: t.Iterable[Change]) -> list[LeftSetting]:
    """Preferences changed since in parts that a run created and that still exist."""
    return [
        LeftSetting(change.key, change.after, settings.get(change.key))
        for change in changes
        if change.after is not None
        and below(settings, part_of(change.key))
        and not is_still(settings, change.key, change.after)
    ]


def with_lists(after: IndexedSettings, past: PastAccount) -> IndexedSettings:
    """The preferences with each list as written before, if it has the same names again."""
    same_names = [
        change for change in past.changes if is_list(change.key) and _is_as_before(names(after, change.key), change)
    ]
    return updated(after, {change.key: change.before for change in same_names})


def _is_as_before(now: list[str], change: Change) -> bool:
    """Whether a list has its former names, in their order or, for identities, in the order that the run made."""
    former, made = names_in(str(change.before or "")), names_in(str(change.after or ""))
    if now == former:
        return True
    reordered = [name for name in now if name in made] == [name for name in made if name in former]
    return change.key.endswith(".identities") and reordered and sorted(now) == sorted(former)


def with_removed_identities(after: IndexedSettings, past: PastAccount) -> IndexedSettings:
    """The preferences with identities that the run removed from a remaining account, unless their address is back."""
    values: dict[str, Value | None] = {}
    for listed in [change for change in past.changes if change.key.endswith(".identities")]:
        now = names(after, listed.key)
        there = {mapping.text(after, branch("identity", name) + "useremail").lower() for name in now}
        gone = [branch("identity", name) for name in names_in(str(listed.before or ""))]
        renamed = free_names(after, [part for part in gone if part in past.removed])
        back = {}
        for part, name in renamed.items():
            own = [one for one in past.changes if part_of(one.key) == part and one.before is not None]
            address = next((str(one.before) for one in own if one.key == part + "useremail"), "")
            if address.lower() not in there:
                values.update({name + one.key[len(part) :]: one.before for one in own})
                back[name_of(part)] = name_of(name)
        if back:
            values[listed.key] = inserted(now, str(listed.before), back)
    return updated(after, values)


def without_parts(after: IndexedSettings, listing: t.Sequence[str], gone: t.Sequence[str]) -> IndexedSettings:
    """The preferences without parts that a run created, unless something else names them now."""
    after = _unlisted(after, [key for key in listing if key not in _LISTS], gone)
    named = {
        branch(kind, name)
        for key, value in after.items()
        for kind in [_NAMING.get(key[len(part_of(key)) :], "") if part_of(key) not in gone else ""]
        if kind and isinstance(value, str)
        for name in names_in(value)
    }
    free = [part for part in gone if part not in named]
    after = _unlisted(after, [key for key in listing if key in _LISTS], free)
    return updated(after, dict.fromkeys(key for part in free for key in below(after, part)))


def _unlisted(after: IndexedSettings, keys: t.Iterable[str], gone: t.Sequence[str]) -> IndexedSettings:
    values: dict[str, Value | None] = {}
    for key in keys:
        kind = _LISTS.get(key, "identity")
        listed = names(after, key)
        rest = [name for name in listed if branch(kind, name) not in gone]
        if rest != listed:
            values[key] = ",".join(rest) or None
    return updated(after, values)


def updated(before: IndexedSettings, values: t.Mapping[str, Value | None]) -> IndexedSettings:
    """The preferences with these values, those that are None removed; ``before`` itself if nothing differs."""
    differ = {key: value for key, value in values.items() if not same(before.get(key), value)}
    if not differ:
        return before
    changed = {key: value for key, value in differ.items() if value is not None}
    return before.updated(changed, [key for key in differ if key not in changed])


def free_of(after: IndexedSettings, identity: str, lists: t.Collection[str]) -> bool:
    """Whether an identity exists and is in no account's list other than these."""
    users = (branch("account", key) + "identities" for key in after.accounts_with("identities", identity))
    return bool(after.below("identity", identity)) and all(key in lists for key in users)


def is_list(key: str) -> bool:
    """Whether a preference is a list of accounts, SMTP servers or identities."""
    return key in _LISTS or key.endswith(".identities")


def free_names(now: IndexedSettings, parts: t.Sequence[str]) -> dict[str, str]:
    """Each part to itself, or to a part with a free name if its name is taken."""
    found: dict[str, str] = {}
    used: dict[str, int] = {}
    for part in parts:
        kind = part.split(".")[1]
        if not below(now, part):
            found[part] = part
            continue
        word = _NUMBERED[kind]
        taken = [
            int(name[len(word) :])
            for name in map(name_of, parts)
            if name[len(word) :].isdigit() and name.startswith(word)
        ]
        number = used[word] = max(used.get(word, 0) + 1, now.free_number(word), *(one + 1 for one in taken))
        found[part] = branch(kind, f"{word}{number}")
    return found


def renamed_value(attribute: str, value: Value, renamed: t.Mapping[str, str]) -> Value:
    """A value with the new names of the parts that it names."""
    kind = _NAMING.get(attribute)
    if kind is None or not isinstance(value, str) or all(one == other for one, other in renamed.items()):
        return value
    return ",".join(name_of(renamed.get(branch(kind, name), branch(kind, name))) for name in names_in(value))


def name_of(part: str) -> str:
    """The name of a part, such as ``server1``."""
    return part.split(".")[2]


def inserted(now: t.Sequence[str], former: str, back: t.Mapping[str, str]) -> str:
    """A list with restored names, each after the name that preceded it."""
    listed = list(now)
    previous = ""
    for name in names_in(former):
        if name in back and back[name] not in listed:
            listed.insert(listed.index(previous) + 1 if previous in listed else 0, back[name])
        previous = back.get(name, name)
    return ",".join(listed)


def moved(state: ThunderbirdState, after: IndexedSettings, account: Account) -> ThunderbirdState:
    """The next state, with folders and passwords moved back along with a server."""
    old = find(state.settings, account)
    new = next((ids for ids in stored(after) if old is not None and ids.account == old.account), None)
    found = None if new is None else mapping.read_back(after, new)
    if old is None or new is None or found is None or after is state.settings:
        return with_settings(state, after)
    before_uri, after_uri = mapping.stored_folder_uri(state.settings, old.server), mapping.folder_uri(found)
    references, left = server_move.follow_move(state, after, old, found)
    if before_uri is not None:
        after = folder_references.moved_settings(after, before_uri, after_uri)
    passwords, changes = server_move.move_passwords(state, old, after, new)
    return with_settings(state, after)._replace(
        references=references,
        new_passwords=passwords,
        password_changes=tuple(changes),
        remarks=(*state.remarks, *left),
    )


def with_settings(state: ThunderbirdState, after: Settings) -> ThunderbirdState:
    """The state with these settings; itself if they are the same."""
    return state if after is state.settings else state._replace(settings=after, password_changes=())
