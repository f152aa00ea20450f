# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the settings stored in a mail client instead of those of the options."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.client_entry import ClientEntry
from .._clients.stored_account import StoredAccount, StoredLogin
from .._model import text
from .._model.account import Account, Security, Server
from .._model.differences import as_spelled
from .._model.errors import MailError, OptionError
from .._providers.catalog import of_host
from .._verify.findings.endpoint import Role
from .._verify.login import Login, Logins
from .._verify.report import client_check_texts
from .._verify.report.account_report import AccountReport
from .._verify.report.check import AccountCheck
from . import unexpected_error
from .arguments import Request
from .client_comparison import DOING, check_of, compared, refusal_of

if t.TYPE_CHECKING:
    from .._clients.client import Client


@dataclasses.dataclass(frozen=True)
class Inspection:
    """A client's settings for one account.

    Attributes:
        account: the account to test.
        logins: the logins to use.
        check: how the client agrees with the options.
        stored_differ: the client stores different passwords for sending and for receiving.
    """

    account: Account
    logins: Logins
    check: AccountCheck
    stored_differ: bool = False

    def complete(self, report: AccountReport) -> AccountReport:
        """The test's report with the result of the inspection."""
        remark = ""
        if self.stored_differ and client_check_texts.only_sending_refused(report):
            remark = (
                "The passwords stored for receiving and for sending differ, and only the first is right. Store it for "
                "sending, too."
            )
        return client_check_texts.add_to_report(self.check, report, remark)


def inspect(
    entry: ClientEntry,
    open_client: t.Callable[[Request], t.ContextManager[Client[t.Any]]],
    request: Request,
    trace: t.Callable[[str], None],
    fatal: tuple[type[Exception], ...] = (),
) -> Inspection:
    """Look for an account in a client, on any kind of host. Changes nothing.

    Args:
        entry: the client.
        open_client: opens the client of the account's user.
        request: the account.
        trace: shows the trace of an unexpected error if requested.
        fatal: errors that end the task for all users, such as a lost connection to the host.
    """
    wanted = request.account
    try:
        return _inspect(entry, open_client, request)
    except MailError as error:
        reason = str(error)
    except fatal:
        raise
    except Exception as error:  # noqa: BLE001 # it must not affect other users
        trace(f"{wanted}: {unexpected_error.trace(error)}")
        reason = unexpected_error.sentence(error)
    return Inspection(wanted, Logins.of(wanted), client_check_texts.unreadable(entry.title, reason))


def _inspect(
    entry: ClientEntry, open_client: t.Callable[[Request], t.ContextManager[Client[t.Any]]], request: Request
) -> Inspection:
    wanted = request.account
    with open_client(request) as client:
        try:
            found = client.undisturbed(lambda: client.account(wanted))
        except OptionError as error:  # another program's account, or ambiguous
            check = client_check_texts.undecided(entry.title, client.title, entry.module, str(error))
            return Inspection(wanted, Logins.of(wanted), check)
        place = client.title
        if found is None:
            absence, refusal = client.absence(wanted), refusal_of(client, wanted)
            check = client_check_texts.account_missing(entry.title, place, str(wanted), absence, entry.module, refusal)
            return Inspection(wanted, Logins.of(wanted), check)
        clauses, left = compared(entry, wanted, found)
        refusal = refusal_of(client, as_spelled(wanted, found.account)) if clauses else ""
    return _compared(entry, request, found, check_of(entry, place, wanted, found, clauses, left, refusal))


def _compared(entry: ClientEntry, request: Request, found: StoredAccount, check: AccountCheck) -> Inspection:
    wanted, has = request.account, found.account
    incoming, one = _side(entry, Role.INCOMING, request, found, has.incoming, found.incoming)
    outgoing, other = _side(entry, Role.OUTGOING, request, found, has.outgoing, found.outgoing)
    account = dataclasses.replace(wanted, incoming=incoming, outgoing=outgoing, username=one.username)
    both = one.password is not None and other.password is not None
    return Inspection(account, Logins(one, other), check, stored_differ=both and one.password != other.password)


def _side(
    entry: ClientEntry, role: Role, request: Request, found: StoredAccount, server: Server, stored: StoredLogin
) -> tuple[Server, Login]:
    """The server and login to test on one side: the client's, if they are usable."""
    wanted = request.account
    if not _is_usable(server, stored.username):
        reason = f"{entry.title} has no usable server for {DOING[role]}, so the one in the options was tested"
        usual = wanted.incoming if role is Role.INCOMING else wanted.outgoing
        return usual, Login(wanted.username, wanted.password, reason)
    if not stored.username:
        return server, Login(wanted.username, None, f"{entry.title} does not sign in for {DOING[role]}")
    if stored.method:
        why = f"{entry.title} signs in by {stored.method} for {DOING[role]}, and only passwords can be tested"
        return server, Login(stored.username, None, why)
    if server.security is Security.NONE and not request.allow_plaintext:
        return server, Login(
            stored.username, None, f"the connection of {entry.title} is not encrypted and would expose it"
        )
    if wanted.password is not None and _is_meant(server.host, wanted):
        return server, Login(stored.username, wanted.password)
    if stored.password is not None:
        return server, Login(stored.username, stored.password)
    return server, Login(stored.username, None, _no_password(entry, role, wanted, found))


def _is_usable(server: Server, username: str) -> bool:
    try:
        text.host_name(server.host, "host")
        text.visible(username, "username")
    except OptionError:
        return False
    return 1 <= server.port <= 65535


def _is_meant(host: str, wanted: Account) -> bool:
    """Whether a password from the admin may be sent there: a user's files can name any host."""
    return host.lower() in {wanted.incoming.host, wanted.outgoing.host} or of_host(host) is not None


def _no_password(entry: ClientEntry, role: Role, wanted: Account, found: StoredAccount) -> str:
    if found.locked:
        return f"the passwords that {entry.title} has stored cannot be read ({found.locked})"
    if wanted.password is not None:
        return f"the password given is not for the server that {entry.title} has for {DOING[role]}"
    return f"no password was given and {entry.title} has stored none for {DOING[role]}"
