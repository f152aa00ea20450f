# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds an account among Evolution's sources, and allocates uids for a new one."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import typing as t

from ..._model.account import Account, Protocol, State
from ..._model.errors import MailError, OptionError
from ..lookup import ambiguous, has_login, is_void, marker, once
from .mapping import protocol_of
from .online_accounts import Keeper, is_kept, keeper
from .sources import (
    AUTHENTICATION,
    MAIL_ACCOUNT,
    MAIL_IDENTITY,
    MAIL_SUBMISSION,
    MARKER_GROUP,
    MARKER_KEY,
    SourceIds,
    Sources,
)

KINDS = ("account", "identity", "transport")
SIGNATURE = "signature"
_NAMESPACE = "charter.mail"


def find(sources: Sources, account: Account) -> SourceIds | None:
    """The uids of an existing account, made by this collection or by hand; None if there is none.

    The first match counts: our marker; the same type, host and login; the same type, login and address on another host,
    if there is only one such account and it is not marked as another one (the server has moved).

    Raises:
        OptionError: another program manages the account, or there are several candidates and the admin must choose.
            (An account to be removed raises neither.)
    """
    return once(sources.found, account, lambda: _find(sources, account))


def _find(sources: Sources, account: Account) -> SourceIds | None:
    wanted = marker(account)
    usual = uid(account, "account")
    if sources.text(usual, MARKER_GROUP, MARKER_KEY) == wanted and _is_ours(sources, usual, account):
        return sources.ids(usual)  # nearly always
    for key in sources.in_order(key for key in _marked(sources, account) if _is_ours(sources, key, account)):
        return sources.ids(key)
    kept_by = keeper_of(sources, account) if account.state is State.PRESENT else None
    if kept_by is not None:
        raise OptionError(
            "email",
            f"{account} is set up in Evolution by {kept_by.program} ({kept_by.name}), which {kept_by.effect}",
            f"remove it there ({kept_by.where}) and run again, or leave this account to that program",
        )
    with_login = _unmarked(sources, account)
    for key in with_login:
        if _host(sources, key) == account.incoming.host.lower():
            return sources.ids(key)
    moved = [key for key in with_login if _has_address(sources, key, account)]
    if len(moved) > 1:
        if account.state is State.ABSENT:
            return None  # none is known to be ours
        raise ambiguous(account, (_host(sources, key) for key in moved), "Evolution")
    return sources.ids(moved[0]) if moved else None


def candidates(sources: Sources, account: Account) -> t.Sequence[str]:
    """The servers of the accounts between which ``find`` cannot choose."""
    return [_host(sources, key) for key in _unmarked(sources, account) if _has_address(sources, key, account)]


def void(sources: Sources, account: Account) -> t.Sequence[str]:
    """The accounts that were the wanted one until their user turned them into others."""
    found = find(sources, account)
    others = (key for key in _marked(sources, account) if found is None or key != found.account)
    others = (key for key in others if _is_of_protocol(sources, key, account.protocol))
    return sources.in_order(key for key in others if not _is_ours(sources, key, account))


def is_guess(sources: Sources, ids: SourceIds, account: Account) -> bool:
    """Whether an account that was found is only assumed to have moved: no run has marked it."""
    return not _marker(sources, ids.account) and _host(sources, ids.account) != account.incoming.host.lower()


def keeper_of(sources: Sources, account: Account) -> Keeper | None:
    """The program that manages the account; None if there is none."""
    on_server = (key for key in _with_login(sources, account) if _host(sources, key) == account.incoming.host.lower())
    found = sources.in_order((*_with_address(sources, account), *on_server))
    return keeper(sources, (key for key in found if _is_free(sources, key, account.protocol)))


def by_pop3(sources: Sources, account: Account) -> t.Sequence[SourceIds]:
    """The POP3 accounts with the account's address or login, on any server, made by us or by hand."""
    wanted = dataclasses.replace(account, protocol=Protocol.POP3)
    ours = sources.in_order(key for key in _marked(sources, wanted) if _is_ours(sources, key, wanted))
    others = [key for key in _unmarked(sources, wanted) if key not in ours]
    return [sources.ids(key) for key in (*ours, *others)]


def has_other_protocol(sources: Sources, account: Account) -> bool:
    """Whether the address is set up with the other protocol. Both can be wanted; often one is a mistake."""
    other = Protocol.POP3 if account.protocol is Protocol.IMAP else Protocol.IMAP
    return any(_is_of_protocol(sources, key, other) for key in _with_address(sources, account))


