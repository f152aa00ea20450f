# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds an account among those in the preferences, and allocates ids for a new one."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.account import Account, Protocol, State
from ..._model.settings import Settings
from ..lookup import ambiguous, has_login, is_void, marker, once
from .indexed_settings import ACCOUNTS, MARKER, Draft, IndexedSettings
from .mapping import PrefIds, branch, names, text

DEFAULT_ACCOUNT = "mail.accountmanager.defaultaccount"
DEFAULT_SMTP = "mail.smtp.defaultserver"


def find(settings: Settings, account: Account) -> PrefIds | None:
    """The ids of an existing account, created by us or by hand; None if there is none.

    Tried in this order: our marker; the same type, host and login; the same type, login and address on another host, if
    there is exactly one such account and it is not marked as another one (the server has moved).

    Raises:
        OptionError: several accounts match, and the administrator must choose. (Not raised for an account to remove.)
    """
    state = IndexedSettings.of(settings)
    return once(state.found, account, lambda: _find(state, account))


def _find(state: IndexedSettings, account: Account) -> PrefIds | None:
    for ids in _marked(state, account):
        if not _is_anothers(state, ids, account):
            return _with_identity(state, ids, account)
    free = _unmarked(state, account)
    for ids in free:
        if _host(state, ids) == account.incoming.host.lower():
            return _with_identity(state, ids, account)
    moved = [ids for ids in free if _has_address(state, ids, account)]
    if len(moved) > 1:
        if account.state is State.ABSENT:
            return None  # none is known to be ours
        raise ambiguous(account, (_host(state, ids) for ids in moved), "Thunderbird")
    return _with_identity(state, moved[0], account) if moved else None


def candidates(settings: Settings, account: Account) -> t.Sequence[str]:
    """The servers of the accounts among which ``find`` cannot choose."""
    state = IndexedSettings.of(settings)
    return [_host(state, ids) for ids in _unmarked(state, account) if _has_address(state, ids, account)]


def void(settings: Settings, account: Account) -> t.Sequence[PrefIds]:
    """The accounts that were the wanted one before the user turned them into others."""
    state = IndexedSettings.of(settings)
    found = find(state, account)
    if found is not None and list(_with_mark(state, account)) == [found.server]:  # the usual case
        return []
    return [ids for ids in _marked(state, account) if _is_anothers(state, ids, account)]


def is_guess(settings: Settings, ids: PrefIds, account: Account) -> bool:
    """Whether an account is only assumed to have moved: it has no mark of a run."""
    return not _mark(settings, ids) and _host(settings, ids) != account.incoming.host.lower()


def _unmarked(state: IndexedSettings, account: Account) -> t.Sequence[PrefIds]:
    """The unmarked accounts with the type and the login."""
    logins = dict.fromkeys((account.username, account.email, account.email.partition("@")[0]))
    with_login = _with_server(state, [key for login in logins for key in state.owners("server", "userName", login)])
    return [
        ids
        for ids in with_login
        if _is_of_type(state, ids, account) and not _mark(state, ids) and _has_login(state, ids, account)
    ]


def by_pop3(settings: Settings, account: Account) -> t.Sequence[PrefIds]:
    """The POP3 accounts with the account's address or login, on any server, created by us or by hand."""
    state = IndexedSettings.of(settings)
    wanted = dataclasses.replace(account, protocol=Protocol.POP3)
    ours = [ids for ids in _marked(state, wanted) if not _is_anothers(state, ids, wanted)]
    others = [ids for ids in _unmarked(state, wanted) if ids not in ours]
    return [_with_identity(state, ids, wanted) for ids in (*ours, *others)]


def _marked(state: IndexedSettings, account: Account) -> t.Sequence[PrefIds]:
    """The accounts with the type and the account's mark."""
    marked = _with_server(state, _with_mark(state, account))
    return [ids for ids in marked if _is_of_type(state, ids, account)]


def _with_mark(state: IndexedSettings, account: Account) -> t.Sequence[str]:
    """The servers with the account's mark."""
    return state.owners("server", MARKER, marker(account))


def _is_anothers(settings: Settings, ids: PrefIds, account: Account) -> bool:
    login = text(settings, branch("server", ids.server) + "userName")
    return login.lower() != account.username.lower() and not _mark(settings, ids)


