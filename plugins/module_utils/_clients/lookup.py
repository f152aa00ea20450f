# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for recognising the wanted account in a client, the same for every client."""

from __future__ import annotations

import typing as t

from .._model.account import Account, State
from .._model.errors import OptionError

T = t.TypeVar("T")


def marker(account: Account) -> str:
    """The mark of an account as ours. A user may have the same address by IMAP and by POP3."""
    return f"{account.protocol.value}:{account.email.lower()}"


def once(known: t.MutableMapping[Account, T], account: Account, find: t.Callable[[], T]) -> T:
    """The result of a search in a state, cached per account since many parts of a run need it.

    Args:
        known: the cache of the state.
        account: the wanted account.
        find: searches for it. Its exceptions are raised each time.
    """
    try:
        return known[account]
    except KeyError:
        found = known[account] = find()
        return found


def has_login(login: str, account: Account, has_address: t.Callable[[], bool]) -> bool:
    """Whether a stored login belongs to the account.

    Args:
        login: the stored login.
        account: the wanted account.
        has_address: whether the stored account also has the address; called only if needed.
    """
    login = login.lower()
    if login in {account.username.lower(), account.email.lower()}:
        return True
    # A login without the domain is a common mistake; it is the same account only if the address matches too.
    return login == account.email.lower().partition("@")[0] and has_address()


def is_void(mark: str, login: str, addresses: t.Collection[str]) -> bool:
    """Whether the user turned a marked account into another one, with another login and that login's address.

    Args:
        mark: the mark made by ``marker``.
        login: the stored login.
        addresses: the addresses it sends from.
    """
    address = mark.partition(":")[2]
    known = {one.lower() for one in addresses if "@" in one}
    if not mark or not known or address in {login.lower(), *known}:
        return False
    return login.lower() in known or (
        login.lower() != address.partition("@")[0] and login.lower() in {one.partition("@")[0] for one in known}
    )


def about_void(account: Account, login: str, host: str) -> str:
    """The warning that the user turned the account into another one."""
    return f"{account}: the account that was set up for it is now {login} on {host}, and is left as it is"


def about_other_protocol(account: Account, is_there: t.Callable[[], bool]) -> tuple[str, ...]:
    """The warning that the address is set up by the other protocol, which is often a mistake.

    Args:
        account: the wanted account.
        is_there: whether the account itself exists; called only if needed.
    """
    if account.state is State.PRESENT:
        return (f"{account}: there is also an account of the same address with the other protocol",)
    if is_there():
        return ()
    return (
        f"{account} does not exist, but the address has an account with the other protocol; to remove it, set protocol",
    )


def absence(account: Account, by_other_protocol: bool) -> str:
    """How an account is missing, a clause whose subject is the client."""
    if by_other_protocol:
        return f"has the address, but not with {account.protocol.value.upper()}"
    return "does not have the account"


def about_candidates(account: Account, hosts: t.Iterable[str]) -> str:
    """The warning that an account to remove could be one of several set up by hand."""
    return (
        f"{account} is not removed: it is set up more than once by hand ({', '.join(hosts)}), and none of these is "
        f"{account.incoming.host}; to remove one of them, name its server in incoming.host"
    )


def ambiguous(account: Account, hosts: t.Iterable[str], client: str) -> OptionError:
    """The error if several accounts set up by hand could have moved to the wanted server.

    Args:
        account: the wanted account.
        hosts: the servers of the candidates.
        client: the client's name.
    """
    return OptionError(
        "email",
        f"{account.email} is set up more than once by hand ({', '.join(hosts)}), "
        f"and none of these is {account.incoming.host}",
        f"remove the ones that are not wanted in {client}, or name the right server in incoming.host",
    )
