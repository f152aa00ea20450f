# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding an account among Evolution's sources, and giving a new one uids of its own."""

from __future__ import annotations

import hashlib
import itertools
import typing as t

from ..._model.account import Account, Protocol
from ..._model.errors import OptionError
from ..recognition import ambiguous, has_login, marker
from .mapping import protocol_of
from .sources import (
    AUTHENTICATION,
    DATA_SOURCE,
    MAIL_ACCOUNT,
    MAIL_IDENTITY,
    MARKER_GROUP,
    MARKER_KEY,
    SourceIds,
    Sources,
)

# A source whose parent has this group is made and kept by another program, such as GNOME Online Accounts.
COLLECTION = "Collection"
KINDS = ("account", "identity", "transport")
_NAMESPACE = "charter.mail"


def find(sources: Sources, account: Account) -> SourceIds | None:
    """The uids of an account that is there already, made by us or by hand; None if there is none.

    In this order: our marker; the same type, host and login; the same type, login and address on another host,
    if there is just one such account and it is not marked as another one (the server has moved).

    Raises:
        OptionError: another program keeps the account, or there are several candidates and the choice is the admin's.
    """
    wanted = marker(account)
    usual = uid(account, "account")
    if _marker(sources, usual) == wanted and protocol_of(sources[usual]) is account.protocol:
        return sources.ids(usual)  # nearly always
    for key in sources.in_order(sources.having(MARKER_GROUP, MARKER_KEY, wanted)):
        if _is_of_protocol(sources, key, account.protocol):
            return sources.ids(key)
    _refuse_foreign(sources, account)
    logins = dict.fromkeys((account.username, account.email, account.email.partition("@")[0]))
    with_login = sources.in_order(
        key
        for login in logins
        for key in sources.having(AUTHENTICATION, "User", login)
        if _is_free(sources, key, account.protocol) and _has_login(sources, key, account)
    )
    for key in with_login:
        if _host(sources, key) == account.incoming.host.lower():
            return sources.ids(key)
    moved = [key for key in with_login if _has_address(sources, key, account)]
    if len(moved) > 1:
        raise ambiguous(account, (_host(sources, key) for key in moved), "Evolution")
    return sources.ids(moved[0]) if moved else None


def has_other_protocol(sources: Sources, account: Account) -> bool:
    """Whether the address is set up by the other protocol: both can be wanted, and often one is a mistake."""
    other = Protocol.POP3 if account.protocol is Protocol.IMAP else Protocol.IMAP
    return any(_is_of_protocol(sources, key, other) for key in _with_address(sources, account))


def allocate_uid(sources: Sources, account: Account, kind: str, used: t.Callable[[str], bool]) -> str:
    """A uid for a new source: always the same one for the same account, unless that is in use.

    A source that nothing uses is the rest of an account that was removed, and is taken again.

    Args:
        sources: all of them.
        account: whose.
        kind: one of KINDS.
        used: whether a source that is there belongs to somebody.
    """
    names = (uid(account, kind, number) for number in itertools.count())
    return next(name for name in names if name not in sources or not used(name))


def uid(account: Account, kind: str, number: int = 0) -> str:
    """The name of a source of ours, in the form that Evolution gives its own (40 digits).

    The protocol is in it: what Evolution keeps on the disk for an IMAP account is of no use to a POP3 account.
    """
    seed = [_NAMESPACE, marker(account), kind, *([str(number)] if number else [])]
    # No secret depends on it: the name must only be the same every time.
    return hashlib.sha1("\n".join(seed).encode("utf-8", "surrogateescape")).hexdigest()


def _refuse_foreign(sources: Sources, account: Account) -> None:
    def parent_of(key: str) -> str:
        return sources.text(key, DATA_SOURCE, "Parent")

    same_login = sources.having(AUTHENTICATION, "User", account.username)
    same_server = [key for key in same_login if _host(sources, key) == account.incoming.host.lower()]
    found = (*_with_address(sources, account), *same_server)
    for key in sources.in_order(key for key in found if sources.has_group(parent_of(key), COLLECTION)):
        if _is_free(sources, key, account.protocol):
            name = sources.text(parent_of(key), DATA_SOURCE, "DisplayName") or parent_of(key)
            raise OptionError(
                "email",
                f"{account} is in Evolution by GNOME Online Accounts or the like ({name}), which would undo any change",
                "remove it there (Settings, Online Accounts) and run again, or leave this account to that program",
            )


def _with_address(sources: Sources, account: Account) -> t.Sequence[str]:
    """The mail accounts, of whatever protocol, whose identity has the account's address."""
    identities = sources.having(MAIL_IDENTITY, "Address", account.email)
    return [key for identity in identities for key in sources.accounts_of(identity)]


def _is_of_protocol(sources: Sources, key: str, protocol: Protocol) -> bool:
    return protocol_of(sources[key]) is protocol


def _is_free(sources: Sources, key: str, protocol: Protocol) -> bool:
    """Whether it is a mail account of the protocol that is not marked as another one."""
    return _is_of_protocol(sources, key, protocol) and not _marker(sources, key)


def _marker(sources: Sources, key: str) -> str:
    return sources.text(key, MARKER_GROUP, MARKER_KEY)


def _host(sources: Sources, key: str) -> str:
    return sources.text(key, AUTHENTICATION, "Host").lower()


def _has_login(sources: Sources, key: str, account: Account) -> bool:
    login = sources.text(key, AUTHENTICATION, "User")
    return has_login(login, account, lambda: _has_address(sources, key, account))


def _has_address(sources: Sources, key: str, account: Account) -> bool:
    identity = sources.text(key, MAIL_ACCOUNT, "IdentityUid")
    return sources.text(identity, MAIL_IDENTITY, "Address").lower() == account.email.lower()
