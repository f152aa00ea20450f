# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the settings stored in a mail client instead of those of the options."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.client_entry import ClientEntry
from .._clients.difference_text import change_text, difference_texts
from .._clients.stored_account import LeftAlone, StoredAccount, StoredLogin
from .._model import text
from .._model.account import Account, Security, Server
from .._model.differences import as_spelled, differences
from .._model.errors import MailError, OptionError
from .._providers.catalog import of_host
from .._verify.findings.endpoint import Role
from .._verify.login import Login, Logins
from .._verify.report import client_check_texts
from .._verify.report.account_report import AccountReport
from .._verify.report.check import AccountCheck
from . import unexpected_error
from .arguments import Request

if t.TYPE_CHECKING:
    from .._clients.client import Client

_DOING = {Role.INCOMING: "receiving", Role.OUTGOING: "sending"}


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
            absence, refusal = client.absence(wanted), _refusal(client, wanted)
            check = client_check_texts.account_missing(entry.title, place, str(wanted), absence, entry.module, refusal)
            return Inspection(wanted, Logins.of(wanted), check)
        clauses, left = _clauses(entry, wanted, found)
        refusal = _refusal(client, as_spelled(wanted, found.account)) if clauses else ""
    return _compared(entry, request, found, _check(entry, place, wanted, found, clauses, left, refusal))


def _refusal(client: Client[t.Any], wanted: Account) -> str:
    """Why a run would not configure the account in the client, as sentences; empty if it would."""
    try:
        client.undisturbed(lambda: client.configure(client.read(), wanted))
    except MailError as error:
        return str(error)
    return ""


def _clauses(entry: ClientEntry, wanted: Account, found: StoredAccount) -> tuple[list[str], list[str]]:
    """What a run would change, and the differences that it would leave."""
    left_alone = found.left_alone or LeftAlone("", frozenset())
    named = (*differences(wanted, found.account, found.outgoing.username), *found.sign_in)

    def texts(*, left: bool) -> list[str]:
        chosen = (difference for difference in named if left_alone.covers(difference) is left)
        return difference_texts(chosen, wanted, found.account, entry.title, found.security_names)

    stays = texts(left=True)
    if left_alone.settings is None:
        return [], stays
    clauses = texts(left=False)
    if not clauses:  # other settings follow from these, such as the URIs of folders
        clauses = [change_text(change, entry.title) for change in found.others]
    return clauses + _password_differences(entry, wanted, found), stays


def _check(
    entry: ClientEntry,
    place: str,
    wanted: Account,
    found: StoredAccount,
    clauses: t.Sequence[str],
    left: t.Sequence[str],
    refusal: str,
) -> AccountCheck:
    note = "the tests ran with the password of the option"
    if wanted.password is None:
        note = f"the tests ran with what {entry.title} has stored"
    if found.locked:
        note = f"{note}; stored passwords cannot be read: {found.locked}"
    if clauses:
        note = f"{found.left_alone.reason}; {note}" if found.left_alone else note
        return client_check_texts.differs(entry.title, place, clauses, note, entry.module, refusal)
    if found.left_alone:
        return client_check_texts.left_alone(entry.title, place, found.left_alone.reason, left, note, entry.module)
    return client_check_texts.as_wanted(entry.title, place, note)


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
        reason = f"{entry.title} has no usable server for {_DOING[role]}, so that the one of the options was tested"
        usual = wanted.incoming if role is Role.INCOMING else wanted.outgoing
        return usual, Login(wanted.username, wanted.password, reason)
    if not stored.username:
        return server, Login(wanted.username, None, f"{entry.title} does not sign in for {_DOING[role]}")
    if stored.method:
        why = f"{entry.title} signs in by {stored.method} for {_DOING[role]}, and only passwords can be tested"
        return server, Login(stored.username, None, why)
    if server.security is Security.NONE and not request.allow_plaintext:
        return server, Login(
            stored.username, None, f"the connection that {entry.title} makes is not encrypted and would show it"
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
        return f"the password given is not for the server that {entry.title} has for {_DOING[role]}"
    return f"no password was given and {entry.title} has stored none for {_DOING[role]}"


def _password_differences(entry: ClientEntry, wanted: Account, found: StoredAccount) -> list[str]:
    """Where the client would use another password than the one given."""
    if wanted.password is None or found.locked:
        return []
    clauses = []
    for role, stored in ((Role.INCOMING, found.incoming), (Role.OUTGOING, found.outgoing)):
        if stored.password is None:
            clauses.append(f"password for {_DOING[role]}: not stored in {entry.title}")
        elif stored.password != wanted.password and wanted.replace_password:
            clauses.append(f"password for {_DOING[role]}: another one is stored in {entry.title}")
    return clauses