def _mark(settings: Settings, ids: PrefIds) -> str:
    """The account for which a run marked it, if it still is that account."""
    prefix = branch("server", ids.server)
    found = text(settings, prefix + MARKER)
    if not found:
        return ""
    identities = names(settings, branch("account", ids.account) + "identities")
    addresses = [text(settings, branch("identity", identity) + "useremail") for identity in identities]
    return "" if is_void(found, text(settings, prefix + "userName"), addresses) else found


def has_other_protocol(settings: Settings, account: Account) -> bool:
    """Whether the address is set up by the other protocol. Both may be wanted, but often one is a mistake."""
    state = IndexedSettings.of(settings)
    other = Protocol.POP3 if account.protocol is Protocol.IMAP else Protocol.IMAP
    return any(
        text(state, branch("server", text(state, branch("account", key) + "server")) + "type") == other.value
        for identity in state.owners("identity", "useremail", account.email)
        for key in state.accounts_with("identities", identity)
    )


def stored(settings: Settings) -> t.Iterator[PrefIds]:
    """Every account that Thunderbird shows, with its first identity (ids are empty if something is missing)."""
    for key, server in _servers(settings):
        yield _ids(settings, key, server)


def _servers(settings: Settings) -> t.Iterator[tuple[str, str]]:
    """The key of each account and of its server. A profile may have hundreds, so everything else is looked up later."""
    listed = settings if isinstance(settings, (IndexedSettings, Draft)) else IndexedSettings(settings)
    for key in listed.list_of(ACCOUNTS).names:
        server = text(settings, branch("account", key) + "server")
        if server:
            yield key, server


def _with_server(state: IndexedSettings, servers: t.Iterable[str]) -> t.Sequence[PrefIds]:
    """The accounts with one of these servers, in the order of the account list."""
    found = {key: server for server in servers for key in state.accounts_with("server", server)}
    if len(found) > 1:
        found = dict(sorted(found.items(), key=lambda one: state.list_of(ACCOUNTS).positions[one[0]]))
    return [_ids(state, key, server) for key, server in found.items()]


def _ids(settings: Settings, key: str, server: str) -> PrefIds:
    identities = names(settings, branch("account", key) + "identities")
    identity = identities[0] if identities else ""
    return PrefIds(key, server, identity, text(settings, branch("identity", identity) + "smtpServer"))


def allocate_ids(settings: Settings) -> PrefIds:
    """Ids that were never used: one above the highest number in any name, list or lastKey."""
    free_number = IndexedSettings.of(settings).free_number
    return PrefIds(
        account=f"account{free_number('account')}",
        server=f"server{free_number('server')}",
        identity=f"id{free_number('id')}",
        smtp=f"smtp{free_number('smtp')}",
    )


def _is_of_type(settings: Settings, ids: PrefIds, account: Account) -> bool:
    return text(settings, branch("server", ids.server) + "type") == account.protocol.value


def _host(settings: Settings, ids: PrefIds) -> str:
    return text(settings, branch("server", ids.server) + "hostname").lower()


def _has_login(settings: Settings, ids: PrefIds, account: Account) -> bool:
    login = text(settings, branch("server", ids.server) + "userName")
    return has_login(login, account, lambda: _has_address(settings, ids, account))


def _has_address(settings: Settings, ids: PrefIds, account: Account) -> bool:
    return _identity_of(settings, ids, account) is not None


def _identity_of(settings: Settings, ids: PrefIds, account: Account) -> str | None:
    """The identity with the account's address, preferably one that no other account uses."""
    email = account.email.lower()
    listed = names(settings, branch("account", ids.account) + "identities")
    found = [name for name in listed if text(settings, branch("identity", name) + "useremail").lower() == email]
    if len(found) < 2:
        return next(iter(found), None)
    return next((name for name in found if not is_shared(settings, name, ids)), found[0])


def is_shared(settings: Settings, identity: str, ids: PrefIds) -> bool:
    """Whether another account also has an identity of the account."""
    return not {ids.account}.issuperset(IndexedSettings.of(settings).accounts_with("identities", identity))


def _with_identity(settings: Settings, ids: PrefIds, account: Account) -> PrefIds:
    """The ids with the identity that has the account's address, if any, and with its SMTP server."""
    identity = _identity_of(settings, ids, account) or ids.identity
    return PrefIds(ids.account, ids.server, identity, text(settings, branch("identity", identity) + "smtpServer"))
