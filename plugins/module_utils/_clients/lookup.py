# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes an account in a client the one that is wanted, the same for every client."""

from __future__ import annotations

import typing as t

from .._model.account import Account, State
from .._model.errors import OptionError

T = t.TypeVar("T")


def marker(account: Account) -> str:
    """What marks an account as ours. One user may have the same address by IMAP and by POP3."""
    return f"{account.protocol.value}:{account.email.lower()}"


def once(known: t.MutableMapping[Account, T], account: Account, find: t.Callable[[], T]) -> T:
    """What was found for an account of a state the first time: many parts of a run ask.

    Args:
        known: of the state.
        account: as wanted.
        find: finds it. What it raises is raised each time.
    """
    try:
        return known[account]
    except KeyError:
        found = known[account] = find()
        return found


def has_login(login: str, account: Account, has_address: t.Callable[[], bool]) -> bool:
    """Whether a stored login is the account's.

    Args:
        login: as stored.
        account: as wanted.
        has_address: whether what is stored has the account's address, too; asked only where that matters.
    """
    login = login.lower()
    if login in {account.username.lower(), account.email.lower()}:
        return True
    # A short login is a usual mistake; it is the same account only if the address is, too.
    return login == account.email.lower().partition("@")[0] and has_address()


def is_void(mark: str, login: str, addresses: t.Collection[str]) -> bool:
    """Whether a marked account has become another one: its user has given it another login, and that one's address.

    Args:
        mark: as ``marker`` made it.
        login: as stored.
        addresses: those that the account sends by.
    """
    address = mark.partition(":")[2]
    known = {one.lower() for one in addresses if "@" in one}
    if not mark or not known or address in {login.lower(), *known}:
        return False
    return login.lower() in known or (
        login.lower() != address.partition("@")[0] and login.lower() in {one.partition("@")[0] for one in known}
    )


def about_void(account: Account, login: str, host: str) -> str:
    """What the admin should know of an account that was the wanted one before its user made another one of it."""
    return f"{account}: the account that was set up for it is now {login} on {host}, and is left as it is"


def about_other_protocol(account: Account, is_there: t.Callable[[], bool]) -> tuple[str, ...]:
    """What the user should know where the address is set up by the other protocol: often that is a mistake.

    Args:
        account: as wanted.
        is_there: whether the account itself is there; asked only where that matters.
    """
    if account.state is State.PRESENT:
        return (f"{account} stands beside an account of the same address by the other protocol",)
    if is_there():
        return ()
    return (f"{account} is not there, but the address is by the other protocol; set protocol to remove that",)


def absence(account: Account, by_other_protocol: bool) -> str:
    """How an account that is not there is missing, a clause whose subject is the client."""
    if by_other_protocol:
        return f"has the address, but not by {account.protocol.value.upper()}"
    return "does not have the account"


def about_candidates(account: Account, hosts: t.Iterable[str]) -> str:
    """What the admin should know where an account to be removed could be one of several made by hand."""
    return (
        f"{account} is not removed: it is set up more than once by hand ({', '.join(hosts)}), and none of these is "
        f"{account.incoming.host}; name the right server in incoming.host to remove that"
    )


def ambiguous(account: Account, hosts: t.Iterable[str], client: str) -> OptionError:
    """The error where several accounts made by hand could have moved to the wanted server.

    Args:
        account: as wanted.
        hosts: the servers of the candidates.
        client: its name.
    """
    return OptionError(
        "email",
        f"{account.email} is set up more than once by hand ({', '.join(hosts)}), "
        f"and none of these is {account.incoming.host}",
        f"remove the ones that are not wanted in {client}, or name the right server in incoming.host",
    )