def allocate_uid(sources: Sources, account: Account, kind: str, used: t.Callable[[str], bool]) -> str:
    """A uid for a new source: always the same for the same account, unless it is in use.

    A source that nothing uses remains from a removed account and is reused.

    Args:
        sources: all of them.
        account: the source's account.
        kind: one of KINDS.
        used: whether an existing source is in use.
    """
    names = (uid(account, kind, number) for number in itertools.count())
    return next(name for name in names if name not in sources or not used(name))


def uid(account: Account, kind: str, number: int = 0) -> str:
    """The uid of one of our sources, in the format of Evolution's own (40 digits).

    It depends on the protocol, because Evolution's data on disk for an IMAP account is useless to a POP3 account.
    """
    seed = [_NAMESPACE, marker(account), kind, *([str(number)] if number else [])]
    # Not used for security: the name only has to be the same every time.
    return hashlib.sha1("\n".join(seed).encode("utf-8", "surrogateescape")).hexdigest()


def refuse_damaged(sources: Sources, damaged: t.Mapping[str, MailError], account: Account) -> None:
    """Refuse to decide on an account whose own files cannot be read.

    Args:
        sources: the readable sources.
        damaged: uid to error of the unreadable ones.
        account: as wanted.
    """
    if not damaged:
        return
    own = [uid(account, kind) for kind in (*KINDS, SIGNATURE)]
    found = find(sources, account)
    if found is not None:
        identity = sources.text(found.account, MAIL_ACCOUNT, "IdentityUid")
        own += [identity, sources.text(identity, MAIL_SUBMISSION, "TransportUid")]
    for name in own:
        if name in damaged:
            raise damaged[name]


def _unmarked(sources: Sources, account: Account) -> t.Sequence[str]:
    """The unmarked accounts with the protocol and login that no other program manages."""
    return sources.in_order(
        key
        for key in _with_login(sources, account)
        if _is_free(sources, key, account.protocol) and not is_kept(sources, key)
    )


def _with_login(sources: Sources, account: Account) -> t.Sequence[str]:
    """All sources with the account's login."""
    logins = dict.fromkeys((account.username, account.email, account.email.partition("@")[0]))
    return [
        key
        for login in logins
        for key in sources.having(AUTHENTICATION, "User", login)
        if _has_login(sources, key, account)
    ]


def _with_address(sources: Sources, account: Account) -> t.Sequence[str]:
    """The mail accounts, of any protocol, whose identity has the account's address."""
    identities = sources.having(MAIL_IDENTITY, "Address", account.email)
    return [key for identity in identities for key in sources.accounts_of(identity)]


def _is_of_protocol(sources: Sources, key: str, protocol: Protocol) -> bool:
    return protocol_of(sources[key]) is protocol


def _is_free(sources: Sources, key: str, protocol: Protocol) -> bool:
    """Whether it is a mail account with this protocol that is not marked as another one."""
    return _is_of_protocol(sources, key, protocol) and not _marker(sources, key)


def _marked(sources: Sources, account: Account) -> t.Sequence[str]:
    """All sources with the account's marker, in any order, including its identity and transport."""
    return sources.having(MARKER_GROUP, MARKER_KEY, marker(account))


def _is_ours(sources: Sources, key: str, account: Account) -> bool:
    """Whether a marked source is an account with the marker's protocol, and still that account."""
    if not _is_of_protocol(sources, key, account.protocol):
        return False
    login = sources.text(key, AUTHENTICATION, "User").lower()
    return login == account.username.lower() or bool(_marker(sources, key))


def _marker(sources: Sources, key: str) -> str:
    """The account that a run marked it as, if it still is that account."""
    found = sources.text(key, MARKER_GROUP, MARKER_KEY)
    if not found:
        return ""
    address = sources.text(sources.text(key, MAIL_ACCOUNT, "IdentityUid"), MAIL_IDENTITY, "Address")
    return "" if is_void(found, sources.text(key, AUTHENTICATION, "User"), (address,)) else found


def _host(sources: Sources, key: str) -> str:
    return sources.text(key, AUTHENTICATION, "Host").lower()


def _has_login(sources: Sources, key: str, account: Account) -> bool:
    login = sources.text(key, AUTHENTICATION, "User")
    return has_login(login, account, lambda: _has_address(sources, key, account))


def _has_address(sources: Sources, key: str, account: Account) -> bool:
    identity = sources.text(key, MAIL_ACCOUNT, "IdentityUid")
    return sources.text(identity, MAIL_IDENTITY, "Address").lower() == account.email.lower()
