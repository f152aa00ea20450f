# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes the move of a POP3 account to IMAP. Pure.

The POP3 account gets its folders, identities and passwords back, and the IMAP account is removed if the run created it.
All of that is undone or nothing, since otherwise no account would show the mail. No mail file is changed.
"""

from __future__ import annotations

import typing as t

from ..._model.errors import OptionError
from ..._model.settings import Value
from ..change_log_reader import PastAccount
from ..engine import Status
from ..undo import (
    Undone,
    about_another,
    about_changed,
    about_local_folders,
    about_refused,
    about_removed,
    about_twin,
)
from . import mapping, server_move
from .former_settings import (
    free_of,
    is_list,
    moved,
    name_of,
    touched,
    updated,
    with_lists,
    with_parts,
    with_removed_identities,
    with_settings,
    with_values,
    without_parts,
)
from .indexed_settings import RETIRED, IndexedSettings
from .lookup import find, stored
from .mapping import PrefIds, branch, names, names_in, text
from .stored import ThunderbirdState
from .writing import below, part_of

_TYPE = "type"


def replaced(past: PastAccount) -> tuple[str, ...]:
    """The servers of POP3 accounts that the run replaced."""
    return _servers(past, lambda before, after: before == "pop3" and after != "pop3")


def restored(past: PastAccount) -> bool:
    """Whether the run restored a POP3 account."""
    found = _servers(past, lambda before, after: before != "pop3" and after == "pop3")
    return any(past.status is Status.REMOVED or part not in past.created for part in found)


def undone(state: ThunderbirdState, past: PastAccount, force: bool) -> Undone | None:
    """The state with the POP3 accounts restored; None if they already are and the run did not create the IMAP account.

    Args:
        state: the current state.
        past: the changes, with ``replaced`` servers.
        force: see ``Undo``.
    """
    now = IndexedSettings.of(state.settings)
    servers = [part for part in replaced(past) if part not in past.removed]
    gone = [part for part in past.removed if not part.startswith("mail.identity.")]
    made = past.status is Status.CREATED
    back = all(text(now, part + _TYPE) == "pop3" for part in servers) and _all_there(now, past, gone)
    try:
        ids = find(now, past.account)
    except OptionError as error:
        return Undone(state, notices=(about_refused(past, error),))
    if back:
        # Already undone, or the POP3 account was set up again.
        if not made:
            return None
        if _is_of_run(ids, past):
            return Undone(state, notices=(about_twin(past),))
        after, left = with_values(now, now, past, force)
        return Undone(with_settings(state, after) if after is not now else state, tuple(left))
    if ids is None:
        return Undone(state, notices=(about_removed(past),))
    if made and not _is_of_run(ids, past):
        return Undone(state, notices=(about_another(past),))
    if not all(text(now, part + RETIRED) and now.accounts_with("server", name_of(part)) for part in servers):
        return Undone(state, notices=(about_local_folders(past),))
    own = [change for change in past.changes if part_of(change.key) in past.created and not is_list(change.key)]
    left = touched(now, own)
    if left and not force:
        return Undone(state, tuple(left), (about_changed(past),))
    after, renamed = with_parts(now, past, gone)
    after, left = with_values(now, after, past, force, renamed)
    pop3 = [renamed.get(part, part) for part in replaced(past)]
    after = _with_identities(after, past, renamed, pop3, made=made)
    lists = [change.key for change in past.changes if is_list(change.key)]
    after = without_parts(after, lists, [part for part in past.created if below(after, part)])
    after = with_lists(with_removed_identities(after, past), past)
    back_again = {name_of(part): _ids_of(after, part) for part in pop3}
    next_state = server_move.follow_back(state, moved(state, after, past.account), ids, list(back_again.values()))
    accounts = (mapping.read_back(next_state.settings, one) for one in back_again.values())
    return Undone(next_state, tuple(left), restored=tuple(one for one in accounts if one is not None))


def _servers(past: PastAccount, holds: t.Callable[[Value | None, Value | None], bool]) -> tuple[str, ...]:
    found = {part_of(one.key) for one in past.changes if one.key.endswith(_TYPE) and holds(one.before, one.after)}
    return tuple(sorted(part for part in found if part.startswith("mail.server.")))


def _is_of_run(ids: PrefIds | None, past: PastAccount) -> bool:
    return ids is not None and branch("account", ids.account) in past.parts


def _all_there(now: IndexedSettings, past: PastAccount, gone: t.Sequence[str]) -> bool:
    """Whether POP3 accounts that the run removed exist, under any name."""
    former = {change.key: change.before for change in past.changes}
    for part in gone:
        if former.get(part + _TYPE) == "pop3":
            login, host = (str(former.get(part + key) or "") for key in ("userName", "hostname"))
            found = now.owners("server", "userName", login)
            alike = (one for one in found if text(now, branch("server", one) + _TYPE) == "pop3")
            hosts = [text(now, branch("server", one) + "hostname").lower() for one in alike]
            if host.lower() not in hosts:
                return False
    return True


def _with_identities(
    after: IndexedSettings, past: PastAccount, renamed: t.Mapping[str, str], pop3: t.Sequence[str], *, made: bool
) -> IndexedSettings:
    """Return each identity to the list of its former account.

    If the IMAP account is removed, identities that the user added to it go to the POP3 account.

    Args:
        after: the preferences with the accounts of the POP3 servers.
        past: the changes.
        renamed: parts that have a new name.
        pop3: the servers that are POP3 servers again.
        made: the run created the IMAP account.
    """
    former: dict[str, list[str]] = {}
    for change in past.changes:
        if change.key.endswith(".identities"):
            part = part_of(change.key)
            former[renamed.get(part, part) + "identities"] = names_in(str(change.before or ""))
    home = {name: key for key, listed in former.items() for name in listed}
    values: dict[str, Value | None] = {}
    for key, listed in former.items():
        now = [name for name in names(after, key) if home.get(name, key) == key]
        there = [name for name in listed if name in now or free_of(after, name, former)]
        values[key] = ",".join([*there, *(name for name in now if name not in there)]) or None
    if made:
        key = branch("account", _ids_of(after, pop3[0]).account) + "identities"
        for own in [key for key in former if part_of(key) in past.created]:
            added = [name for name in names_in(str(values[own] or "")) if branch("identity", name) not in past.created]
            values[key] = ",".join([*names_in(str(values.get(key) or "")), *added]) or None
            values[own] = ",".join(name for name in names_in(str(values[own] or "")) if name not in added) or None
    return updated(after, values)


def _ids_of(after: IndexedSettings, part: str) -> PrefIds:
    server = name_of(part)
    return next((ids for ids in stored(after) if ids.server == server), PrefIds("", server, "", ""))
