# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing an account: what goes, and what stays."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.persistent import updated
from ..mail_deletion import shared_with
from . import defaults, signatures
from .lookup import find
from .sources import DATA_SOURCE, MAIL_IDENTITY, SourceIds, Sources
from .stored import EvolutionState
from .user_choice import is_foreign

if t.TYPE_CHECKING:
    from ..._host.files import Files
    from .location_choice import Location

_PATH = "Path"  # in the groups Maildir Backend, Mbox Backend, MH Backend and Spool Backend


def without(location: Location, files: Files, before: EvolutionState, account: Account) -> EvolutionState:
    """Without the account.

    Args:
        location: of Evolution's folders.
        files: the user's.
        before: with it.
        account: as wanted.
    """
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
    reset = [name for name in defaults.NAMES if before.default(name) in gone]
    other = None
    if account.purge:
        folders = location.mail_folders(ids.account)
        other = user_of_mail(before.sources, ids.account, folders, files.real_path)
    return before._replace(
        sources=sources,
        new_signatures={**before.new_signatures, **new_signatures},
        new_passwords=updated(before.new_passwords, dict.fromkeys(known)),
        new_defaults={**before.new_defaults, **dict.fromkeys(reset)},
        purged=(*before.purged, ids.account) if account.purge and other is None else before.purged,
        remarks=(*before.remarks, *remarks(before.sources, sources, ids, account, other)),
        left=(*before.left, str(account)) if passwords.locked else before.left,
    )


def absent(before: Sources, account: Account) -> tuple[Sources, SourceIds | None]:
    """The sources without the account, and the uids that it had; what another account uses stays.

    Raises:
        OptionError: another program keeps the account.
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
    # With its parent a source would vanish, too, so what stays goes to whom it serves.
    after = before.updated({}, removed)
    after = _handed_over(after, ids.identity, ids.account, others)
    served = [uid for user in users for uid in before.in_order(before.accounts_of(user))]
    after = _handed_over(after, ids.transport, ids.account, served)
    return after, ids


def user_of_mail(
    sources: Sources, account: str, folders: t.Sequence[str], real_path: t.Callable[[str], str]
) -> str | None:
    """A folder of another account that would be deleted with an account's mail; None if there is none.

    Others can name any folder, such as one for Maildir.

    Args:
        sources: all of them.
        account: the account's uid.
        folders: the folders with its mail, absolute.
        real_path: see ``Files``.
    """
    others = [
        value
        for uid, source in sources.items()
        if uid != account
        for (_group, key), value in source.values.items()
        if key == _PATH and value.startswith("/") and "\0" not in value
    ]
    found = shared_with(folders, others, real_path)
    return None if found is None else found[1]


def remarks(before: Sources, after: Sources, ids: SourceIds, account: Account, other: str | None) -> t.Iterator[str]:
    """What the admin should know.

    Args:
        before: with the account.
        after: without it.
        ids: the account's.
        account: as wanted.
        other: what ``user_of_mail`` found; None where no mail is to be deleted.
    """
    if is_foreign(before, ids.identity, account) and ids.identity not in after:
        address = before.text(ids.identity, MAIL_IDENTITY, "Address")
        yield f"{account}: this also removes {address}, the user's own address, as which Evolution sent by it"
    used = [
        f"{key} of {after.text(uid, DATA_SOURCE, 'DisplayName') or uid}"
        for uid, key in after.folder_users.get(ids.account, ())
        if uid in after
    ]
    if used:
        yield (
            f"{account}: folders of it are still named in {' and '.join(used)}; have the user choose others in "
            "Evolution (Edit, Accounts)"
        )
    if other is not None:
        yield f"{account}: its mail on this host is not deleted, since another account uses {other}"


def _handed_over(after: Sources, uid: str, old: str, heirs: t.Sequence[str]) -> Sources:
    if uid not in after or after[uid].text(DATA_SOURCE, "Parent") != old:
        return after
    heir = next((name for name in heirs if name in after), "")
    return after.updated({uid: after[uid].with_text(DATA_SOURCE, "Parent", heir)})
