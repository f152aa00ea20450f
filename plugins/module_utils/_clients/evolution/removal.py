# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes and what stays where accounts are removed.

What several accounts use goes with the last of them: in which order a run removes them makes no difference.
"""

from __future__ import annotations

import typing as t

from ..._host.files import Files
from ..mail_deletion import shared_with
from .location_choice import Location
from .sources import DATA_SOURCE, MAIL_IDENTITY, Sources
from .stored import EvolutionRemoval, EvolutionState
from .user_choice import is_foreign

_PATH = "Path"  # in the groups Maildir Backend, Mbox Backend, MH Backend and Spool Backend


def settled(files: Files, location: Location, state: EvolutionState) -> EvolutionState:
    """The state with the mail purged that only removed accounts used.

    Args:
        files: the user's.
        location: of Evolution's folders.
        state: with the sources as they shall be.
    """
    if not any(one.waits for one in state.removals):
        return state
    purged, removals = dict.fromkeys(state.purged), []
    for one in state.removals:
        if not one.waits:
            removals.append(one)
            continue
        other = None
        if one.account.purge:
            other = _user_of_mail(state, location.mail_folders(one.ids.account), files.real_path)
            purged.update({one.ids.account: None} if other is None else {})
        named = _named_folders(state.sources, one)
        remarks = tuple(_remarks(state, one, named, other))
        removals.append(one._replace(waits=bool(named) or other is not None, remarks=remarks))
    return state._replace(purged=tuple(purged), removals=tuple(removals))


def _user_of_mail(state: EvolutionState, folders: t.Sequence[str], real_path: t.Callable[[str], str]) -> str | None:
    """A folder of an account whose mail stays that would be deleted with others; None if there is none.

    Accounts can name any folder, such as one for Maildir.

    Args:
        state: all sources.
        folders: the folders with an account's mail, absolute.
        real_path: see ``Files``.
    """
    kept = sorted((one for one in state.removals if not one.account.purge), key=lambda one: one.ids)
    gone = (one.sources[uid] for one in kept for uid in one.ids.all if uid in one.sources)
    others = [
        value
        for source in (*state.sources.values(), *gone)
        for (_group, key), value in source.values.items()
        if key == _PATH and value.startswith("/") and "\0" not in value
    ]
    found = shared_with(folders, others, real_path)
    return None if found is None else found[1]


def _named_folders(after: Sources, removal: EvolutionRemoval) -> t.Sequence[str]:
    """The settings of others that name folders of a removed account."""
    return [
        f"{key} of {after.text(uid, DATA_SOURCE, 'DisplayName') or uid}"
        for uid, key in after.folder_users.get(removal.ids.account, ())
        if uid in after
    ]


def _remarks(
    state: EvolutionState, removal: EvolutionRemoval, named: t.Sequence[str], other: str | None
) -> t.Iterator[str]:
    """What the admin should know.

    Args:
        state: without the account.
        removal: of it.
        named: what ``_named_folders`` found.
        other: what ``_user_of_mail`` found; None where no mail is to be deleted.
    """
    account, before, identity = removal.account, removal.sources, removal.ids.identity
    owners = (one.account for one in state.removals if one.ids.identity == identity)
    if identity not in state.sources and all(is_foreign(before, identity, owner) for owner in owners):
        address = before.text(identity, MAIL_IDENTITY, "Address")
        yield f"{account}: this also removes {address}, the user's own address, as which Evolution sent by it"
    if named:
        yield (
            f"{account}: folders of it are still named in {' and '.join(named)}; have the user choose others in "
            "Evolution (Edit, Accounts)"
        )
    if other is not None:
        yield f"{account}: its mail on this host is not deleted, since another account uses {other}"
