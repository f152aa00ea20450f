# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes accounts: what is removed, and what is kept.

Whatever several accounts use is removed with the last of them. The order in which a run removes them does not matter.
"""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.persistent import updated
from ..mail_deletion import shared_with
from . import default_account, signatures
from .lookup import find
from .sources import DATA_SOURCE, MAIL_IDENTITY, SourceIds, Sources
from .stored import EvolutionRemoval, EvolutionState
from .user_choice import is_foreign

if t.TYPE_CHECKING:
    from ..._host.files import Files
    from .location_choice import Location

_PATH = "Path"  # in the groups Maildir Backend, Mbox Backend, MH Backend and Spool Backend


def without(before: EvolutionState, account: Account) -> EvolutionState:
    """The state without the account; pass it to ``settled``."""
    sources, ids = absent(before.sources, account)
    if ids is None:
        sources, new_signatures = signatures.left_by_user(sources, account, before.signature)
        if not new_signatures:
            return before
        return before._replace(sources=sources, new_signatures={**before.new_signatures, **new_signatures})
    sources, new_signatures = signatures.without(sources, account)
    gone = [uid for uid in ids.all if uid not in sources]
    passwords = before.passwords.value
    known = [uid for uid in gone if before.new_passwords.get(uid) or passwords.anywhere(uid)]
    reset = [name for name in default_account.NAMES if before.default(name) in gone]
    return before._replace(
        sources=sources,
        new_signatures={**before.new_signatures, **new_signatures},
        new_passwords=updated(before.new_passwords, dict.fromkeys(known)),
        new_defaults={**before.new_defaults, **dict.fromkeys(reset)},
        removals=(*before.removals, EvolutionRemoval(account, ids, before.sources)),
        left=(*before.left, str(account)) if passwords.locked else before.left,
    )


def absent(before: Sources, account: Account) -> tuple[Sources, SourceIds | None]:
    """The sources without the account, and its former uids. What another account uses is kept.

    Raises:
        OptionError: another program manages the account.
    """
    ids = find(before, account)
    if ids is None:
        return before, None
    removed = {ids.account}
    others = before.in_order(uid for uid in before.accounts_of(ids.identity) if uid != ids.account)
    users = before.in_order(uid for uid in before.identities_of(ids.transport) if others or uid != ids.identity)
    if ids.identity and not others:
        removed.add(ids.identity)
    if ids.transport and not users:
        removed.add(ids.transport)
    # A source vanishes with its parent, so what is kept gets a new parent: the account that uses it.
    after = before.updated({}, removed)
    after = _handed_over(after, ids.identity, ids.account, others)
    served = [uid for user in users for uid in before.in_order(before.accounts_of(user))]
    after = _handed_over(after, ids.transport, ids.account, served)
    return after, ids


def settled(files: Files, location: Location, state: EvolutionState) -> EvolutionState:
    """The state with the mail deleted that only removed accounts used.

    Args:
        files: the user's files.
        location: Evolution's folders.
        state: with the wanted sources.
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
    """A folder of a remaining account that would be deleted with the others; None if there is none.

    Accounts can use any folder, for example one for Maildir.

    Args:
        state: all sources.
        folders: the folders with an account's mail, absolute paths.
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
    """The settings of other sources that name folders of a removed account."""
    return [
        f"{key} of {after.text(uid, DATA_SOURCE, 'DisplayName') or uid}"
        for uid, key in after.folder_users.get(removal.ids.account, ())
        if uid in after
    ]


def _remarks(
    state: EvolutionState, removal: EvolutionRemoval, named: t.Sequence[str], other: str | None
) -> t.Iterator[str]:
    """Remarks for the admin.

    Args:
        state: without the account.
        removal: the account's removal.
        named: what ``_named_folders`` found.
        other: what ``_user_of_mail`` found; None if no mail is to be deleted.
    """
    account, before, identity = removal.account, removal.sources, removal.ids.identity
    owners = (one.account for one in state.removals if one.ids.identity == identity)
    if identity not in state.sources and all(is_foreign(before, identity, owner) for owner in owners):
        address = before.text(identity, MAIL_IDENTITY, "Address")
        yield f"{account}: this also removes {address}, the user's own address, which Evolution used as its sender"
    if named:
        yield (
            f"{account}: its folders are still named in {' and '.join(named)}; have the user choose others in "
            "Evolution (Edit, Accounts)"
        )
    if other is not None:
        yield f"{account}: its mail on this host is not deleted, because another account uses {other}"


def _handed_over(after: Sources, uid: str, old: str, heirs: t.Sequence[str]) -> Sources:
    if uid not in after or after[uid].text(DATA_SOURCE, "Parent") != old:
        return after
    heir = next((name for name in heirs if name in after), "")
    return after.updated({uid: after[uid].with_text(DATA_SOURCE, "Parent", heir)})
