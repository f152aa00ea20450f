# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the preferences to those wanted for one account. Pure."""

from __future__ import annotations

import contextlib
import typing as t

from ..._model.account import Account
from ..._model.settings import Change, Settings
from ..lookup import marker
from . import client_settings, further_identities, mapping, signatures
from .default_account import choose_default
from .indexed_settings import ACCOUNTS, MARKER, SMTP_SERVERS, Draft, IndexedSettings
from .local_folders import with_local_folders
from .lookup import allocate_ids, find
from .mapping import (
    PrefIds,
    branch,
    enforce,
    is_as_wanted,
    names,
    text,
)
from .own_identity import own_identity
from .smtp_servers import identities_naming, senders_by


class LoginKey(t.NamedTuple):
    """What names the password of a server: its origin and the login, which must match exactly."""

    origin: str
    username: str

    def change(self, *, stored: bool, wanted: bool) -> Change:
        """A change of its password, which shows only whether there was one and will be one."""
        return Change.of_secret(f"password of {self.username} for {self.origin}", stored=stored, wanted=wanted)


def present(
    before: Settings, account: Account, as_root: t.Callable[[], t.ContextManager[None]] = contextlib.nullcontext
) -> tuple[Settings, PrefIds]:
    """The preferences with the account, and its ids; ``before`` itself if nothing changes.

    Args:
        before: all preferences.
        account: the wanted account.
        as_root: see ``Thunderbird``.
    """
    state = IndexedSettings.of(before)
    after = Draft(state)
    found = find(state, account)
    if found is None:
        ids = allocate_ids(state)
        _create(after, ids, account)
    else:
        ids = _own_smtp_server(after, own_identity(after, found, account), account)
        _follow_move(after, ids, account, as_root)
    server, identity = branch("server", ids.server), branch("identity", ids.identity)
    smtp = branch("smtpserver", ids.smtp)
    after[server + MARKER] = marker(account)
    enforce(after, server, mapping.SERVER, account)
    enforce(after, identity, mapping.IDENTITY, account)
    if account.signature is not None:
        enforce(after, identity, signatures.RULES, account)
    signatures.mark(after, identity, account)
    enforce(after, smtp, mapping.SMTP, account)
    after[identity + "smtpServer"] = ids.smtp
    after.append(SMTP_SERVERS, ids.smtp)
    further_identities.configure(after, ids, account)
    client_settings.enforce(after, ids, account)
    choose_default(after, ids, account)
    finished = with_local_folders(after.finished(), account)
    return (before if finished is state else finished), ids


def logins(settings: Settings, ids: PrefIds) -> tuple[LoginKey, LoginKey]:
    """The logins that an account uses, incoming and outgoing."""
    return _incoming(settings, ids.server), outgoing_login(settings, ids.smtp)


def moves(before: Settings, after: Settings, ids: PrefIds, account: Account) -> bool:
    """Whether the account gets other logins, or another URI for its folders.

    Args:
        before: the preferences before.
        after: the preferences after.
        ids: the account's ids in ``after``.
        account: the wanted account.
    """
    old = find(before, account)
    if old is None:
        return False
    root = mapping.stored_folder_uri(before, old.server)
    return root not in {None, mapping.folder_uri(account)} or logins(before, old) != logins(after, ids)


def _incoming(settings: Settings, server: str) -> LoginKey:
    prefix = branch("server", server)
    origin = mapping.incoming_origin(text(settings, prefix + "type"), text(settings, prefix + "hostname"))
    return LoginKey(origin, text(settings, prefix + "userName"))


def outgoing_login(settings: Settings, smtp: str) -> LoginKey:
    """The login that an SMTP server uses."""
    prefix = branch("smtpserver", smtp)
    return LoginKey(mapping.outgoing_origin(text(settings, prefix + "hostname")), text(settings, prefix + "username"))


def uses_login(settings: Settings, login: LoginKey) -> bool:
    """Whether any account or SMTP server uses a login."""
    state = IndexedSettings.of(settings)
    servers = state.owners("server", "userName", login.username)
    smtp_servers = state.list_of(SMTP_SERVERS).positions
    return any(_incoming(state, server) == login for server in servers if state.accounts_with("server", server)) or any(
        outgoing_login(state, smtp) == login
        for smtp in state.owners("smtpserver", "username", login.username)
        if smtp in smtp_servers
    )


def _create(after: Draft, ids: PrefIds, account: Account) -> None:
    after[branch("account", ids.account) + "server"] = ids.server
    after[branch("account", ids.account) + "identities"] = ids.identity
    after.count_account(ids.account)
    after.append(ACCOUNTS, ids.account)
    mapping.write(after, branch("server", ids.server), (*mapping.SERVER, *mapping.NEW_SERVER), account)
    mapping.write(after, branch("identity", ids.identity), (*mapping.IDENTITY, *mapping.NEW_IDENTITY), account)
    mapping.write(after, branch("smtpserver", ids.smtp), (*mapping.SMTP, *mapping.NEW_SMTP), account)


def _own_smtp_server(after: Draft, ids: PrefIds, account: Account) -> PrefIds:
    """The account's SMTP server, or a new one if it has none or shares it with another account.

    Charter refuses a sender that is not the login (AUP#Out-1500), so a shared entry works for only one of them.
    """
    own = set(names(after, branch("account", ids.account) + "identities"))
    listed = bool(ids.smtp) and ids.smtp in after.list_of(SMTP_SERVERS).positions
    # A new identity has no SMTP server yet.
    if listed and own.issuperset(identities_naming(after.before, ids.smtp)):
        # Identities that use it only as the default are not affected as long as it does not change.
        prefix = branch("smtpserver", ids.smtp)
        if own.issuperset(senders_by(after.before, ids.smtp)) or is_as_wanted(after, prefix, mapping.SMTP, account):
            return ids
    new = allocate_ids(after.before).smtp
    mapping.write(after, branch("smtpserver", new), (*mapping.SMTP, *mapping.NEW_SMTP), account)
    return ids._replace(smtp=new)


def _follow_move(after: Draft, ids: PrefIds, account: Account, as_root: t.Callable[[], t.ContextManager[None]]) -> None:
    """Update the folder URIs that contain the host or the login, if either changes.

    The mail stays in the directory that the server's preferences name; these are not changed.
    """
    old, new = mapping.stored_folder_uri(after.before, ids.server), mapping.folder_uri(account)
    if old is None or old == new:
        return
    with as_root():
        from . import folder_references  # imported here: few servers move
    references = folder_references.References.between(old, new)
    for key, value in after.before.flat().items():
        if isinstance(value, str) and references.may_be_in(value):
            after[key] = references.moved(value)
