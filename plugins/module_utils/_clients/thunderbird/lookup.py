# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding an account among those in the preferences, and giving a new one ids of its own."""

from __future__ import annotations

import itertools
import re
import typing as t

from ..._model.account import Account, Protocol
from ..._model.settings import Settings
from ..recognition import ambiguous, has_login, marker
from .mapping import PrefIds, branch, names, text

ACCOUNTS = "mail.accountmanager.accounts"
DEFAULT_ACCOUNT = "mail.accountmanager.defaultaccount"
SMTP_SERVERS = "mail.smtpservers"
DEFAULT_SMTP = "mail.smtp.defaultserver"
LAST_KEY = "mail.account.lastKey"
# Thunderbird keeps preferences that it does not know, so the account is found again whatever is renamed or moved.
MARKER = "charter_mail"

LARGEST_NUMBER = 2**31 - 1  # what a preference can hold, lastKey among them
_NUMBERED = re.compile(r"(account|server|id|smtp)([0-9]{1,10})")


def find(settings: Settings, account: Account) -> PrefIds | None:
    """The ids of an account that is there already, made by us or by hand; None if there is none.

    In this order: our marker; the same type, host and login; the same type, login and address on another host,
    if there is just one such account and it is not marked as another one (the server has moved).

    Raises:
        OptionError: there are several candidates, and the choice is the admin's.
    """
    wanted = marker(account)
    for key, server in _servers(settings):
        if settings.get(branch("server", server) + MARKER) == wanted:
            ids = _ids(settings, key, server)
            if _is_of_type(settings, ids, account):
                return _with_identity(settings, ids, account)
    candidates = [ids for ids in stored(settings) if _is_of_type(settings, ids, account)]
    free = [ids for ids in candidates if not text(settings, branch("server", ids.server) + MARKER)]
    for ids in free:
        if _has_login(settings, ids, account) and _host(settings, ids) == account.incoming.host.lower():
            return _with_identity(settings, ids, account)
    moved = [ids for ids in free if _has_login(settings, ids, account) and _has_address(settings, ids, account)]
    if len(moved) > 1:
        raise ambiguous(account, (_host(settings, ids) for ids in moved), "Thunderbird")
    return _with_identity(settings, moved[0], account) if moved else None


def has_other_protocol(settings: Settings, account: Account) -> bool:
    """Whether the address is set up by the other protocol: both can be wanted, and often one is a mistake."""
    other = Protocol.POP3 if account.protocol is Protocol.IMAP else Protocol.IMAP
    return any(
        settings.get(branch("server", server) + "type") == other.value
        and _has_address(settings, _ids(settings, key, server), account)
        for key, server in _servers(settings)
    )


def stored(settings: Settings) -> t.Iterator[PrefIds]:
    """Every account that Thunderbird would show, with its first identity (empty ids where something is missing)."""
    for key, server in _servers(settings):
        yield _ids(settings, key, server)


def _servers(settings: Settings) -> t.Iterator[tuple[str, str]]:
    """The keys of every account and its server. A profile may have hundreds: what else they have is looked up late."""
    for key in names(settings, ACCOUNTS):
        server = text(settings, branch("account", key) + "server")
        if server:
            yield key, server


def _ids(settings: Settings, key: str, server: str) -> PrefIds:
    identities = names(settings, branch("account", key) + "identities")
    identity = identities[0] if identities else ""
    return PrefIds(key, server, identity, text(settings, branch("identity", identity) + "smtpServer"))


def allocate_ids(settings: Settings) -> PrefIds:
    """PrefIds that were never used: one above the highest number found anywhere in names, lists and lastKey.

    Numbers that do not fit in Thunderbird's 32 bits do not count.
    """
    used: dict[str, set[int]] = {"account": set(), "server": set(), "id": set(), "smtp": set()}
    last_key = settings.get(LAST_KEY)
    if isinstance(last_key, int):
        used["account"].add(last_key)
    for kind, number in _numbers(settings):
        used[kind].add(number)
    free = {kind: _free(numbers) for kind, numbers in used.items()}
    return PrefIds(
        account=f"account{free['account']}",
        server=f"server{free['server']}",
        identity=f"id{free['id']}",
        smtp=f"smtp{free['smtp']}",
    )


def _free(used: t.AbstractSet[int]) -> int:
    """One above the highest number; where Thunderbird's 32 bits end there, the lowest that is free."""
    highest = max((number for number in used if 0 <= number <= LARGEST_NUMBER), default=0)
    if highest < LARGEST_NUMBER:
        return highest + 1
    return next(number for number in itertools.count(1) if number not in used)


def _numbers(settings: Settings) -> t.Iterator[tuple[str, int]]:
    for key, value in settings.items():
        if not key.startswith("mail."):
            continue
        listed = value.split(",") if isinstance(value, str) and len(value) < 10_000 else []
        for word in (*key.split("."), *(part.strip() for part in listed)):
            match = _NUMBERED.fullmatch(word)
            if match is not None:
                yield match.group(1), int(match.group(2))


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
    for identity in names(settings, branch("account", ids.account) + "identities"):
        if text(settings, branch("identity", identity) + "useremail").lower() == account.email.lower():
            return identity
    return None


def _with_identity(settings: Settings, ids: PrefIds, account: Account) -> PrefIds:
    """The ids with the identity that has the account's address, if there is one, and its SMTP server."""
    identity = _identity_of(settings, ids, account) or ids.identity
    return PrefIds(ids.account, ids.server, identity, text(settings, branch("identity", identity) + "smtpServer"))
