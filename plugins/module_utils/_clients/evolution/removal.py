# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes and what stays where an account is removed."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..mail_deletion import shared_with
from .sources import DATA_SOURCE, MAIL_IDENTITY, SourceIds, Sources
from .user_choice import is_foreign

_PATH = "Path"  # in the groups Maildir Backend, Mbox Backend, MH Backend and Spool Backend


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
