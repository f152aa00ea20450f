# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes passwords and mail that only removed accounts used, and warns about what stays.

What several accounts share is removed with the last of them, in any order.
"""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.settings import Settings
from . import configure, dependent_accounts, folder_references, mapping, programs
from .configure import LoginKey
from .indexed_settings import ACCOUNTS, DEFERRED, SMTP_SERVERS, IndexedSettings
from .installations import ROOTS
from .mail_deletion import MailFolder, used_by
from .mapping import branch, names, text
from .password_store import older_store
from .profile_choice import Root, listed
from .removal import left_identities
from .stored import ThunderbirdRemoval, ThunderbirdState

if t.TYPE_CHECKING:
    from ..._host.files import Files


def settled(files: Files, root: Root, state: ThunderbirdState) -> ThunderbirdState:
    """The state without the passwords and the mail that only removed accounts used.

    Args:
        files: the user's files.
        root: the root of all profiles.
        state: the state with the preferences to store.
    """
    if not any(one.waits for one in state.removals):
        return state
    passwords, changes = state.passwords, [*state.password_changes]
    purged = dict.fromkeys(state.purged)
    removals = []
    smtp_servers = IndexedSettings.of(state.settings).list_of(SMTP_SERVERS).positions
    for one in state.removals:
        if not one.waits:
            removals.append(one)
            continue
        logins = _logins(one)
        unused = [login for login in logins if not configure.uses_login(state.settings, login)]
        for login in unused:
            remaining = passwords.without_login(login.origin, login.username)
            if remaining is not passwords:
                changes.append(login.change(stored=True, wanted=False))
            passwords = remaining
        mail = one.mail
        folder = None if mail is None else mail.folder
        if mail is not None and folder is not None:
            mail = MailFolder(folder, _users_of_mail(files, root, state, one, folder))
            purged.update({} if mail.reason else {folder: None})
        named = dependent_accounts.remaining(state.settings, mapping.stored_folder_uri(one.settings, one.ids.server))
        waits = len(unused) < len(logins) or not smtp_servers.keys().isdisjoint(one.smtp_servers)
        waits = waits or bool(named) or bool(folder is not None and mail and mail.reason)
        remarks = (*_about(files, state, one, unused, named), *(() if mail is None else _about_mail(one, mail)))
        removals.append(one._replace(mail=mail, waits=waits, remarks=remarks))
    return state._replace(
        new_passwords=passwords,
        password_changes=tuple(changes),
        purged=tuple(purged),
        removals=tuple(removals),
    )


def _logins(removal: ThunderbirdRemoval) -> t.Sequence[LoginKey]:
    """The logins of a removed account."""
    found = configure.logins(removal.settings, removal.ids)
    own = (configure.outgoing_login(removal.settings, smtp) for smtp in removal.smtp_servers)
    return [*dict.fromkeys((*found, *own))]


def _about(
    files: Files,
    state: ThunderbirdState,
    removal: ThunderbirdRemoval,
    unused: t.Sequence[LoginKey],
    named: t.Sequence[str],
) -> t.Iterator[str]:
    account, before = removal.account, removal.settings
    left = left_identities(before, removal.ids, account)
    if left:
        yield f"{account}: {' and '.join(left)} are kept in prefs.js, because the user's own identities are not removed"
    if named:
        yield (
            f"{account}: its folders are still named in {' and '.join(named)}; have the user choose others in "
            "Thunderbird's account settings"
        )
    contents = state.password_files.contents
    old = older_store.older_store(state.profile.path, contents, lambda path: programs.exists(files, path))
    if old and any(older_store.may_have(contents, login.origin) for login in unused):
        yield (
            f"{account}: its passwords may still be in logins.json, which cannot be read, because the keys are in "
            f"{old}, the store of an old Thunderbird; have the user delete them in Thunderbird"
        )


def _about_mail(removal: ThunderbirdRemoval, mail: MailFolder) -> t.Iterator[str]:
    if mail.reason:
        yield f"{removal.account}: its mail on this host is not deleted, because {mail.reason}"


def _users_of_mail(files: Files, root: Root, state: ThunderbirdState, removal: ThunderbirdRemoval, folder: str) -> str:
    """What uses a removed account's mail folder, a clause; empty for nothing."""
    profile = state.profile.path
    keepers = sorted((one for one in state.removals if one.mail_stays), key=lambda one: one.ids)
    users = [state.settings, *map(_own_settings, keepers)]
    found = used_by(files, profile, folder, users, _other_profiles(files, root, profile))
    uri = mapping.stored_folder_uri(removal.settings, removal.ids.server)
    found = found or _with_inbox_in(removal, keepers)
    # An IMAP account's folders are on the server; here are only copies.
    if found or uri is None or not uri.startswith("mailbox:"):
        return found
    own = f"{posixpath.join(profile, folder)}/"
    named: dict[str, None] = {}
    for settings in users:
        paths = (path for path in folder_references.filters(files, profile, settings) if not path.startswith(own))
        contents = {path: state.references[path] for path in paths if path in state.references}
        named.update(dict.fromkeys(dependent_accounts.who_keep_mail(settings, contents, uri)))
    return f"others keep mail in it ({', '.join(named)})" if named else ""


def _with_inbox_in(removal: ThunderbirdRemoval, keepers: t.Iterable[ThunderbirdRemoval]) -> str:
    """Which accounts had the inbox of a removed account, although their mail stays, a clause; empty for none."""
    inboxes = ((one.account, text(one.settings, branch("server", one.ids.server) + DEFERRED)) for one in keepers)
    found = [account.email for account, inbox in inboxes if inbox == removal.ids.account]
    return f"the mail of {' and '.join(found)} is in it" if found else ""


def _own_settings(removal: ThunderbirdRemoval) -> Settings:
    """The preferences of a removed account only."""
    state, ids = IndexedSettings.of(removal.settings), removal.ids
    parts = [("account", ids.account), ("server", ids.server)]
    parts += [("identity", name) for name in names(state, branch("account", ids.account) + "identities")]
    own = {key: state[key] for kind, name in parts for key in state.below(kind, name)}
    return IndexedSettings({**own, ACCOUNTS: ids.account})


def _other_profiles(files: Files, root: Root, profile: str) -> t.Iterator[str]:
    """The user's other profiles, including those of other Thunderbirds such as a Snap."""
    ends = sorted((f"/{one}" for one in ROOTS), key=len, reverse=True)
    home = next((root.path[: -len(end)] for end in ends if root.path.endswith(end)), None)
    roots = dict.fromkeys((root.path, *([] if home is None else (f"{home}{end}" for end in ends))))
    real = files.real_path(profile)
    for other in (other.path for path in roots for other in listed(files, path)):
        if files.real_path(other) != real:
            yield other
