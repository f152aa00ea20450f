# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about what stays of an account that is removed, and which of its mail is deleted."""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.account import Account
from ..._model.settings import Settings
from . import configure, folder_references, folder_users, mapping, programs
from .installations import ROOTS
from .mail_deletion import MailFolder, mail_folder
from .mapping import PrefIds
from .password_store import choice as password_choice
from .profiles import Root, listed
from .stored import ThunderbirdState

if t.TYPE_CHECKING:
    from ..._host.files import Files


def of_removal(
    files: Files,
    root: Root,
    before: ThunderbirdState,
    after: Settings,
    ids: PrefIds,
    account: Account,
    left: t.Sequence[str],
) -> tuple[str | None, t.Sequence[str]]:
    """The folder of mail to delete with an account, if any, and the warnings about what stays.

    Args:
        files: the user's.
        root: of all profiles.
        before: with the account.
        after: the preferences without it.
        ids: the account's.
        account: as wanted.
        left: the addresses of the user's own identities, which stay.
    """
    settings = before.settings
    found = []
    if left:
        found.append(
            f"{account}: {' and '.join(left)} stay in prefs.js, since the user's own identities are not removed"
        )
    used = folder_users.remaining(after, mapping.stored_folder_uri(settings, ids.server))
    if used:
        found.append(
            f"{account}: folders of it are still named in {' and '.join(used)}; have the user choose others in "
            "Thunderbird's account settings"
        )
    found += _about_older_store(files, before, after, ids, account)
    mail = _mail_folder(files, root, before, after, ids) if account.purge else None
    if mail is not None and mail.reason:
        found.append(f"{account}: its mail on this host is not deleted, since {mail.reason}")
    return None if mail is None else mail.folder, found


def _about_older_store(
    files: Files, before: ThunderbirdState, after: Settings, ids: PrefIds, account: Account
) -> t.Iterator[str]:
    contents = before.password_files.contents
    old = password_choice.older_store(before.profile.path, contents, lambda path: programs.exists(files, path))
    unused = [one for one in configure.logins(before.settings, ids) if not configure.uses_login(after, one)]
    if old and any(password_choice.may_have(contents, login.origin) for login in unused):
        yield (
            f"{account}: its passwords may still be in logins.json, which cannot be read here, since the keys are in "
            f"{old}, the store of an old Thunderbird; have the user delete them in Thunderbird"
        )


def _mail_folder(files: Files, root: Root, before: ThunderbirdState, after: Settings, ids: PrefIds) -> MailFolder:
    profile = before.profile.path
    found = mail_folder(files, profile, before.settings, after, ids, _other_profiles(files, root, profile))
    uri = mapping.stored_folder_uri(before.settings, ids.server)
    # The folders of an IMAP account are on the server, and a copy is here.
    if found.folder is None or uri is None or not uri.startswith("mailbox:"):
        return found
    own = f"{posixpath.join(profile, found.folder)}/"
    filters = {
        path: content
        for path, content in before.references.items()
        if path.endswith(folder_references.FILTERS) and not path.startswith(own)
    }
    users = folder_users.who_keep_mail(after, filters, uri)
    return MailFolder(None, f"others keep mail in it ({', '.join(users)})") if users else found


def _other_profiles(files: Files, root: Root, profile: str) -> t.Iterator[str]:
    """Those of the user's other Thunderbirds, such as a Snap, too."""
    ends = sorted((f"/{one}" for one in ROOTS), key=len, reverse=True)
    home = next((root.path[: -len(end)] for end in ends if root.path.endswith(end)), None)
    roots = dict.fromkeys((root.path, *([] if home is None else (f"{home}{end}" for end in ends))))
    real = files.real_path(profile)
    for other in (other.path for path in roots for other in listed(files, path)):
        if files.real_path(other) != real:
            yield other
