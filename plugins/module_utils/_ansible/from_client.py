# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that a mail client really has, in place of those that the options ask for."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._clients.stored_account import ReadableClient, StoredAccount, StoredLogin
from .._host.files import Files
from .._linux import local_user
from .._linux.files import LocalFiles
from .._linux.local_user import Target
from .._model import text
from .._model.account import Account, Security, Server
from .._model.errors import MailError, OptionError
from .._providers.catalog import of_host
from .._verify.findings.endpoint import Role
from .._verify.login import Login, Logins
from .._verify.report import drift
from .._verify.report.account_report import AccountReport
from .._verify.report.check import AccountCheck
from .arguments import Request

if t.TYPE_CHECKING:
    from .._clients.evolution.client import Evolution
    from .._clients.thunderbird.client import Thunderbird

_DOING = {Role.INCOMING: "receiving", Role.OUTGOING: "sending"}


@dataclasses.dataclass(frozen=True)
class KnownClient:
    """A client that can be asked.

    Attributes:
        title: its name.
        remedy: the module that configures it.
        open: with the user's files, whose it is, and what is left at the end.
    """

    title: str
    remedy: str
    open: t.Callable[[Files, Target, contextlib.ExitStack], ReadableClient]


@dataclasses.dataclass(frozen=True)
class Inspection:
    """What came of looking into the client for one account.

    Attributes:
        account: what to test.
        logins: who signs in.
        check: how the client agrees with the options.
        stored_differ: another password is used for sending than for receiving, as the client has stored them.
    """

    account: Account
    logins: Logins
    check: AccountCheck
    stored_differ: bool = False

    def complete(self, report: AccountReport) -> AccountReport:
        """The report on the test with what the look found."""
        aside = ""
        if self.stored_differ and drift.only_sending_refused(report):
            aside = (
                "The password stored for sending is another one than that for receiving, and only the latter is right: "
                "store the right one for sending, too."
            )
        return drift.with_client(report, self.check, aside)


def client(name: str, location: str) -> KnownClient:
    """The client of that name, one of the choices of the option ``from_client``.

    Raises:
        OptionError: there is no such client at such a location.
    """
    return {"thunderbird": _thunderbird, "evolution": _evolution}[name](location)


def _thunderbird(location: str) -> KnownClient:
    from .._clients.thunderbird import locations
    from .._clients.thunderbird.client import Thunderbird

    def opened(files: Files, place: Target, until: contextlib.ExitStack) -> Thunderbird:
        root = locations.root(files, place.home, location)
        scratch = until.enter_context(files.scratch())
        return Thunderbird(files, root, place.profile, scratch=scratch, as_root=local_user.acting_as_ourselves)

    return KnownClient("Thunderbird", "charter.mail.thunderbird_account", opened)


def _evolution(location: str) -> KnownClient:
    from .._clients.evolution import locations
    from .open_evolution import open_evolution

    locations.check(location)

    def opened(files: Files, place: Target, until: contextlib.ExitStack) -> Evolution:
        return open_evolution(files, place, until, location=location)

    return KnownClient("Evolution", "charter.mail.evolution_account", opened)


def look(known: KnownClient, request: Request) -> Inspection:
    """Inspection for the account in the client of the account's user, with that user's rights. Nothing is changed."""
    wanted = request.account
    try:
        user = local_user.find(wanted.user)
        home = request.home or user.home
        with local_user.acting_as(user), contextlib.ExitStack() as until:
            opened = known.open(LocalFiles(), Target(user, home, request.profile), until)
            found = opened.account(wanted)
            absence = "" if found else opened.absence(wanted)
            place = f"{known.title} profile {opened.profile}"
    except MailError as error:
        return Inspection(wanted, Logins.of(wanted), drift.unreadable(known.title, str(error)))
    if found is None:
        check = drift.missing(known.title, place, str(wanted), absence, known.remedy)
        return Inspection(wanted, Logins.of(wanted), check)
    return _compare(known, place, request, found)


def inspect_open(opened: ReadableClient, title: str, remedy: str, request: Request) -> Inspection:
    """As ``look``, into a client that is open already, wherever it is; ``title`` and ``remedy`` as in KnownClient."""
    wanted = request.account
    known = KnownClient(title, remedy, lambda *_whose: opened)
    try:
        found = opened.account(wanted)
        absence = "" if found else opened.absence(wanted)
    except MailError as error:
        return Inspection(wanted, Logins.of(wanted), drift.unreadable(title, str(error)))
    place = f"{title} {opened.profile}"
    if found is None:
        return Inspection(wanted, Logins.of(wanted), drift.missing(title, place, str(wanted), absence, remedy))
    return _compare(known, place, request, found)


def _compare(known: KnownClient, place: str, request: Request, found: StoredAccount) -> Inspection:
    wanted, has = request.account, found.account
    incoming, one = _side(known, Role.INCOMING, request, found, has.incoming, found.incoming)
    outgoing, other = _side(known, Role.OUTGOING, request, found, has.outgoing, found.outgoing)
    clauses = [
        *drift.differences(wanted, has, found.outgoing.username, known.title),
        *_password_differences(known, wanted, found),
    ]
    if not clauses:
        clauses = [drift.setting(change, known.title) for change in found.others]
    note = "the tests ran with the password of the option"
    if wanted.password is None:
        note = f"the tests ran with what {known.title} has stored"
    if found.locked:
        note = f"{note}; stored passwords cannot be read: {found.locked}"
    if clauses:
        check = drift.drifted(known.title, place, clauses, note, known.remedy)
    else:
        check = drift.agreed(known.title, place, note)
    account = dataclasses.replace(wanted, incoming=incoming, outgoing=outgoing, username=one.username)
    both = one.password is not None and other.password is not None
    return Inspection(account, Logins(one, other), check, stored_differ=both and one.password != other.password)


def _side(
    known: KnownClient, role: Role, request: Request, found: StoredAccount, server: Server, stored: StoredLogin
) -> tuple[Server, Login]:
    """What to test on one side, and with which login: that of the client, as far as it is fit to be used at all."""
    wanted = request.account
    if not _is_usable(server, stored.username):
        reason = f"{known.title} has no usable server for {_DOING[role]}, so that the one of the options was tested"
        usual = wanted.incoming if role is Role.INCOMING else wanted.outgoing
        return usual, Login(wanted.username, wanted.password, reason)
    if not stored.username:
        return server, Login(wanted.username, None, f"{known.title} does not sign in for {_DOING[role]}")
    if server.security is Security.NONE and not request.allow_plaintext:
        return server, Login(
            stored.username, None, f"the connection that {known.title} makes is not encrypted and would show it"
        )
    if wanted.password is not None and _is_meant(server.host, wanted):
        return server, Login(stored.username, wanted.password)
    if stored.password is not None:
        return server, Login(stored.username, stored.password)
    return server, Login(stored.username, None, _no_password(known, role, wanted, found))


def _is_usable(server: Server, username: str) -> bool:
    try:
        text.host_name(server.host, "host")
        text.visible(username, "username")
    except OptionError:
        return False
    return 1 <= server.port <= 65535


def _is_meant(host: str, wanted: Account) -> bool:
    """Whether a password given by the admin may go there: a person's files can name any host."""
    return host.lower() in {wanted.incoming.host, wanted.outgoing.host} or of_host(host) is not None


def _no_password(known: KnownClient, role: Role, wanted: Account, found: StoredAccount) -> str:
    if found.locked:
        return f"the passwords that {known.title} has stored cannot be read ({found.locked})"
    if wanted.password is not None:
        return f"the password given is not for the server that {known.title} has for {_DOING[role]}"
    return f"no password was given and {known.title} has stored none for {_DOING[role]}"


def _password_differences(known: KnownClient, wanted: Account, found: StoredAccount) -> list[str]:
    """Where the password given is not the one that the client would use."""
    if wanted.password is None or found.locked:
        return []
    clauses = []
    for role, stored in ((Role.INCOMING, found.incoming), (Role.OUTGOING, found.outgoing)):
        if stored.password is None:
            clauses.append(f"password for {_DOING[role]}: not stored in {known.title}")
        elif stored.password != wanted.password and wanted.replace_password:
            clauses.append(f"password for {_DOING[role]}: another one is stored in {known.title}")
    return clauses
